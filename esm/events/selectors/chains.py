"""Reading one chain of events with its private text."""

from collections.abc import Sequence

from esm.events.chains import ChainParent
from esm.events.registry import EventRow
from esm.events.selectors.events import events_of_parent


def events_of(parent: ChainParent, types: Sequence[str] = ()) -> list[EventRow]:
    """The events of a parent's chain in order, with the text that is not erased; one query."""
    return events_of_parent(parent, types)
