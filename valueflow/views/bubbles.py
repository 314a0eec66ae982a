"""Places of bubbles in a drawing of two figures from 1 to 5, as svg attributes."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import sqrt

WIDTH, HEIGHT = 720, 420
LEFT, RIGHT, TOP, BOTTOM = 48, 28, 24, 44
SMALLEST, LARGEST = 13.0, 40.0


@dataclass(frozen=True, slots=True)
class Bubble:
    """One circle: where it stands, how large, its warmth from 1 to 4 (0 is unknown)."""

    x: float
    y: float
    r: float
    warmth: int
    number: str
    label: str
    says: str
    url: str
    marked: bool
    under: float


@dataclass(frozen=True, slots=True)
class Point:
    """What a bubble shows: two figures from 1 to 5, a volume, a number from 1 to 5 or None."""

    across: float
    up: float
    volume: int
    number: int | None
    label: str
    says: str
    url: str
    marked: bool


def place_x(value: float) -> float:
    """Where a figure from 1 to 5 stands across."""
    return round(LEFT + (value - 1) / 4 * (WIDTH - LEFT - RIGHT), 1)


def place_y(value: float) -> float:
    """Where a figure from 1 to 5 stands up."""
    return round(HEIGHT - BOTTOM - (value - 1) / 4 * (HEIGHT - TOP - BOTTOM), 1)


def ticks() -> list[tuple[int, float, float]]:
    """(number, across, up) of the five lines."""
    return [(n, place_x(n), place_y(n)) for n in range(1, 6)]


def bubbles(points: Iterable[Point]) -> list[Bubble]:
    """Circles whose area follows the volume, the largest first so that none covers another whole.

    What would leave the drawing is moved inside by its own radius.
    """
    rows = sorted(points, key=lambda one: -one.volume)
    most = max((one.volume for one in rows), default=0) or 1
    found = []
    for one in rows:
        r = round(max(SMALLEST, LARGEST * sqrt(one.volume / most)), 1)
        x = min(max(place_x(one.across), LEFT + r), WIDTH - r - 2)
        y = min(max(place_y(one.up), r + 2), HEIGHT - BOTTOM - r)
        found.append(
            Bubble(
                x=x,
                y=y,
                r=r,
                warmth=min(one.number or 0, 4),
                number=str(one.number) if one.number else "?",
                label=one.label,
                says=one.says,
                url=one.url,
                marked=one.marked,
                under=round(y + r + 13, 1),
            )
        )
    return found
