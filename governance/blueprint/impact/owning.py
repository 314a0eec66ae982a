"""What roles own and are measured by, what is kept apart, what is controlled."""

from collections.abc import Collection, Iterator
from dataclasses import replace
from decimal import Decimal

from governance.blueprint.blueprint import Blueprint
from governance.blueprint.diff import name_of
from governance.blueprint.impact import words
from governance.blueprint.impact.claims import Claim, Place
from governance.blueprint.impact.effects import Aspect, Receiver
from governance.blueprint.impact.work import called
from governance.blueprint.kinds import (
    Control,
    DecisionRight,
    DecisionType,
    ElementSpec,
    GovernanceBody,
    Offering,
    Role,
    SodRule,
    noun_of,
)
from governance.blueprint.kinds.services import Service, ValueStream
from governance.blueprint.kinds.value import Benefit, Measure
from governance.blueprint.rights.facts import DOERS

# Fields that make a role the owner of an element, by kind: field, topic, aspect, degree.
_OWNS: dict[str, tuple[tuple[str, str, Aspect, int], ...]] = {
    "Service": (
        ("owner_role", "owns", "job_roles", 3),
        ("consulted_roles", "asked", "processes", 1),
        ("informed_roles", "told", "processes", 1),
    ),
    "ValueStream": (
        ("owner_role", "owns", "job_roles", 3),
        ("sponsor_role", "sponsors", "job_roles", 3),
    ),
    "Objective": (("owner_role", "owns", "performance_reviews", 3),),
    "Outcome": (("owner_role", "owns", "performance_reviews", 3),),
    "Measure": (("owner_role", "owns", "performance_reviews", 3),),
    "Benefit": (
        ("accountable_role", "owns", "performance_reviews", 3),
        ("responsible_role", "realises", "performance_reviews", 2),
    ),
    "Policy": (("owner_role", "owns", "job_roles", 3),),
    "Technology": (("owner_role", "owns", "job_roles", 3),),
    "DecisionType": (("fallback_role", "fallback", "job_roles", 3),),
    "Organisation": (("last_resort", "last_resort", "job_roles", 3),),
}
OWNED = tuple(_OWNS)
_DOES = {word: part for part, word in DOERS.items()}
_SAID = {
    "requester": "whoever asks for it",
    "beneficiary": "whoever has something of it",
    "decider": "whoever decides",
    "recommender": "whoever recommends",
    "agreer": "whoever has to agree",
    "adviser": "whoever gives advice",
    "performer": "whoever carries it out",
}


def owned(bp: Blueprint, kind: str, keys: Collection[str]) -> Iterator[Claim]:
    """Who owns these elements of a kind, and what they are held to by them."""
    for key in keys:
        if (kind, key) not in bp:
            continue
        spec: ElementSpec = bp.get(kind, key)
        for name, topic, aspect, degree in _OWNS[kind]:
            given = getattr(spec, name)
            for role in (given,) if isinstance(given, str) else given or ():
                one = Receiver("role", role)
                base = Claim(
                    one, called(bp, one), aspect, Place(topic, kind, key),
                    _what(kind, key, spec), mark="", degree=degree,
                    anchors="" if topic == "owns" else None, places=_stream(spec),
                    touches=((kind, key),),
                )  # fmt: skip
                yield base
                if topic == "owns":
                    yield from _held_to(bp, key, spec, replace(base, anchors=None, anchor=""))


def _what(kind: str, key: str, spec: ElementSpec) -> str:
    noun = {"DecisionType": "", "Technology": "system "}.get(kind, f"{noun_of(kind)} ")
    return f"{noun}“{name_of(spec, key)}”"


def _stream(spec: ElementSpec) -> tuple[tuple[str, str], ...]:
    stream = getattr(spec, "value_stream", None)
    return (("stream", stream),) if stream is not None else ()


def _held_to(bp: Blueprint, key: str, spec: ElementSpec, base: Claim) -> Iterator[Claim]:
    def of(topic: str, value: object, part: str = "") -> Claim:
        said = _number(value) if isinstance(value, Decimal) else str(value or "")
        return replace(
            base, place=base.place._replace(topic=topic, part=part), value=said or "nothing",
            mark=said, degree=2, aspect="performance_reviews",
        )  # fmt: skip

    match spec:
        case ValueStream():
            yield _promise(base, "", spec.promise_s)
        case Service():
            for name, offering in bp.find(Offering).items():
                if offering.service == key:
                    one = replace(base, what=f"offering “{offering.name}”")
                    touches = (*base.touches, ("Offering", name))
                    yield replace(_promise(one, name, offering.promise_s), touches=touches)
        case Measure():
            yield of("held.baseline", spec.baseline)
            yield of("held.target", spec.target)
            yield of("held.due", spec.target_due)
        case Benefit():
            yield of("held.due", spec.due)


