"""What comes of an objection: tested, worked in, withdrawn or overruled, all of it on record.

Until it is settled its version cannot be agreed. Order of locks: the version, then whom the answer
to who decides depends on.
"""

from dataclasses import asdict

from django.db import transaction

from esm.common import clock
from esm.common.errors import Invalid, InvalidState, NotAllowed, NotFound
from esm.events.actors import Actor
from esm.events.services import ledger
from esm.events.types import DomainEvent
from governance.blueprint.consent import Answered, judged
from governance.event_types.change import ObjectionSettled, ObjectionTested
from governance.locks import hold_persons, hold_roles, lock_version
from governance.models import ConsentRound, ModelVersion, Objection
from governance.policies import Scope, require
from governance.selectors import meta_decision
from governance.selectors.resolving import looked_at
from governance.selectors.versions import load_blueprint
from governance.services import submitting

State, Outcome = Objection.State, ConsentRound.Outcome
MAX_REASON = 2000
TESTABLE = (State.RAISED, State.TESTING, State.VALID)


def take_up(version: ModelVersion, number: int, *, actor: Actor) -> Objection:
    """A steward begins to test it; whoever objected sees that. Raises InvalidState."""
    with transaction.atomic():
        version = lock_version(version.pk)
        one = _find(version, number)
        _must_test(one, actor)
        if one.state != State.RAISED:
            raise _wrong(one)
        one.state = State.TESTING
        one.save(update_fields=["state"])
        ledger.record(version, [_tested(version, one, {})], actor=actor)
        return one


def test(
    version: ModelVersion, number: int, tested: Answered, *, reason: str = "", actor: Actor
) -> Objection:
    """Answer the five questions; whether it holds follows from them.

    Where it does not, whoever tests says why. Raises NotAllowed, InvalidState, Invalid.
    """
    reason = _text(reason)
    with transaction.atomic():
        version = lock_version(version.pk)
        one = _find(version, number)
        _must_test(one, actor)
        if one.state not in TESTABLE:
            raise _wrong(one)
        valid, why = judged(tested)
        if not valid and not reason:
            sentence = "It does not hold by these answers: say why; whoever objected reads it."
            raise Invalid(sentence, {"reason": [sentence]})
        now = clock.now()
        for name, value in asdict(tested).items():
            setattr(one, name, value)
        one.state = State.VALID if valid else State.NOT_VALID
        one.tested_by_id, one.tested_at = actor.person_id, now
        one.test_reason = f"{why} {reason}".strip()
        if not valid:
            one.settled_by_id, one.settled_at = actor.person_id, now
        one.save()
        event = _tested(version, one, asdict(tested), one.test_reason)
        ledger.record(version, [event], actor=actor)
        return one


def integrate(version: ModelVersion, number: int, *, reason: str = "", actor: Actor) -> Objection:
    """Take the version back to work a valid objection in; the round ends as returned.

    Where it is a draft already only the objection goes on. Raises NotAllowed, InvalidState.
    """
    reason = _text(reason)
    with transaction.atomic():
        version = lock_version(version.pk)
        one = _find(version, number)
        require(actor, "objection.test", Scope(holder_id=one.person_id))
        if one.state != State.VALID:
            raise _wrong(one)
        if version.state == ModelVersion.State.IN_REVIEW:
            submitting.open_for_answers(version)
        event = settled(version, one, State.INTEGRATING, text=reason, actor=actor)
        ledger.record(version, [event], actor=actor)
        if version.state == ModelVersion.State.IN_REVIEW:
            why = reason or f"Objection {one.number} is worked in."
            submitting.back_to_draft(
                version, Outcome.RETURNED, private={"reason": why}, actor=actor
            )
        return one


def resolve(version: ModelVersion, number: int, *, changed: str, actor: Actor) -> Objection:
    """Say what was changed for it, once the draft holds that; then it stands in the way no more.

    Raises NotAllowed, InvalidState while nothing changed since the round, Invalid without a text.
    """
    changed = _text(changed)
    if not changed:
        sentence = "Say what was changed; whoever objected reads it."
        raise Invalid(sentence, {"changed": [sentence]})
    with transaction.atomic():
        version = lock_version(version.pk)
        one = _find(version, number)
        require(actor, "objection.test", Scope(holder_id=one.person_id))
        if one.state != State.INTEGRATING:
            raise _wrong(one)
        if load_blueprint(version.pk).content_hash == bytes(one.round.content_hash):
            raise InvalidState(
                f"{version.code} is as it was when the objection was raised: change it first.",
                allowed=["edit"],
            )
        event = settled(version, one, State.RESOLVED, text=changed, actor=actor)
        ledger.record(version, [event], actor=actor)
        return one


