"""What people say when the critical few are chosen; each is told in the chain of the person."""

from collections.abc import Collection

from django.db import transaction

from esm.common import clock
from esm.common.errors import Invalid, NotFound
from esm.events.actors import Actor
from esm.events.services import ledger
from governance.event_types.critical import CoverageExplained, StreamRated
from governance.locks import lock_person
from governance.models import CoverageReason, FeasibilityRating, Person
from governance.policies import Scope, require
from governance.selectors import critical
from governance.selectors.commitments import in_force

MAX_REASON = 500


def rate_feasibility(
    person: Person, stream: str, *, score: int, reason: str, actor: Actor
) -> FeasibilityRating:
    """Say how feasible it is to change a stream, from 1 to 5, and why: its owner, or a steward.

    Raises NotAllowed, NotFound, Invalid.
    """
    reason = _line(reason)
    with transaction.atomic():
        person = lock_person(person.pk)
        bp = in_force()
        if bp is None or ("ValueStream", stream) not in bp:
            raise NotFound("There is no such stream.")
        owner = person.pk if critical.owns(person, bp, stream) else 0
        require(actor, "stream.rate", Scope(holder_id=owner))
        errors: dict[str, list[str]] = {}
        if not 1 <= score <= 5:
            errors["score"] = ["Choose from 1, hardly possible, to 5, easily done."]
        errors |= _wrong(reason, "Say why: sponsor, data, laws, people, systems.")
        if errors:
            raise Invalid(next(iter(errors.values()))[0], errors)
        row = FeasibilityRating.objects.create(
            stream_key=stream, score=score, reason=reason, person=person, at=clock.now()
        )
        event = StreamRated(
            person=person.ref, stream=stream, score=score, private={"reason": reason}
        )
        ledger.record(person, [event], actor=actor)
        return row


def explain_coverage(
    person: Person, streams: Collection[str], *, text: str, actor: Actor
) -> CoverageReason:
    """A steward says why these streams are the critical few though they cover less than wanted.

    Raises NotAllowed, Invalid.
    """
    text, keys = _line(text), sorted(streams)
    with transaction.atomic():
        person = lock_person(person.pk)
        require(actor, "model.edit", Scope())
        errors = {"text": said["reason"]} if (said := _wrong(text, "Say why these.")) else {}
        if errors:
            raise Invalid(errors["text"][0], errors)
        row = CoverageReason.objects.create(streams=keys, text=text, person=person, at=clock.now())
        event = CoverageExplained(person=person.ref, streams=keys, private={"text": text})
        ledger.record(person, [event], actor=actor)
        return row


def _line(text: str) -> str:
    return " ".join(text.replace("\x00", "").split())


def _wrong(reason: str, missing: str) -> dict[str, list[str]]:
    if not reason:
        return {"reason": [missing]}
    if len(reason) > MAX_REASON:
        return {"reason": [f"Say it in at most {MAX_REASON} characters."]}
    return {}
