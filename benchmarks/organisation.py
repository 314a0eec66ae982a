"""An organisation made of numbers: departments with three teams each, services across departments.

Every service is worked in three steps: at home, in the next department, at home again. Nothing here
is the demo's; the files are what ``manage.py model apply`` and ``people apply`` read.
"""

import itertools
import json
from pathlib import Path
from typing import Any

DEPARTMENTS, TEAMS, SERVICES = 20, 3, 2
WEEK = {day: ["09:00-12:30", "13:00-17:30"] for day in ("mon", "tue", "wed", "thu", "fri")}
SINCE = "2020-01-01"


def write(folder: Path) -> None:
    """The model and its first people, below ``folder``."""
    model = folder / "model"
    model.mkdir(parents=True)
    about = {"number": 1, "code": "BM-1", "title": "Measured", "kind": "as_is"}
    _dump(model / "model.yaml", {**about, "effective_from": SINCE})
    for kind, key, spec in [*frame(), *places(), *_services()]:
        place = model / kebab(kind)
        place.mkdir(exist_ok=True)
        _dump(place / f"{key}.yaml", {"kind": kind, "key": key, "schema": 1, "spec": spec})
    _dump(folder / "people.yaml", _people())


def kebab(kind: str) -> str:
    """The folder of a kind."""
    return "".join(f"-{c.lower()}" if c.isupper() else c for c in kind).lstrip("-")


def _dump(path: Path, content: Any) -> None:
    # JSON is YAML, and has no anchors.
    path.write_text(json.dumps(content, indent=1))


def frame() -> list[tuple[str, str, dict[str, Any]]]:
    """What every organisation has once."""
    calendar = {"name": "Office hours", "zone": "Europe/Berlin", "weekly": WEEK, "day_s": "8 h"}
    own = {"name": "Measured", "zone": "Europe/Berlin", "currency": "EUR"}
    own |= {"default_calendar": "office", "last_resort": "chair"}
    chair = {"name": "Chair", "purpose": "So that somebody answers.", "department": "dept-0"}
    chair |= {"category": "executive", "min_holders": 1, "focus": "none"}
    stream: dict[str, Any] = {"code": "V1", "name": "Asked to done", "owner_role": "chair"}
    stream |= {"trigger": "Somebody asks", "value": "It is done", "promise_s": "10 bd"}
    stream |= {"outcomes": ["served"], "criticality": "normal"}
    outcome = {"statement": "People can work", "beneficiary": "customer", "owner_role": "chair"}
    objective = {"code": "O1", "title": "Nobody waits in the dark", "owner_role": "chair"}
    site = {"code": "A", "name": "House A", "zone": "Europe/Berlin", "calendar": "office"}
    policy = {"metric": "promise", "warn_at": [75], "escalate_to": ["chair"]}
    return [
        ("Organisation", "measured", own),
        ("Calendar", "office", calendar),
        ("Role", "chair", chair),
        ("ValueStream", "asked-to-done", stream),
        ("Outcome", "served", {**outcome, "objectives": ["short-waits"]}),
        ("Objective", "short-waits", objective),
        ("Site", "house-a", site),
        ("ClockPolicy", "promise", policy),
    ]


def places() -> list[tuple[str, str, dict[str, Any]]]:
    found: list[tuple[str, str, dict[str, Any]]] = []
    for d in range(DEPARTMENTS):
        department = {"code": f"D{d}", "name": f"Department {d}", "head_role": f"head-{d}"}
        head = {"name": f"Head of department {d}", "purpose": "So that it is led."}
        head |= {"department": f"dept-{d}", "category": "line", "min_holders": 1, "focus": "none"}
        found.append(("Department", f"dept-{d}", {**department, "order": d + 1}))
        found.append(("Role", f"head-{d}", head))
        for t in range(TEAMS):
            team = {"name": f"Team {d}.{t}", "department": f"dept-{d}", "site": "house-a"}
            found.append(("Team", f"team-{d}-{t}", team))
    return found


def _services() -> list[tuple[str, str, dict[str, Any]]]:
    found: list[tuple[str, str, dict[str, Any]]] = []
    for d in range(DEPARTMENTS):
        for s in range(SERVICES):
            found.extend(_service(d, s))
    return found


