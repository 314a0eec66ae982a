"""How much whoever asked had to do for it, and which answers are of too few people to be told.

Friction = messages they wrote + 2 × questions between teams + 3 × times it came back to them with a
question + 2 × times a step asked them again; per request.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

from valueflow.engine.summary import FEW

Key = TypeVar("Key")


@dataclass(frozen=True, slots=True)
class Friction:
    """What one request, or many together, asked of whoever sent it."""

    touches: int = 0
    clarifications: int = 0
    returns: int = 0
    again: int = 0

    @property
    def score(self) -> int:
        """Points."""
        return self.touches + 2 * self.clarifications + 3 * self.returns + 2 * self.again

    def __add__(self, other: "Friction") -> "Friction":
        return Friction(
            self.touches + other.touches,
            self.clarifications + other.clarifications,
            self.returns + other.returns,
            self.again + other.again,
        )


def too_few(groups: Mapping[Key, frozenset[int]]) -> frozenset[Key]:
    """Groups of answers that are not told; ``groups`` are the people who gave them.

    A group of fewer than five people, and then the smallest others until those that are not told
    are of five people together and no single group: so nothing comes out by subtraction.
    """
    given = {key: people for key, people in groups.items() if people}
    hidden = {key for key, people in given.items() if len(people) < FEW}
    shown = sorted(given.keys() - hidden, key=lambda key: (len(given[key]), str(key)))
    for key in shown:
        people = frozenset[int]().union(*(given[one] for one in hidden))
        if not hidden or (len(hidden) > 1 and len(people) >= FEW):
            break
        hidden.add(key)
    return frozenset(hidden)
