"""Agreements between teams: times and criteria for both sides; who hears when something is late."""

from collections.abc import Collection, Iterator
from dataclasses import replace

from governance.blueprint.blueprint import Blueprint
from governance.blueprint.impact import words
from governance.blueprint.impact.claims import Claim, Place
from governance.blueprint.impact.effects import Receiver
from governance.blueprint.impact.work import called
from governance.blueprint.kinds import ClockPolicy, HandoffAgreement, Workflow
from governance.blueprint.kinds.workflows import Criterion

_ROLES = (
    ("agreement.escalation", "escalation_role", 2),
    ("agreement.consulted", "consulted_roles", 1),
    ("agreement.informed", "informed_roles", 1),
    ("agreement.signs", "signed_by", 2),
)
_METRICS = {
    "respond": "an answer",
    "complete": "work",
    "promise": "a promise",
    "decision": "a decision",
    "clarify": "a question",
    "wait": "a wait",
    "stage": "a step",
}


def agreements(bp: Blueprint, keys: Collection[str]) -> Iterator[Claim]:
    """What these agreements say of the two teams and of the roles they name."""
    for key in keys:
        spec = bp.peek(HandoffAgreement, key)
        if spec is not None:
            yield from _both(bp, key, spec)
            yield from _named(bp, key, spec)


def _both(bp: Blueprint, key: str, spec: HandoffAgreement) -> Iterator[Claim]:
    giver, receiver = Receiver("team", spec.giver_team), Receiver("team", spec.receiver_team)
    step = _step(bp, spec)
    for one, other, topic in ((giver, receiver, "gives"), (receiver, giver, "receives")):
        base = Claim(
            one, called(bp, one), "processes", Place(topic, "HandoffAgreement", key),
            f"{called(bp, other)}{step}", mark=f"{other.key}/{spec.stage}/{spec.workflow}",
            degree=3, anchors="",
            places=(("team", one.key),), touches=(("HandoffAgreement", key),),
        )  # fmt: skip
        yield replace(base, value=base.what)
        yield from _terms(spec, replace(base, anchors=None, anchor=""))


def _terms(spec: HandoffAgreement, base: Claim) -> Iterator[Claim]:
    side = base.place.topic
    for name in ("respond_s", "complete_s", "clarify_s"):
        seconds = getattr(spec, name)
        yield replace(
            base, place=base.place._replace(topic=f"{side}.{name[:-2]}"), timed=True,
            value=words.duration(seconds), mark=str(seconds), seconds=seconds, degree=1,
        )  # fmt: skip
    auto = spec.accept_mode == "auto_if_complete"
    accepted = "by itself where it is complete" if auto else "by somebody"
    topic = base.place._replace(topic=f"{side}.accepted")
    yield replace(base, place=topic, value=accepted, mark=None, degree=2)
    override = "with a reason" if spec.allow_override else "never"
    topic = base.place._replace(topic=f"{side}.override")
    yield replace(base, place=topic, value=override, mark=None, degree=2)
    for one in spec.criteria:
        place = base.place._replace(topic=f"{side}.criterion", part=one.key)
        yield replace(base, place=place, value=_criterion(one), mark=None, degree=2)
    for reason in spec.return_reasons:
        place = base.place._replace(topic=f"{side}.reason", part=reason.key)
        text = words.short(reason.text)
        yield replace(base, place=place, what=text, value=text, mark=None, degree=1)


def _criterion(one: Criterion) -> str:
    checked = {"manual": "looked at by somebody", "attachment": "checked by the file"}
    how = checked.get(one.kind, "checked by the system")
    if one.expression:
        how = f"{how}: {words.condition(one.expression)}"
    return f"{words.short(one.text)}, {'must' if one.severity == 'must' else 'should'} hold, {how}"


def _named(bp: Blueprint, key: str, spec: HandoffAgreement) -> Iterator[Claim]:
    pair = (Receiver("team", spec.giver_team), Receiver("team", spec.receiver_team))
    what = f"{called(bp, pair[0])} → {called(bp, pair[1])}{_step(bp, spec)}"
    for topic, name, degree in _ROLES:
        given = getattr(spec, name)
        for role in (given,) if isinstance(given, str) else given or ():
            one = Receiver("role", role)
            yield Claim(
                one, called(bp, one), "processes", Place(topic, "HandoffAgreement", key), what,
                mark="", degree=degree, touches=(("HandoffAgreement", key),),
            )  # fmt: skip


def _step(bp: Blueprint, spec: HandoffAgreement) -> str:
    if spec.stage is None:
        return ""
    for key, flow in bp.find(Workflow).items():
        if spec.workflow in (None, key):
            for stage in flow.stages:
                if stage.key == spec.stage:
                    return f" (“{stage.name}”)"
    return ""


def late(bp: Blueprint, keys: Collection[str]) -> Iterator[Claim]:
    """Who hears of clocks that run late."""
    for key in keys:
        spec = bp.peek(ClockPolicy, key)
        for rung in spec.rungs if spec is not None else ():
            for role in rung.roles:
                one = Receiver("role", role)
                yield Claim(
                    one, called(bp, one), "processes", Place("late", "ClockPolicy", key),
                    _METRICS[spec.metric if spec is not None else "promise"], mark="",
                    touches=(("ClockPolicy", key),),
                )  # fmt: skip
