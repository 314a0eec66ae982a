"""An operating model as large as a whole group's, made of numbers, with no finding of its own.

On top of ``organisation.py`` and ``rights_world.py``: workflows of twelve stages through four
departments with a fork, an agreement for each crossing, and services with an offering each.
"""

from itertools import pairwise
from typing import Any

from benchmarks import organisation, rights_world
from governance.blueprint.elements import Element, ElementId
from governance.blueprint.kinds import KINDS
from governance.blueprint.serialise import build_spec

STAGES = 12
FIELDS = 10


def elements(workflows: int, services: int, types: int, roles: int) -> dict[ElementId, Element]:
    """Typed elements by kind and key."""
    rows = [
        *organisation.frame(),
        *organisation.places(),
        *rights_world.elements(types, roles),
        *(one for n in range(workflows) for one in _workflow(n, roles)),
        *(one for n in range(services) for one in _service(n, workflows)),
    ]
    return {
        (kind, key): Element(kind, key, KINDS[kind].schema_version, build_spec(kind, spec))
        for kind, key, spec in rows
    }


def _team(n: int, step: int) -> str:
    return f"team-{(n + step // 3) % organisation.DEPARTMENTS}-{(n + step) % organisation.TEAMS}"


def _workflow(n: int, roles: int) -> list[tuple[str, str, dict[str, Any]]]:
    """Twelve stages one after the other, the fifth and sixth side by side."""
    key = f"flow-{n}"
    stages: list[dict[str, Any]] = [{"key": "asked", "name": "Asked", "kind": "start"}]
    for step in range(STAGES):
        work: dict[str, Any] = {"key": f"step-{step}", "name": f"Step {step}", "kind": "work"}
        role = rights_world.role_of(n * STAGES + step, roles)
        work |= {"team": _team(n, step), "accountable_role": role, "complete_s": "4 h"}
        work |= {"est_touch_s": "20 min", "responsible_roles": [role]}
        if step % 4 == 3:
            work["when"] = f"field_{step % FIELDS} == 'much'"
        stages.append(work)
    stages += [
        {"key": "split", "name": "Both", "kind": "fork"},
        {"key": "meet", "name": "Both done", "kind": "join"},
        {"key": "ended", "name": "Done", "kind": "end"},
    ]
    order = ["asked", *(f"step-{s}" for s in range(4)), "split"]
    after = ["meet", *(f"step-{s}" for s in range(6, STAGES)), "ended"]
    pairs = [*pairwise(order), *pairwise(after)]
    pairs += [(a, b) for s in (4, 5) for a, b in (("split", f"step-{s}"), (f"step-{s}", "meet"))]
    flows = [{"source": a, "target": b} for a, b in pairs]
    spec = {"name": f"Way {n}", "value_stream": "asked-to-done", "stages": stages, "flows": flows}
    found: list[tuple[str, str, dict[str, Any]]] = [("Workflow", key, spec)]
    for step in range(1, STAGES):
        for before in _before(step):
            giver, receiver = _team(n, before), _team(n, step)
            if giver != receiver:
                found.append(_agreement(key, giver, receiver, step))
    return found


def _before(step: int) -> tuple[int, ...]:
    """Steps that may come right before one: those that can be skipped let others through."""
    if step == 5:
        return (2, 3)
    if step == 4:
        return (2, 3)
    if step == 6:
        return (4, 5)
    return (step - 1, step - 2) if (step - 1) % 4 == 3 else (step - 1,)


def _agreement(key: str, giver: str, receiver: str, step: int) -> tuple[str, str, dict[str, Any]]:
    spec = organisation.agreement(giver, receiver, f"step-{step}", key, "chair")
    return "HandoffAgreement", f"{key}-{giver}-{receiver}-{step}", spec


def _service(n: int, workflows: int) -> list[tuple[str, str, dict[str, Any]]]:
    department = n % organisation.DEPARTMENTS
    service = {"code": f"S{n}", "name": f"Service {n}", "purpose": "So that it is done."}
    service |= {"department": f"dept-{department}", "owner_role": f"head-{department}"}
    service |= {"lifecycle": "live", "value_stream": "asked-to-done"}
    offering = organisation.offering(n, 0, f"service-{n}", f"flow-{n % workflows}")
    offering["promise_s"] = "30 bd"
    fields = offering["form"]["sections"][0]["fields"]
    options = [{"key": "little", "label": "Little"}, {"key": "much", "label": "Much"}]
    for number in range(FIELDS):
        field = {"key": f"field_{number}", "label": f"Question {number}", "type": "choice"}
        fields.append({**field, "options": options, "maps_to": f"field_{number}"})
    return [("Service", f"service-{n}", service), ("Offering", f"offer-{n}", offering)]
