"""Controls that prevent: asked inside the transaction of what they watch over.

What breaks one is refused with the clause of its policy; the attempt is on record although the
transaction is taken back. A waiver in force lets it pass and is named in what is recorded. Order of
locks: the thing itself and its persons first, then waivers.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid4

from django.urls import reverse

from esm.common import aftermath, clock
from esm.common.errors import NotAllowed
from esm.events.actors import Actor
from esm.events.chains import ChainParent
from esm.events.locks import mark_locked
from esm.events.services import ledger
from esm.events.types import DomainEvent, moment_text
from governance.blueprint.controls import (
    InForce,
    Place,
    Verdict,
    about_waivers,
    bound,
    judge,
)
from governance.event_types.controls import ControlRefused, WaiverUsed
from governance.locks import hold_waivers
from governance.models import ControlResult, Decision, ModelVersion, Person, Waiver
from governance.selectors.control_values import decision_values
from governance.selectors.versions import blueprint

VIOLATED = "control-violated"
on_record = aftermath.on_record


@dataclass(frozen=True, kw_only=True)
class Watched:
    """What a control is asked about: the thing, the version whose controls hold, who does it."""

    kind: str
    pk: int
    ref: str
    version: ModelVersion
    actor: Actor
    decision: int | None = None


def watched(version: ModelVersion, place: Place) -> bool:
    """Whether a control may refuse what happens at a place; no query of its own."""
    return bool(bound(blueprint(version), place, "prevent"))


def hold(
    thing: Watched,
    place: Place,
    values: Callable[[], Mapping[str, Any]],
    *,
    waivable: bool = True,
) -> list[DomainEvent]:
    """Ask every preventing control of a place; what to record where waivers let it pass.

    ``values`` are read only where a control holds. Raises NotAllowed (``control-violated``).
    """
    controls = bound(blueprint(thing.version), place, "prevent")
    if not controls:
        return []
    read = values()
    broken = [one for one in judge(controls, place, read) if one.state == "violated"]
    if not broken:
        return []
    waivers = _in_force(broken) if waivable else {}
    again = judge([one.control for one in broken], place, read, [w for w, _ in waivers.values()])
    for verdict in again:
        if verdict.state == "violated":
            _refuse(thing, place, verdict, waivable)
    return [_passed(thing, place, one, waivers[one.waiver][1]) for one in again]


def _in_force(broken: Sequence[Verdict]) -> dict[str, tuple[InForce, Waiver]]:
    keys = {("control", one.control.key) for one in broken}
    keys |= {("policy", one.control.spec.policy) for one in broken}
    found = {}
    for row in hold_waivers(sorted(keys), clock.now()):
        of: Any = row.of
        known = InForce(row.ref, of, row.key, row.scope_kind, row.scope_key)
        found[row.ref] = (known, row)
    return found


def _place_text(place: Place) -> str:
    stage = "/".join(part for part in (place.workflow, place.stage) if part)
    return place.decision_type or stage or place.role


def _row(thing: Watched, place: Place, verdict: Verdict, attempt: UUID) -> ControlResult:
    return ControlResult(
        attempt=attempt,
        control_key=verdict.control.key,
        policy_key=verdict.control.spec.policy,
        clause=verdict.control.spec.clause,
        at=place.at,
        place=_place_text(place),
        subject_kind=thing.kind,
        subject_id=thing.pk,
        subject_ref=thing.ref,
        version=thing.version,
        person_id=thing.actor.person_id,
        happened_at=clock.now(),
    )


def _refuse(thing: Watched, place: Place, verdict: Verdict, waivable: bool) -> None:
    row = _row(thing, place, verdict, uuid4())
    row.state = ControlResult.State.REFUSED
    aftermath.later(partial(_write_refusal, row, thing.actor))
    spec, ask = verdict.control.spec, ""
    then = "Nothing was changed. Have somebody else do it, or change what is not right."
    if waivable and spec.longest_days:
        ask = f"{reverse('waiver-new')}?{urlencode({'what': f'control:{verdict.control.key}'})}"
        then = "Nothing was changed. Change what is not right, or ask for a waiver of this control."
    raise NotAllowed(
        f"{verdict.sentence} {then}",
        code=VIOLATED,
        control=verdict.control.key,
        policy=spec.policy,
        clause=spec.clause,
        ask=ask,
    )


def _write_refusal(row: ControlResult, actor: Actor) -> None:
    """Once for each attempt; the row is new, so nobody else can hold it."""
    if ControlResult.objects.filter(attempt=row.attempt).exists():
        return
    row.pk = None
    row.save(force_insert=True)
    mark_locked(row)
    event = ControlRefused(
        control=row.control_key,
        policy=row.policy_key,
        clause=row.clause,
        at=row.at,
        place=row.place,
        subject=row.subject_ref,
        version=row.version.code,
    )
    ledger.record(row, [event], actor=actor, at=row.happened_at)


def _passed(thing: Watched, place: Place, verdict: Verdict, waiver: Waiver) -> DomainEvent:
    row = _row(thing, place, verdict, uuid4())
    row.state, row.waiver = ControlResult.State.WAIVED, waiver
    row.save(force_insert=True)
    return WaiverUsed(
        waiver=waiver.ref,
        control=verdict.control.key,
        policy=verdict.control.spec.policy,
        clause=verdict.control.spec.clause,
        expires_at=moment_text(waiver.expires_at),
        decision=thing.decision,
    )


def decision_place(decision: Decision) -> Place:
    """Where a decision stands for controls and waivers."""
    scope = {
        "department": {decision.department_key},
        "service": {decision.service_key},
        "subject": {decision.subject_ref},
    }
    return Place(at="decision", decision_type=decision.type_key, scope=scope)


def hold_decision(
    parent: ChainParent,
    decision: Decision,
    given: Mapping[str, Any],
    said: Any,
    by: Person,
    *,
    actor: Actor,
) -> None:
    """Refuse a yes that breaks a control of the pinned version; saying no is always possible.

    ``said`` has the outcome, rationale and conditions. Where a waiver lets it pass, the trace and
    the subject's chain name it. Nothing is waived where a waiver itself is decided.
    """
    if said.outcome != Decision.Outcome.APPROVE:
        return
    thing = Watched(
        kind=decision.subject_kind,
        pk=decision.subject_id,
        ref=decision.subject_ref,
        version=decision.version,
        actor=actor,
        decision=decision.seq,
    )
    values = partial(
        decision_values, decision, given, decider=by.ref, outcome=said.outcome,
        rationale=said.rationale, conditions=said.conditions,
    )  # fmt: skip
    waivable = not about_waivers(blueprint(decision.version), [decision.type_key])
    events = hold(thing, decision_place(decision), values, waivable=waivable)
    if events:
        decision.trace = [*decision.trace, *(_step(event) for event in events)]
        ledger.record(parent, events, actor=actor)


def _step(event: DomainEvent) -> dict[str, Any]:
    """How a trace names a waiver."""
    assert isinstance(event, WaiverUsed)
    text = f"Waiver {event.waiver} lets it pass that “{event.clause}” is not kept."
    return {"code": "waived", "text": text, "data": {"waiver": event.waiver}}
