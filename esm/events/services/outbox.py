"""Owing effects that stand for no event."""

from collections.abc import Sequence
from datetime import datetime

from esm.common import clock
from esm.events import registry
from esm.events.models import Delivery
from esm.events.services.hints import hint


def enqueue(consumer: str, items: Sequence[str], *, due_at: datetime | None = None) -> None:
    """Owe one delivery per item to a registered sender, in the caller's transaction.

    Raises LookupError when nobody registered under that name.
    """
    if not items:
        return
    known = registry.consumer(consumer)
    if known is None:
        raise LookupError(f"No consumer is registered as {consumer!r}.")
    due = due_at or clock.now()
    Delivery.objects.bulk_create(
        Delivery(item=item, consumer=consumer, queue=known.queue, due_at=due) for item in items
    )
    hint(known.queue)
