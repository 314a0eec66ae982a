"""Keeps the minutes of those who govern: which point was taken up, what was said, and decided."""

from django.db import transaction

from esm.common import clock
from esm.common.errors import Invalid
from esm.events.actors import Actor
from esm.events.services import ledger
from governance.event_types.reviews import PointTaken
from governance.models import AgendaNote
from governance.policies import Scope, require
from governance.selectors.agenda import Point, body_of
from governance.selectors.owning import holds
from governance.selectors.versions import blueprint
from governance.services.reviews import in_force

MAX_TEXT = 5000


def take_up(point: Point, *, body: str, text: str, decided: bool, actor: Actor) -> AgendaNote:
    """Say what a meeting made of a point. Raises NotFound, NotAllowed, Invalid without words."""
    with transaction.atomic():
        version = in_force()
        found = body_of(blueprint(version), body)
        now = clock.now()
        members = found.members if found is not None else ()
        sits = any(holds(actor.person_id, role, now) for role in members)
        require(actor, "agenda.note", Scope(holder_id=(actor.person_id or 0) if sits else 0))
        assert actor.person_id is not None
        words = text.replace("\x00", "").strip()
        if not words or len(words) > MAX_TEXT:
            said = f"Say in at most {MAX_TEXT:,} characters what the meeting made of it."
            raise Invalid(said, {"text": [said]})
        note = AgendaNote.objects.create(
            body=body,
            point=point.id,
            title=point.title,
            text=words,
            decided=decided,
            taken_at=now,
            taken_by_id=actor.person_id,
        )
        event = PointTaken(
            version=version.code,
            body=body,
            point=point.id,
            decided=decided,
            private={"title": point.title, "text": words},
        )
        ledger.record(version, [event], actor=actor)
        return note
