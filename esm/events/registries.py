"""What the apps above plug in: who may see what happened to their things, and what of it.

The change feed asks it for each page, messages to other systems for every single one at the moment
it is sent.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from esm.accounts.models import User
from esm.events.registry import EventRow

# What may be known of events, by their ids.
Told: TypeAlias = dict[int, dict[str, Any]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sight:
    """Sight of the things that carry chains of one prefix, by the rule of the page that shows them.

    ``seen(user, pks)`` are those of the things the account may see, ``heard(user, rows)`` those
    events of seen things that it is told, in their order. ``tell(user, events)`` is what it may
    know of events when other systems are told, as plain JSON values by the ids of events, those
    left out that it may not know; without it they are told nothing. It asks anew at each call.
    ``words`` are the first words of the types of events they are told. ``reads(user, rows)`` are
    the ids of those events whose private text its page shows the account; without it nobody reads
    any.
    """

    seen: Callable[[Any, Collection[int]], Collection[int]]
    heard: Callable[[Any, Sequence[EventRow]], list[EventRow]]
    tell: Callable[[User, Sequence[EventRow]], Told] | None = None
    words: frozenset[str] = frozenset()
    reads: Callable[[Any, Sequence[EventRow]], Collection[int]] | None = None


_sights: dict[str, Sight] = {}


def register_sight(prefix: str, sight: Sight) -> None:
    """Say who sees what of chains of this prefix; a later registration replaces the one before."""
    _sights[prefix] = sight


def sight_of(prefix: str) -> Sight | None:
    """Sight of chains with this prefix; those nobody speaks for are told to nobody."""
    return _sights.get(prefix)


def tell(user: User, events: Sequence[EventRow]) -> Told:
    """What the account may know of events, by id; of the others nothing, as where no app answers.

    Queries do not grow with the number of events.
    """
    found: Told = {}
    for prefix, sight in _sights.items():
        rows = [event for event in events if event.chain.partition("/")[0] == prefix]
        if rows and sight.tell:
            found |= sight.tell(user, rows)
    return found


def seen_chains(user: User, chains: Collection[str]) -> set[str]:
    """Those of the chains whose things the account may see."""
    found: set[str] = set()
    for prefix, sight in _sights.items():
        head = f"{prefix}/"
        pks = {int(c.removeprefix(head)) for c in chains if c.startswith(head)}
        if pks:
            found |= {f"{head}{pk}" for pk in sight.seen(user, pks)}
    return found


def told_words() -> set[str]:
    """First words of the types of events that somebody may be told."""
    return {word for sight in _sights.values() for word in sight.words}
