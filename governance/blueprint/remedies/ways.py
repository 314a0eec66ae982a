"""Remedies on the ways of a workflow: who answers, branches, loops, waits, days it is done on."""

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

from governance.blueprint.blueprint import Blueprint
from governance.blueprint.durations import DAY_SECONDS, format_duration
from governance.blueprint.findings import Finding
from governance.blueprint.kinds import (
    Control,
    DecisionType,
    ExternalParty,
    HandoffAgreement,
    Role,
    Team,
    Technology,
    ValueStream,
    Workflow,
)
from governance.blueprint.kinds.workflows import Stage
from governance.blueprint.lint.handoffs import MAX_BATCH_SHARE, batch_wait_days
from governance.blueprint.paths import stages_by_key
from governance.blueprint.remedies.base import (
    Edits,
    Proposed,
    Remedy,
    Way,
    changed,
    content_of,
    named,
    pick,
    role_choice,
    stage_changed,
    stage_of,
    whole,
)
from governance.blueprint.weeks import WEEK_DAYS

MAX_CONDITION = 500
LIMITS = tuple(days * DAY_SECONDS for days in (2, 5, 10, 20))
WHO_ASKED = "whoever asked"


def _lead(bp: Blueprint, team: str | None) -> str | None:
    found = bp.peek(Team, team)
    return found.lead_role if found is not None else None


def one_accountable(bp: Blueprint, finding: Finding, _: date | None) -> Remedy | None:
    """PRC01: one of those who say so, or anybody where nobody does; the others do the work."""
    stage = stage_of(bp, finding)
    if stage is None:
        return None
    said = [one for one in (stage.accountable_role, *stage.also_accountable_roles) if one]
    asks = f"Who is accountable for “{stage.name}”?"

    def make(role: str) -> Edits:
        others = [one for one in said if one != role]
        doing = list(dict.fromkeys([*stage.responsible_roles, *others]))
        fields = {"accountable_role": role, "also_accountable_roles": []}
        return (stage_changed(bp, finding.key, stage.key, **fields, responsible_roles=doing),)

    verb = "Choose the accountable role"
    if said:
        return pick(verb, asks, named(bp, Role, dict.fromkeys(said)), make, said)
    near = (_lead(bp, stage.team), *stage.responsible_roles)
    return role_choice(bp, verb, asks, make, near)


def a_team(bp: Blueprint, finding: Finding, _: date | None) -> Remedy | None:
    """PRC02: the team that works on a stage."""
    stage = stage_of(bp, finding)
    if stage is None:
        return None
    teams = bp.find(Team)
    led = [key for key, team in teams.items() if team.lead_role == stage.accountable_role]
    role = bp.peek(Role, stage.accountable_role)
    home = role.department if role is not None else None
    near = [*led, *(key for key, team in teams.items() if home and team.department == home)]
    return pick(
        "Choose the team",
        f"Which team works on “{stage.name}”?",
        named(bp, Team),
        lambda team: (stage_changed(bp, finding.key, stage.key, team=team),),
        near,
    )


def a_question(bp: Blueprint, finding: Finding, _: date | None) -> Remedy | None:
    """MOD02: what a stage decides."""
    stage = stage_of(bp, finding)
    if stage is None:
        return None
    return pick(
        "Choose the type of decision",
        f"What is decided in “{stage.name}”?",
        named(bp, DecisionType),
        lambda key: (stage_changed(bp, finding.key, stage.key, decision_type=key),),
    )


_NO_DEFAULT = re.compile(r"^“([^”]+)” has no default flow")
_UNREACHED = re.compile(r"^(?:“|From “)([^”]+)” (?:cannot be reached from|no way leads to)")