def _promise(base: Claim, part: str, seconds: int | None) -> Claim:
    place = base.place._replace(topic="held.promise", part=part)
    mark = "" if seconds is None else str(seconds)
    return replace(
        base, place=place, value=words.duration(seconds), mark=mark, timed=True, seconds=seconds,
        degree=2, aspect="performance_reviews",
    )  # fmt: skip


def _number(value: Decimal) -> str:
    return f"{value.normalize():,f}"


def deciding_roles(bp: Blueprint, types: Collection[str], part: str = "decide") -> list[str]:
    """Roles that have a part in these types of decision, those in bodies, too; in order."""
    found: dict[str, None] = {}
    for right in bp.find(DecisionRight).values():
        if right.part != part or right.decision_type not in types:
            continue
        body = bp.peek(GovernanceBody, right.body)
        named = body.members if body is not None else (right.role,)
        found |= dict.fromkeys(role for role in named if role is not None)
    return list(found)


def apart(bp: Blueprint, keys: Collection[str]) -> Iterator[Claim]:
    """What these rules keep apart, for the roles of both sides."""
    for key in keys:
        spec = bp.peek(SodRule, key)
        if spec is None:
            continue
        for side, other in ((spec.a, spec.b), (spec.b, spec.a)):
            for role in _side(bp, spec, side):
                one = Receiver("role", role)
                yield Claim(
                    one, called(bp, one), "critical_behaviours", Place("apart", "SodRule", key),
                    _apart(bp, spec, side, other), degree=2, touches=(("SodRule", key),),
                    value=f"{_apart(bp, spec, side, other)} ({spec.severity})",
                )  # fmt: skip


def _side(bp: Blueprint, spec: SodRule, side: str) -> list[str]:
    """Roles that a side of a rule is about."""
    if side in bp.keys("Role"):
        return [side]
    if side in bp.keys("DecisionType"):
        return deciding_roles(bp, (side,))
    if side in _DOES and spec.decision_types:
        return deciding_roles(bp, spec.decision_types, _DOES[side])
    return []


def _apart(bp: Blueprint, spec: SodRule, side: str, other: str) -> str:
    types = words.names(bp, "DecisionType", spec.decision_types)
    about = f" in “{types}”" if types else ""
    where = "hold both" if spec.kind == "static" else "do both in one case"
    return f"{where}: {_called(bp, side)} and {_called(bp, other)}{about}"


def _called(bp: Blueprint, side: str) -> str:
    for kind, cls in (("Role", Role), ("DecisionType", DecisionType)):
        if bp.peek(cls, side) is not None:
            return words.name(bp, kind, side)
    return _SAID.get(side, side)


def controls(bp: Blueprint, keys: Collection[str]) -> Iterator[Claim]:
    """What these controls ask of the roles they are about by name, decision or step."""
    for key in keys:
        spec = bp.peek(Control, key)
        for role in _controlled(bp, spec) if spec is not None else ():
            one = Receiver("role", role)
            mode = "prevents" if spec is not None and spec.mode == "prevent" else "finds"
            test = words.condition(spec.test) if spec is not None else ""
            base = Claim(
                one, called(bp, one), "critical_behaviours", Place("control", "Control", key),
                spec.clause if spec is not None else key, degree=2, touches=(("Control", key),),
                value=f"the system {mode} what breaks it{f'; kept when {test}' if test else ''}",
            )  # fmt: skip
            yield base


def _controlled(bp: Blueprint, spec: Control) -> list[str]:
    found = [*spec.roles, *deciding_roles(bp, spec.decision_types)]
    if spec.workflow is not None and ("Workflow", spec.workflow) in bp:
        for stage in bp.get("Workflow", spec.workflow).stages:
            if spec.stage in (None, stage.key):
                found += [stage.accountable_role, *stage.responsible_roles]
    return list(dict.fromkeys(role for role in found if role is not None))