def _service(d: int, s: int) -> list[tuple[str, str, dict[str, Any]]]:
    """One service: its offering, its path and what the teams on it agreed."""
    key, path = f"service-{d}-{s}", f"path-{d}-{s}"
    after = (d + 1) % DEPARTMENTS
    teams = [f"team-{d}-{s}", f"team-{after}-{s}", f"team-{d}-2"]
    roles = [f"head-{d}", f"head-{after}", f"head-{d}"]
    keys = ["look", "do", "check"]
    stages: list[dict[str, Any]] = [
        {"key": "asked", "name": "Asked", "kind": "start", "est_touch_s": "0 min"}
    ]
    for number, (stage, team, role) in enumerate(zip(keys, teams, roles, strict=True), start=1):
        work: dict[str, Any] = {"key": stage, "code": str(number), "name": stage.capitalize()}
        work |= {"kind": "work", "team": team, "accountable_role": role}
        work |= {"responsible_roles": [role], "est_touch_s": "20 min", "complete_s": "16 h"}
        stages.append(work)
    stages.append({"key": "ended", "name": "Done", "kind": "end", "est_touch_s": "0 min"})
    order = [stage["key"] for stage in stages]
    flows = [
        {"source": a, "target": b, "default": False, "kind": "forward"}
        for a, b in itertools.pairwise(order)
    ]
    service = {"code": f"S{d}.{s}", "name": f"Service {d}.{s}", "purpose": "So that it is done."}
    service |= {"department": f"dept-{d}", "owner_role": f"head-{d}", "lifecycle": "live"}
    service |= {"value_stream": "asked-to-done", "summary": f"What department {d} does."}
    agreements = [
        ("HandoffAgreement", f"{path}-{stage}", agreement(giver, receiver, stage, path, role))
        for stage, giver, receiver, role in zip(keys[1:], teams, teams[1:], roles[1:], strict=False)
    ]
    name = "Asked to done"
    workflow = {"name": name, "value_stream": "asked-to-done", "stages": stages, "flows": flows}
    return [
        ("Service", key, service),
        ("Offering", f"offer-{d}-{s}", offering(d, s, key, path)),
        ("Workflow", path, workflow),
        *agreements,
    ]


def agreement(giver: str, receiver: str, stage: str, path: str, role: str) -> dict[str, Any]:
    criterion = {"key": "what", "text": "It is said what is needed", "kind": "field"}
    criterion |= {"field": "what", "severity": "must"}
    found: dict[str, Any] = {"giver_team": giver, "receiver_team": receiver, "stage": stage}
    found |= {"workflow": path, "respond_s": "4 h", "clarify_s": "4 h", "criteria": [criterion]}
    found |= {"return_reasons": [{"key": "unclear", "text": "It is not clear what is needed"}]}
    found |= {"accept_mode": "explicit", "allow_override": False, "escalation_role": role}
    return found | {"signed_by": ["chair"]}


def offering(d: int, s: int, service: str, path: str) -> dict[str, Any]:
    fields = [
        {"key": "what", "label": "What do you need?", "type": "text", "required": True,
         "privacy": "envelope", "max_length": 200},
        {"key": "why", "label": "What for?", "type": "textarea", "required": True,
         "privacy": "content", "max_length": 2000},
    ]  # fmt: skip
    found: dict[str, Any] = {"service": service, "name": f"Offer {d}.{s}", "workflow": path}
    found |= {"promise_s": "10 bd", "calendar": "office", "title_field": "what"}
    found |= {"you_get": ["It, done"], "we_need": ["A sentence"], "confidential": False}
    return found | {"form": {"sections": [{"key": "ask", "title": "Ask", "fields": fields}]}}


def _people() -> dict[str, Any]:
    """A lead and a member of each team, the heads of departments, the chair."""
    persons, accounts, roles = [], [], []
    for d in range(DEPARTMENTS):
        for t in range(TEAMS):
            for part in ("lead", "member"):
                key = f"{part}-{d}-{t}"
                row: dict[str, Any] = {"key": key, "name": key.replace("-", " ").capitalize()}
                row |= {"email": f"{key}@measured.example", "site": "house-a"}
                row |= {"teams": [f"team-{d}-{t}"], "from": SINCE}
                persons.append({**row, "lead_of": row["teams"]} if part == "lead" else row)
                accounts.append({"person": key, "username": key})
        roles.append({"role": f"head-{d}", "person": f"lead-{d}-0", "from": SINCE})
    chair = {"key": "chair", "name": "Chair", "email": "chair@measured.example"}
    persons.append({**chair, "site": "house-a", "teams": ["team-0-0"], "from": SINCE})
    accounts.append({"person": "chair", "username": "chair", "groups": ["steward"]})
    roles.append({"role": "chair", "person": "chair", "from": SINCE})
    parts: dict[str, Any] = {"persons": persons, "accounts": accounts, "roles": roles}
    return {**parts, "absences": [], "calendar_exceptions": []}
