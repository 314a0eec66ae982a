"""How much of a department's work stays inside it, and how often it goes to and fro."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise


@dataclass(frozen=True, slots=True)
class Move:
    """Work that goes from a step of one side to a step of another, or of the same."""

    giver: str
    source: str
    receiver: str
    target: str

    @property
    def back(self) -> "Move":
        """The same way back."""
        return Move(self.receiver, self.target, self.giver, self.source)


def ei_index(external: float, internal: float) -> float | None:
    """(E − I) ÷ (E + I) over handovers: −1 all inside, +1 all across (Krackhardt, Stern 1988)."""
    whole = external + internal
    return (external - internal) / whole if whole else None


def ping_pongs(ways: Iterable[Sequence[Move]]) -> dict[str, int]:
    """How many cases went over the border of a side and straight back to the same step, by side.

    A way is the moves of one case in order; what is returned moves back. A case counts once for
    each of the two sides, however often it went to and fro (p → q → p of process mining).
    """
    found: dict[str, int] = {}
    for way in ways:
        sides = {
            side
            for move, then in pairwise(way)
            if move.giver != move.receiver and then == move.back
            for side in (move.giver, move.receiver)
        }
        for side in sides:
            found[side] = found.get(side, 0) + 1
    return found
