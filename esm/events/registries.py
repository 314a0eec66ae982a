"""What the apps above plug in: who may see what happened to their things, and what of it.

Messages to other systems ask it again for every single one, at the moment it is sent.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from esm.accounts.models import User
from esm.events.registry import EventRow


@dataclass(frozen=True, slots=True)
class Sight:
    """Sight of the things that carry chains of one prefix.

    ``tell(user, event)`` is what the account may know of an event, as plain JSON values, or None
    when it may not know of it. ``seen(user, pks)`` are those of the things it may see. ``words``
    are the first words of their types of events.
    """

    tell: Callable[[User, EventRow], dict[str, Any] | None]
    seen: Callable[[User, Collection[int]], set[int]]
    words: frozenset[str]


_sights: dict[str, Sight] = {}


def register_sight(prefix: str, sight: Sight) -> None:
    """Say who sees what of chains of this prefix; a later registration replaces the one before."""
    _sights[prefix] = sight


def tell(user: User, event: EventRow) -> dict[str, Any] | None:
    """What the account may know of an event; None for nothing, as where no app answers."""
    known = _sights.get(event.chain.partition("/")[0])
    return known.tell(user, event) if known else None


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
