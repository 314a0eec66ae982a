"""Where the time of a decision went: each second is charged to one of four waits.

Until the last word of who recommends it waits for a recommendation; after that until the last word
of who must agree, for agreement; after that until the last input, for input; the rest is the
decider's. Nobody who was asked and said nothing kept it waiting. The four add up to the whole.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from itertools import pairwise

SPOKEN = ("recommend", "agree", "input")
WAITS = (*SPOKEN, "decider")


def cuts(opened: datetime, decided: datetime, last: Mapping[str, datetime]) -> list[datetime]:
    """The moments at which one wait gave way to the next, from opened to decided."""
    points = [opened]
    for part in SPOKEN:
        said = min(last.get(part, opened), decided)
        points.append(max(points[-1], said))
    return [*points, decided]


def split(points: Sequence[datetime], elapsed: Callable[[datetime, datetime], int]) -> list[int]:
    """Seconds between the moments; as differences from the first, so that they add up."""
    passed = [elapsed(points[0], point) for point in points]
    return [later - earlier for earlier, later in pairwise(passed)]


def means(rows: Sequence[Sequence[int]]) -> list[float]:
    """The mean of each wait of some decisions."""
    return [sum(row[place] for row in rows) / len(rows) for place in range(len(WAITS))]
