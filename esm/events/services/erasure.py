"""Erasing names and free text without breaking the chain."""

from esm.common import clock
from esm.common.errors import InvalidState, NotFound
from esm.events.actors import Actor
from esm.events.chains import ChainParent
from esm.events.event_types import PrivateErased
from esm.events.models import Event, EventPrivate
from esm.events.services import kept_answers
from esm.events.services.ledger import record


def erase_private(parent: ChainParent, seq: int, *, actor: Actor) -> Event:
    """Erase the private content of one event of a locked parent's chain; returns the event.

    The commitment stays in the chain, its salt goes, and an event says who did it. What was
    answered to posts on this chain and is kept for their repetition goes with it. Needs the role
    that owns the tables: the application's is refused by the database. Raises NotFound when there
    is no such content, InvalidState when it was erased before.
    """
    event = Event.objects.filter(bucket=parent.chain_bucket, chain=parent.chain, seq=seq).first()
    side = EventPrivate.objects.filter(pk=event.pk).first() if event else None
    if event is None or side is None:
        raise NotFound("This event has no private content.")
    if side.erased_at is not None:
        raise InvalidState("The private content of this event was erased before.")
    EventPrivate.objects.filter(pk=event.pk).update(salt=None, content=None, erased_at=clock.now())
    kept_answers.erase(parent.chain)
    record(parent, [PrivateErased(seq=seq, type=event.type)], actor=actor)
    return event
