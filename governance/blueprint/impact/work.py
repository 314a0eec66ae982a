"""Steps: who answers for them, works on them, is asked or told; how and with what they are done."""

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import replace
from typing import Any

from governance.blueprint.blueprint import Blueprint
from governance.blueprint.duties import STEERING
from governance.blueprint.elements import ElementId
from governance.blueprint.impact import words
from governance.blueprint.impact.claims import Claim, Place
from governance.blueprint.impact.effects import Aspect, Receiver
from governance.blueprint.kinds import Technology, Workflow
from governance.blueprint.kinds.workflows import Stage
from governance.blueprint.support import support_of

NOTHING = "nothing"
# Which technologies are systems; the rest are tools.
SYSTEMS = frozenset({"application", "platform", "integration"})
_PARTS: tuple[tuple[str, str, int], ...] = (
    ("accountable", "accountable_role", 4),
    ("responsible", "responsible_roles", 3),
    ("consulted", "consulted_roles", 1),
    ("informed", "informed_roles", 1),
)


def workers(stage: Stage) -> list[Receiver]:
    """Roles and team by which a step is done."""
    roles = [stage.accountable_role, *stage.responsible_roles]
    found = [Receiver("role", key) for key in dict.fromkeys(roles) if key is not None]
    return [*found, *([Receiver("team", stage.team)] if stage.team is not None else [])]


def called(bp: Blueprint, receiver: Receiver) -> str:
    """The name of a role or team."""
    return words.name(bp, receiver.kind.capitalize(), receiver.key)


def steps(bp: Blueprint, keys: Collection[str]) -> Iterator[Claim]:
    """What these workflows say of roles and teams, step by step."""
    for key in keys:
        flow = bp.peek(Workflow, key)
        for stage in flow.stages if flow is not None else ():
            if flow is not None and stage.kind not in STEERING:
                yield from _step(bp, key, flow, stage)


def _step(bp: Blueprint, key: str, flow: Workflow, stage: Stage) -> Iterator[Claim]:
    team = (("team", stage.team),) if stage.team is not None else ()
    places = (("stream", flow.value_stream), *team)
    touches: tuple[ElementId, ...] = (("Workflow", key),)

    def of(one: Receiver, topic: str, degree: int, anchors: str | None = None) -> Claim:
        place = Place(topic, "Workflow", key, stage.key)
        return Claim(
            one, called(bp, one), "processes", place, stage.name, mark="", degree=degree,
            places=places, touches=touches, anchors=anchors,
        )  # fmt: skip

    for topic, name, degree in _PARTS:
        given = getattr(stage, name)
        for role in (given,) if isinstance(given, str) else given or ():
            mine = topic in ("accountable", "responsible")
            yield of(Receiver("role", role), topic, degree, stage.key if mine else None)
    if stage.team is not None:
        yield of(Receiver("team", stage.team), "works", 4, stage.key)
    for one in workers(stage):
        yield from _how(bp, stage, replace(of(one, "step.name", 0), anchor=stage.key))


def _how(bp: Blueprint, stage: Stage, base: Claim) -> Iterator[Claim]:
    """What holds of a step for those by whom it is done."""

    def of(topic: str, value: str, mark: str | None, degree: int = 1, **more: Any) -> Claim:
        place = base.place._replace(topic=topic)
        return replace(base, place=place, value=value, mark=mark, degree=degree, **more)

    def timed(topic: str, seconds: int | None) -> Claim:
        mark = "" if seconds is None else str(seconds)
        return of(topic, words.duration(seconds), mark, timed=True, seconds=seconds)

    yield of("step.name", stage.name, None, 0)
    yield of("step.when", words.condition(stage.when) or "every request", stage.when, 2)
    yield timed("step.complete", stage.complete_s)
    yield timed("step.whole", stage.whole_s)
    yield of("step.days", words.days(stage.batch_days), None, 2)
    yield of("step.how", words.short(stage.instructions) or NOTHING, stage.instructions)
    yield of("step.output", words.short(stage.output) or NOTHING, stage.output)
    decision = words.name(bp, "DecisionType", stage.decision_type)
    yield of("step.decision", decision or NOTHING, stage.decision_type or "", 2)
    if base.receiver.kind == "role":
        team = words.name(bp, "Team", stage.team)
        yield of("step.team", team or "no team", stage.team or "", 3)
    waits = words.short(stage.waits_for) or words.name(bp, "ExternalParty", stage.party)
    yield of("step.waits", waits or NOTHING, f"{stage.waits_for}/{stage.party}")
    yield from _asked(bp, stage, base)


def _asked(bp: Blueprint, stage: Stage, base: Claim) -> Iterator[Claim]:
    """What must be ticked off at a step and what it takes to be able to do it."""
    for item in stage.checklist:
        text = words.short(item.text)
        place = base.place._replace(topic="step.check", part=f"{stage.key}/{item.key}")
        value = text if item.severity == "must" else f"{text} (where it fits)"
        yield replace(
            base, aspect="critical_behaviours", place=place, what=f"{text}” at “{stage.name}",
            value=value, mark=None, degree=2,
        )  # fmt: skip
    for need in stage.skills:
        place = base.place._replace(topic="skill", part=f"{stage.key}/{need.skill}")
        yield replace(
            base, aspect="job_roles", place=place, degree=3, mark=None, anchor=None,
            what=f"{words.name(bp, 'Skill', need.skill)}” for “{stage.name}",
            value=f"level {need.level}", level=(need.skill, need.level),
        )  # fmt: skip


def systems(bp: Blueprint) -> Iterator[Claim]:
    """What each role and team works with, and at which of its steps."""
    at: dict[tuple[Receiver, str], dict[tuple[str, str], str]] = defaultdict(dict)
    streams: dict[tuple[Receiver, str], set[tuple[str, str]]] = defaultdict(set)
    for key, flow in bp.find(Workflow).items():
        for stage in flow.stages:
            for cell in support_of(bp, (key, stage.key)):
                for one in workers(stage):
                    at[one, cell.technology][key, stage.key] = stage.name
                    streams[one, cell.technology].add(("stream", flow.value_stream))
    for key, technology in bp.find(Technology).items():
        for support in technology.supports:
            if support.role is not None and technology.lifecycle != "idea":
                at[Receiver("role", support.role), key].setdefault(("", ""), "your whole work")
    for (one, key), places in at.items():
        spec = bp.peek(Technology, key)
        if spec is None:
            continue
        aspect: Aspect = "systems" if spec.kind in SYSTEMS else "tools"
        whole = ("", "") in places
        yield Claim(
            one, called(bp, one), aspect, Place("system", "Technology", key),
            spec.name, words.together(places.values()),
            mark="|".join(f"{flow}/{stage}" for flow, stage in sorted(places)), degree=2,
            places=() if whole else tuple(sorted(streams[one, key])),
            touches=(("Technology", key), *(("Workflow", f) for f, _ in sorted(places) if f)),
        )  # fmt: skip