def withdraw(version: ModelVersion, number: int, *, reason: str = "", actor: Actor) -> Objection:
    """Whoever raised it wants it no more. Raises NotAllowed, InvalidState."""
    reason = _text(reason)
    with transaction.atomic():
        version = lock_version(version.pk)
        one = _find(version, number)
        require(actor, "objection.withdraw", Scope(holder_id=one.person_id))
        if not one.open:
            raise _wrong(one)
        event = settled(version, one, State.WITHDRAWN, text=reason, actor=actor)
        ledger.record(version, [event], actor=actor)
        return one


def overrule(version: ModelVersion, number: int, *, reason: str, actor: Actor) -> Objection:
    """Whoever decides on changes of the model sets it aside, with a reason on record.

    Raises NotAllowed for anybody else and for who raised it, InvalidState, Invalid.
    """
    reason = _text(reason)
    if not reason:
        sentence = "Say why it is overruled; whoever objected reads it, and it stands on record."
        raise Invalid(sentence, {"reason": [sentence]})
    with transaction.atomic():
        version = lock_version(version.pk)
        one = _find(version, number)
        _must_decide(version, one, actor)
        if not one.open:
            raise _wrong(one)
        event = settled(version, one, State.OVERRULED, text=reason, actor=actor)
        ledger.record(version, [event], actor=actor)
        return one


def settled(
    version: ModelVersion, one: Objection, state: Objection.State, *, text: str = "", actor: Actor
) -> DomainEvent:
    """Write where an objection of a locked version stands; the event is the caller's to record."""
    one.state = state
    if state != State.INTEGRATING:
        one.settled_at, one.settled_by_id = clock.now(), actor.person_id
        one.settlement = text
    one.save(update_fields=["state", "settled_at", "settled_by", "settlement"])
    return ObjectionSettled(
        version=version.code,
        objection=one.number,
        person=one.person.ref,
        state=state,
        by=actor.ref,
        private={"reason": text} if text else {},
    )


def _tested(
    version: ModelVersion, one: Objection, answers: dict[str, bool], reason: str = ""
) -> ObjectionTested:
    return ObjectionTested(
        version=version.code,
        objection=one.number,
        person=one.person.ref,
        state=one.state,
        answers=answers,
        private={"reason": reason} if reason else {},
    )


def _find(version: ModelVersion, number: int) -> Objection:
    rows = Objection.objects.filter(version=version, number=number)
    one = rows.select_related("person", "round").first()
    if one is None:
        raise NotFound("There is no such objection.")
    return one


def _wrong(one: Objection) -> InvalidState:
    return InvalidState(f"This objection is {one.get_state_display()}.", allowed=[])


def _must_test(one: Objection, actor: Actor) -> None:
    require(actor, "objection.test", Scope(holder_id=one.person_id))
    if actor.person_id == one.person_id:
        raise NotAllowed(
            "Nobody tests their own objection; another steward does.", code="objection-test"
        )


def _must_decide(version: ModelVersion, one: Objection, actor: Actor) -> None:
    """The actor is one whom the rules in force name for this version at this moment."""
    answer = meta_decision.who_decides(version)
    if answer is not None:
        persons, roles = looked_at(answer.trace)
        hold_persons(persons)
        hold_roles(roles)
        answer = meta_decision.who_decides(version)
    seats = answer.seats if answer is not None else ()
    mine = actor.kind == "person" and not actor.on_behalf_of
    if not mine or actor.person_id not in {seat.person.pk for seat in seats}:
        names = ", ".join(seat.person.name for seat in seats) or "nobody at the moment"
        raise NotAllowed(
            f"Only who decides on this change of the model overrules an objection: {names}.",
            code="objection-overrule",
        )
    if actor.person_id == one.person_id:
        raise NotAllowed("Nobody overrules their own objection.", code="objection-overrule")


def _text(text: str) -> str:
    text = text.replace("\x00", "").strip()
    if len(text) > MAX_REASON:
        sentence = f"At most {MAX_REASON:,} characters; this has {len(text):,}."
        raise Invalid(sentence, {"reason": [sentence]})
    return text
