"""Whoever answers for an element says that it still holds, on record, until another day."""

from datetime import date, timedelta

from django.db import transaction

from esm.common import clock
from esm.common.errors import Invalid, InvalidState, NotFound
from esm.events.actors import Actor
from esm.events.services import ledger
from governance.blueprint.serialise import content_hash
from governance.event_types.reviews import ElementReviewed
from governance.locks import lock_versions
from governance.models import ModelVersion, Review
from governance.policies import Scope, require
from governance.selectors import reviews
from governance.selectors.lint_facts import today_of
from governance.selectors.owning import holds
from governance.selectors.versions import blueprint

LONGEST = timedelta(days=3 * 366)
MAX_NOTE = 2000


def in_force() -> ModelVersion:
    """The version in force, locked. Raises InvalidState while there is none."""
    for version in lock_versions().values():
        if version.state == ModelVersion.State.PUBLISHED:
            return version
    raise InvalidState("No version of the model is in force.", allowed=[])


def confirm(kind: str, key: str, *, next_due: date | None, note: str = "", actor: Actor) -> Review:
    """Say that an element still holds, and by which day it is looked at again.

    Raises NotFound for what names no day, NotAllowed for who does not answer for it, Invalid for a
    day that is past or more than three years off.
    """
    with transaction.atomic():
        version = in_force()
        bp = blueprint(version)
        row = reviews.one(bp, kind, key)
        if row is None:
            raise NotFound("This is not to be looked at again by a day.")
        mine = holds(actor.person_id, row.owner, clock.now())
        require(actor, "review.confirm", Scope(holder_id=(actor.person_id or 0) if mine else 0))
        assert actor.person_id is not None
        today = today_of(bp)
        if next_due is None or not today < next_due <= today + LONGEST:
            said = "Name the day by which it is looked at again, after today, within three years."
            raise Invalid(said, {"next_due": [said]})
        text = note.replace("\x00", "").strip()
        if len(text) > MAX_NOTE:
            said = f"At most {MAX_NOTE:,} characters; this has {len(text):,}."
            raise Invalid(said, {"note": [said]})
        found = Review.objects.create(
            kind=kind,
            key=key,
            version=version,
            content_hash=content_hash(bp.get(kind, key)),
            note=text,
            next_due=next_due,
            confirmed_at=clock.now(),
            confirmed_by_id=actor.person_id,
        )
        event = ElementReviewed(
            version=version.code,
            kind=kind,
            key=key,
            content_hash=bytes(found.content_hash).hex(),
            next_due=next_due.isoformat(),
            private={"note": text} if text else {},
        )
        ledger.record(version, [event], actor=actor)
        return found