def a_sound_way(bp: Blueprint, finding: Finding, _: date | None) -> Remedy | None:
    """PRC03: a default where every way has a condition; a stage nobody comes to is taken out."""
    match = _NO_DEFAULT.match(finding.sentence)
    if match is not None:
        return _default(bp, finding.key, match[1])
    match = _UNREACHED.match(finding.sentence)
    stage = stage_of(bp, finding, match[1]) if match is not None else None
    if stage is None or stage.kind == "start" or _names_stage(bp, finding.key, stage.key):
        return None
    content = content_of(bp, Workflow.__name__, finding.key)
    content["stages"] = [one for one in content["stages"] if one["key"] != stage.key]
    content["flows"] = [
        one for one in content["flows"] if stage.key not in (one["source"], one["target"])
    ]
    words = f"“{stage.name}” and the ways from and to it are taken out."
    edit = Proposed(Workflow.__name__, finding.key, content)
    return whole(f"Take “{stage.name}” out", words, edit)


def _default(bp: Blueprint, key: str, source: str) -> Remedy | None:
    workflow = bp.get(Workflow, key)
    stages = stages_by_key(workflow)
    ways = [
        Way(flow.target, f"to “{stages[flow.target].name}”")
        for flow in workflow.flows
        if flow.source == source and flow.kind == "forward" and flow.target in stages
    ]

    def make(target: str) -> Edits:
        return (_flow_changed(bp, key, source, target, default=True, when=""),)

    asks = f"Which way is taken from “{stages[source].name}” where no condition holds?"
    return pick("Add a default way", asks, ways, make)


def _flow_changed(bp: Blueprint, key: str, source: str, target: str, **fields: Any) -> Proposed:
    content = content_of(bp, Workflow.__name__, key)
    for flow in content["flows"]:
        if (flow["source"], flow["target"]) == (source, target):
            flow.update(fields)
    return Proposed(Workflow.__name__, key, content)


def _names_stage(bp: Blueprint, workflow: str, stage: str) -> bool:
    """Whether an element other than the workflow names one of its stages."""
    named_by = [(one.stage, one.workflow) for one in bp.find(HandoffAgreement).values()]
    named_by += [(one.stage, one.workflow) for one in bp.find(Control).values()]
    if any(key == stage and flow in (None, workflow) for key, flow in named_by):
        return True
    return any(
        support.stage == stage and support.workflow in (None, workflow)
        for technology in bp.find(Technology).values()
        for support in technology.supports
    )


def branches_apart(bp: Blueprint, finding: Finding, _: date | None) -> Remedy | None:
    """PRC04: of two conditions that hold at once one goes first, the other where it does not."""
    source, _slash, rest = finding.part.partition("/")
    pair = rest.split("/")
    workflow = bp.get(Workflow, finding.key)
    whens = {flow.target: flow.when for flow in workflow.flows if flow.source == source}
    stages = stages_by_key(workflow)
    if len(pair) != 2 or any(one not in whens or one not in stages for one in pair):
        return None

    def narrowed(first: str) -> str:
        other = next(one for one in pair if one != first)
        return f"({whens[other]}) and not ({whens[first]})"

    ways = [Way(one, f"“{stages[one].name}” goes first") for one in pair]
    ways = [way for way in ways if len(narrowed(way.value)) <= MAX_CONDITION]

    def make(first: str) -> Edits:
        other = next(one for one in pair if one != first)
        return (_flow_changed(bp, finding.key, source, other, when=narrowed(first)),)

    return pick("Say which goes first", "Where both hold, which goes first?", ways, make, pair)


def more_days(bp: Blueprint, finding: Finding, _: date | None) -> Remedy | None:
    """PRC20: done on one day more that is enough, or on every working day."""
    stage = stage_of(bp, finding)
    if stage is None:
        return None
    promise = _promise(bp, finding.key)
    ways = [Way("every", "On every working day")]
    best = min(_more(stage), key=lambda item: item[0], default=None)
    if best is not None and best[0] * DAY_SECONDS <= MAX_BATCH_SHARE * promise:
        ways.insert(0, Way(best[1], f"On {best[1].capitalize()} as well"))

    def make(value: str) -> Edits:
        days = [] if value == "every" else _in_order((*stage.batch_days, value))
        return (stage_changed(bp, finding.key, stage.key, batch_days=days),)

    asks = f"When is “{stage.name}” done?"
    return pick("Do it on more days", asks, ways, make, [ways[0].value])


