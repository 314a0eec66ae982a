"""One service: what is asked, the two or three steps it takes, and what is promised."""

from itertools import pairwise
from typing import Any

from governance.blueprint.blueprint import Blueprint
from governance.blueprint.kinds import (
    HandoffAgreement,
    Offering,
    Service,
    Team,
    ValueStream,
    Workflow,
)
from governance.blueprint.kinds.services import FormField
from governance.blueprint.kinds.workflows import Stage
from governance.blueprint.remedies.base import Edits, Proposed, content_of
from governance.blueprint.starting.answers import MAX_TEXT, Answers, fresh_key, plain_words
from governance.blueprint.starting.house import (
    day_seconds,
    departments_in_order,
    lead_of,
    team_of,
)
from governance.blueprint.starting.likes import LIKES, Like
from governance.blueprint.starting.part import Part, Values

STEPS = (1, 2, 3)
HOUR = 3600
MOST_DAYS, MOST_HOURS = 250, 400
LONG = 2_000


def first_service(bp: Blueprint) -> str | None:
    """The service of the guide: the first that can be asked for."""
    asked = {one.service for one in bp.find(Offering).values()}
    return next((key for key in bp.keys("Service") if key in asked), None)


def offering_of(bp: Blueprint, service: str) -> tuple[str, Offering]:
    """How it is asked for, with its key."""
    return next((k, one) for k, one in bp.find(Offering).items() if one.service == service)


def work_of(workflow: Workflow) -> list[Stage]:
    """The steps that are work, in their order."""
    return [one for one in workflow.stages if one.kind not in ("start", "end")]


