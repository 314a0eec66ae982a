"""What an open page may ask again and again: has the thing it shows changed?

The apps register a kind of thing in their ``apps.py``, as with the entries of the rail. A page
names its thing in ``{% block live %}``: ``queue/legal``, ``request/R-10482``, ``inbox``.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Pulse:
    """How far a thing has come.

    ``mark`` differs whenever what the page shows may differ. ``fresh`` is how many rows came since
    the mark the page was drawn with.
    """

    mark: str
    fresh: int = 0


# (account, name of the thing, mark of the page) → None where it is hidden or missing. One
# query, two where somebody's right needs one: it is asked every few seconds by every open page.
Beat = Callable[[Any, str, str], Pulse | None]

_known: dict[str, Beat] = {}


def register(kind: str, beat: Beat) -> None:
    """Let pages follow things of this kind."""
    _known[kind] = beat


def pulse(user: Any, thing: str, seen: str) -> Pulse | None:
    """The pulse of a thing such as ``request/R-10482``; None where it is hidden or missing."""
    kind, _slash, name = thing.partition("/")
    beat = _known.get(kind)
    return beat(user, name, seen) if beat else None


def highest(mark: str) -> int:
    """The highest number in a mark of a list, such as 17 of ``17.3a``; 0 for none."""
    number = mark.partition(".")[0]
    return int(number) if number.isascii() and number.isdigit() and len(number) < 19 else 0