def _more(stage: Stage) -> Iterator[tuple[Any, str]]:
    for day in WEEK_DAYS[:5]:
        if day not in stage.batch_days:
            yield batch_wait_days((*stage.batch_days, day)), day


def _in_order(days: tuple[str, ...]) -> list[str]:
    return sorted(days, key=WEEK_DAYS.index)


def _promise(bp: Blueprint, key: str) -> int:
    stream = bp.get(ValueStream, bp.get(Workflow, key).value_stream)
    offered = [one.promise_s for one in bp.find("Offering").values() if one.workflow == key]
    return stream.promise_s or min(offered, default=0)


def a_limit(bp: Blueprint, finding: Finding, _: date | None) -> Remedy | None:
    """PRC25: on whom a wait waits, and how long."""
    stage = stage_of(bp, finding)
    if stage is None:
        return None
    endless = not (stage.whole_s or stage.complete_s)
    usual = {"whole_s": LIMITS[2]} if endless else {}
    if stage.party or stage.waits_for:
        return pick(
            "Say how long it may take",
            f"How long may “{stage.name}” take?",
            [Way(str(one), format_duration(one)) for one in LIMITS],
            lambda value: (stage_changed(bp, finding.key, stage.key, whole_s=int(value)),),
        )
    more = f", {format_duration(LIMITS[2])} at most" if endless else ""
    ways = [Way(f"party:{one.value}", one.words + more) for one in named(bp, ExternalParty)]

    def make(value: str) -> Edits:
        party = value.removeprefix("party:")
        on = {"waits_for": "Whoever asked"} if value == WHO_ASKED else {"party": party}
        return (stage_changed(bp, finding.key, stage.key, **on, **usual),)

    asked = Way(WHO_ASKED, f"Whoever asked{more}")
    return pick("Say on whom it waits", f"On whom does “{stage.name}” wait?", [asked, *ways], make)


def an_end(bp: Blueprint, finding: Finding, _: date | None) -> Remedy | None:
    """PRC26: somebody is told, or the stage that sends back has a limit for all of it."""
    source, _slash, target = finding.part.partition("/")
    workflow = bp.get(Workflow, finding.key)
    stages = stages_by_key(workflow)
    if source not in stages or target not in stages:
        return None
    sending, receiving = stages[source], stages[target]
    limit = max(sending.complete_s or 0, LIMITS[0])
    ways = [Way("limit", f"“{sending.name}” takes {format_duration(limit)} at most, with returns")]
    agreed = None
    if sending.team is not None and receiving.team is not None:
        agreed = bp.agreement(sending.team, receiving.team, finding.key, receiving.key)
    if agreed is not None:
        owner = bp.get(ValueStream, workflow.value_stream).owner_role
        near = (owner, _lead(bp, receiving.team), _lead(bp, sending.team))
        told = named(bp, Role, dict.fromkeys(one for one in near if one))
        ways = [*(Way(f"role:{one.value}", f"{one.words} is told") for one in told), *ways]

    def make(value: str) -> Edits:
        if value == "limit" or agreed is None:
            return (stage_changed(bp, finding.key, source, whole_s=limit),)
        role = value.removeprefix("role:")
        return (changed(bp, HandoffAgreement.__name__, agreed[0], escalation_role=role),)

    asks = f"What ends it when work goes back to “{receiving.name}” again and again?"
    return pick("Say when it ends", asks, ways, make, [ways[0].value])


REMEDIES = {
    "PRC01": one_accountable,
    "PRC02": a_team,
    "MOD02": a_question,
    "PRC03": a_sound_way,
    "PRC04": branches_apart,
    "PRC20": more_days,
    "PRC25": a_limit,
    "PRC26": an_end,
}