def _values(bp: Blueprint, like: str) -> Values:
    service = first_service(bp)
    if service is None:
        return _like(bp, LIKES.get(like) or next(iter(LIKES.values())))
    _, offering = offering_of(bp, service)
    found: Values = {
        "name": bp.get(Service, service).name,
        "purpose": bp.get(Service, service).purpose,
        "days": str(max(1, round(offering.promise_s / day_seconds(bp)))),
        "questions": "\n".join(field.label for field in offering.form.all_fields()),
    }
    for number, stage in zip(STEPS, work_of(bp.get(Workflow, offering.workflow)), strict=False):
        found[f"step-{number}"] = stage.name
        found[f"team-{number}"] = stage.team or ""
        found[f"hours-{number}"] = str(max(1, (stage.complete_s or HOUR) // HOUR))
    return found


def _like(bp: Blueprint, like: Like) -> Values:
    teams = [team_of(bp, key) or "" for key in departments_in_order(bp)[:2]]
    found: Values = {
        "like": like.key,
        "name": "",
        "purpose": like.purpose,
        "days": str(like.days),
        "questions": "\n".join(one.label for one in like.questions),
    }
    for number, step in enumerate(like.steps, 1):
        found[f"step-{number}"] = step.name
        found[f"team-{number}"] = teams[step.side - 1] if len(teams) >= step.side else ""
        found[f"hours-{number}"] = str(step.hours)
    return found


def _edits(bp: Blueprint, answers: Answers) -> Edits:
    like = LIKES.get(answers.text("like")) or next(iter(LIKES.values()))
    name = answers.text("name", "Write what people ask for, in their words.")
    purpose = answers.text("purpose", "Write what it is good for.", MAX_TEXT)
    ask = f"Write a number of working days from 1 to {MOST_DAYS}."
    days = answers.number("days", 1, MOST_DAYS, ask)
    steps = _steps(bp, answers)
    questions = answers.lines("questions", "Write at least one question, one a line.")
    answers.check()
    key = first_service(bp) or fresh_key(
        lambda one: any((kind, one) in bp for kind in _KINDS), name, "service"
    )
    return _made(bp, like, key, (name, purpose, days), steps, questions)


_KINDS = ("Service", "ValueStream", "Workflow", "Offering")
_Step = tuple[str, str, int]


def _steps(bp: Blueprint, answers: Answers) -> list[_Step]:
    found = []
    for number in STEPS:
        needed = "Write what is done in this step." if number < STEPS[-1] else ""
        name = answers.text(f"step-{number}", needed)
        if not name:
            continue
        team = answers.one_of(f"team-{number}", bp.keys("Team"), "Choose the team that does it.")
        ask = f"Write a number of hours from 1 to {MOST_HOURS}."
        found.append((name, team, answers.number(f"hours-{number}", 1, MOST_HOURS, ask)))
    teams = [team for _, team, _ in found]
    if len(found) > 1 and all(teams) and len(set(teams)) == 1:
        answers.wrong("team-2", "Choose another team than before: work is to cross over once.")
    return found


def _made(
    bp: Blueprint,
    like: Like,
    key: str,
    head: tuple[str, str, int],
    steps: list[_Step],
    questions: list[str],
) -> Edits:
    (name, purpose, days), old = head, first_service(bp)
    offering_key, offering = offering_of(bp, key) if old else (key, None)
    flow = offering.workflow if offering else key
    stream = bp.get(Workflow, flow).value_stream if offering else key
    owner = lead_of(bp, steps[0][1]) or bp.organisation().last_resort
    promise = days * day_seconds(bp)
    fields = _questions(like, offering, questions)
    before = {kind: _content(bp, kind, one) for kind, one in (
        ("ValueStream", stream), ("Service", key), ("Workflow", flow), ("Offering", offering_key))
    }  # fmt: skip
    stages, flows = _path(bp, flow if offering else None, steps)
    service = {"department": bp.get(Team, steps[0][1]).department, "owner_role": owner,
               "lifecycle": "live", "value_stream": stream}  # fmt: skip
    road = {"trigger": like.trigger, "value": like.value, "owner_role": owner}
    whole = {"service": key, "workflow": flow, "calendar": bp.organisation().default_calendar,
             "you_get": [like.value], "we_need": [like.ready], "on_behalf": "anyone"}  # fmt: skip
    form = {"sections": [{"key": "what", "title": "What it is about", "fields": fields}]}
    return (
        Proposed("ValueStream", stream,
                 road | before["ValueStream"] | {"name": name, "promise_s": promise}),
        Proposed("Service", key, service | before["Service"] | {"name": name, "purpose": purpose}),
        Proposed("Workflow", flow, before["Workflow"]
                 | {"name": name, "value_stream": stream, "stages": stages, "flows": flows}),
        Proposed("Offering", offering_key, whole | before["Offering"]
                 | {"name": name, "promise_s": promise, "form": form,
                    "title_field": fields[0]["key"]}),
        *_agreements_left(bp, flow, stages, {one["key"] for one in fields}),
    )  # fmt: skip


def _content(bp: Blueprint, kind: str, key: str) -> dict[str, Any]:
    return content_of(bp, kind, key) if (kind, key) in bp else {}


def _questions(like: Like, offering: Offering | None, labels: list[str]) -> list[dict[str, Any]]:
    """Questions keep their key and type by their words; new ones are a line of text."""
    known: dict[str, FormField] = {}
    if offering is not None:
        known = {field.label: field for field in offering.form.all_fields()}
    types = {one.label: one.type for one in like.questions}
    found: list[dict[str, Any]] = []
    taken = {field.key for field in known.values() if field.label in labels}
    for number, label in enumerate(labels):
        if label in known:
            found.append(known[label].model_dump(mode="json"))
            continue
        words = plain_words(label).replace("-", "_").lstrip("0123456789_")[:50].rstrip("_")
        key = fresh_key(lambda one: one.replace("-", "_") in taken, words, f"answer-{number + 1}")
        key = key.replace("-", "_")
        taken.add(key)
        kind = types.get(label, "text") if number else "text"
        made: dict[str, Any] = {
            "key": key,
            "label": label,
            "type": kind,
            "required": kind != "file",
        }
        if kind in ("text", "textarea"):
            made["max_length"] = 160 if kind == "text" else LONG
        found.append(made)
    return found


def _path(
    bp: Blueprint, old: str | None, steps: list[_Step]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Begin, the steps one after the other, done; what the editor added to a step stays."""
    before = [one.model_dump(mode="json") for one in bp.get(Workflow, old).stages] if old else []
    work = [one for one in before if one["kind"] not in ("start", "end")]
    taken = {one["key"] for one in before} | {"begin", "done"}
    stages: list[dict[str, Any]] = [{"key": "begin", "name": "Asked", "kind": "start"}]
    for number, (name, team, hours) in enumerate(steps):
        kept = work[number] if number < len(work) else {}
        key = kept.get("key") or fresh_key(taken.__contains__, name, f"step-{number + 1}")
        taken.add(key)
        lead = lead_of(bp, team)
        same = kept.get("team") == team and kept.get("accountable_role")
        role = kept["accountable_role"] if same else lead
        made = {"key": key, "kind": "work", "code": str(number + 1)} | kept
        stages.append(made | {"name": name, "team": team, "accountable_role": role,
                              "complete_s": hours * HOUR})  # fmt: skip
    stages.append({"key": "done", "name": "Done", "kind": "end"})
    if before:
        stages[0] = next((one for one in before if one["kind"] == "start"), stages[0])
        stages[-1] = next((one for one in before if one["kind"] == "end"), stages[-1])
    keys = [one["key"] for one in stages]
    pairs = pairwise(keys)
    return stages, [{"source": source, "target": target} for source, target in pairs]


def _agreements_left(
    bp: Blueprint, flow: str, stages: list[dict[str, Any]], fields: set[str]
) -> list[Proposed]:
    """Agreements on ways that are gone go; criteria on answers that are gone go, too."""
    work = [one for one in stages if one["kind"] == "work"]
    ways = {(a["team"], b["team"], b["key"]) for a, b in pairwise(work)}
    found = []
    for key, one in bp.find(HandoffAgreement).items():
        if one.workflow != flow:
            continue
        if (one.giver_team, one.receiver_team, one.stage) not in ways:
            found.append(Proposed("HandoffAgreement", key, None))
            continue
        left = [c for c in one.criteria if not c.field or c.field in fields]
        if len(left) < len(one.criteria):
            criteria = [c.model_dump(mode="json") for c in left]
            content = content_of(bp, "HandoffAgreement", key) | {"criteria": criteria}
            found.append(Proposed("HandoffAgreement", key, content))
    return found


def _missing(bp: Blueprint) -> list[str]:
    service = first_service(bp)
    if service is None:
        return ["A service with its steps, its questions and its promise."]
    _, offering = offering_of(bp, service)
    flow = bp.peek(Workflow, offering.workflow)
    if flow is None or len({one.team for one in work_of(flow) if one.team}) < 2:
        return ["A second team on its way: work is to cross over once."]
    return []


def _grown(bp: Blueprint) -> str:
    service = first_service(bp)
    if service is None:
        return ""
    _, offering = offering_of(bp, service)
    flow = bp.peek(Workflow, offering.workflow)
    sections = offering.form.sections
    if flow is None or ("ValueStream", flow.value_stream) not in bp:
        return f"The way of {offering.name} is not whole"
    work = work_of(flow)
    straight = len(flow.flows) == len(flow.stages) - 1 and not any(f.when for f in flow.flows)
    plain = all(one.kind == "work" and not one.when for one in work)
    if not straight or not plain or len(work) > len(STEPS):
        return "Its way has branches, decisions or more steps"
    if len(sections) > 1 or any(field.when for field in offering.form.all_fields()):
        return "Its form has several parts, or questions that depend on others"
    return ""


SERVICE = Part(_values, _edits, _missing, _grown)

__all__ = ["SERVICE", "ValueStream", "first_service", "offering_of", "work_of"]
