"""Reactions to events; registered in apps.py. Each runs in the transaction of its delivery."""

from esm.events.registry import EventRow
from valueflow.services import improvement_notices


def tell_improving(event: EventRow) -> None:
    """A problem was found, or an opportunity moved: whom it concerns hears of it."""
    improvement_notices.tell(event)
