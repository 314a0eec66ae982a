"""How much of a department's work stays inside it, and how often it goes to and fro."""

from collections.abc import Iterable, Sequence
from itertools import pairwise


def ei_index(external: float, internal: float) -> float | None:
    """(E − I) ÷ (E + I) over handovers: −1 all inside, +1 all across (Krackhardt, Stern 1988)."""
    whole = external + internal
    return (external - internal) / whole if whole else None


def ping_pongs(ways: Iterable[Sequence[tuple[str, str]]]) -> dict[tuple[str, str], int]:
    """How many cases went from one side to another and straight back to it, by (first, other).

    A way is the sides of one case's handovers in order, as (giver, receiver). A case counts once
    for a pair, however often it went to and fro.
    """
    found: dict[tuple[str, str], int] = {}
    for way in ways:
        seen = set()
        for (giver, receiver), (then, back) in pairwise(way):
            if giver != receiver and then == receiver and back == giver:
                seen.add((giver, receiver))
        for pair in seen:
            found[pair] = found.get(pair, 0) + 1
    return found
