"""A third opinion on business time: every minute of a stretch is asked of the zone, then summed.

Nothing of ours. One rule defines what is open: a local time stands for the first instant at which
the local clock shows it or a later one. So what counts at an instant is the *latest* time the local
clock has shown until then: an hour that is turned back counts as the last moment before it was, and
a minute is open when that time lies within an interval of its day. Open seconds are a running sum.

A stretch is asked in steps of a minute, or of a second where intervals or offsets need it. For many
questions at once: numpy arrays of epoch seconds in, arrays out.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

Pairs = Sequence[tuple[int, int]]
Array = np.ndarray[Any, Any]
DAY = 86_400
EPOCH_DAY = date(1970, 1, 1).toordinal()
# The clock of no zone has been turned back by more than a day; the latest time it has shown is
# looked for from this long before a stretch.
BEFORE = 2 * DAY


def ahead(zone: ZoneInfo, at: int) -> int:
    """Seconds the local clock is ahead of UTC in the second ``at``, as the zone says."""
    offset = datetime.fromtimestamp(at, zone).utcoffset()
    assert offset is not None
    return offset.days * DAY + offset.seconds


def turns(name: str, first: int, last: int) -> list[int]:
    """Seconds at which a zone's clock is changed, between two years; found by halving days."""
    zone, found = ZoneInfo(name), []
    at = int(datetime(first, 1, 1, tzinfo=UTC).timestamp())
    end = int(datetime(last + 1, 1, 1, tzinfo=UTC).timestamp())
    before = ahead(zone, at)
    while at < end:
        after = ahead(zone, at + DAY)
        if after != before:
            low, high = at, at + DAY
            while high - low > 1:
                middle = (low + high) // 2
                low, high = (middle, high) if ahead(zone, middle) == before else (low, middle)
            found.append(high)
        at, before = at + DAY, after
    return found


class Stretch:
    """What the clock of a zone shows in every step from ``begin`` to ``end`` (epoch seconds)."""

    def __init__(self, name: str, begin: int, end: int, step: int) -> None:
        zone = ZoneInfo(name)
        self.zone, self.begin, self.end, self.step = name, begin, end, step
        asked = range(begin, end, step)
        shown = np.fromiter((at + ahead(zone, at) for at in asked), np.int64, len(asked))
        minutes = range(begin - BEFORE, begin, 60)
        earlier = max(max(at + ahead(zone, at), at + 59 + ahead(zone, at + 59)) for at in minutes)
        # In steps of a minute the last second of a minute stands for its whole minute.
        self.latest = np.maximum.accumulate(np.maximum(shown, earlier - earlier % step))
        if (self.latest % step).any():
            raise ValueError(f"The clock of {name} is not on whole steps of {step} s.")
        self.first_day = int(self.latest[0]) // DAY
        self.last_day = int(self.latest[-1]) // DAY

    def days(self) -> range:
        """Numbers of the local days the clock has shown, counted from 1970-01-01."""
        return range(self.first_day, self.last_day + 1)


@dataclass(frozen=True)
class Counted:
    """Open steps of a stretch under a calendar, and the running sum of their seconds."""

    stretch: Stretch
    opened: Array
    total: Array

    @classmethod
    def of(
        cls, stretch: Stretch, weekly: Mapping[int, Pairs], dated: Mapping[date, Pairs]
    ) -> "Counted":
        """Look every step up in a table of the local days; dated days replace those of the week."""
        step = stretch.step
        table = np.zeros((len(stretch.days()), DAY // step), bool)
        for row, number in enumerate(stretch.days()):
            day = date.fromordinal(EPOCH_DAY + number)
            for opens, closes in dated.get(day, weekly.get(day.weekday(), ())):
                table[row, opens // step : closes // step] = True
        opened = table.ravel()[(stretch.latest - stretch.first_day * DAY) // step]
        return cls(stretch, opened, np.concatenate([[0], np.cumsum(opened, dtype=np.int64) * step]))

    def is_open(self, at: Array) -> Array:
        """Whether the seconds ``at`` are open."""
        return self.opened[(at - self.stretch.begin) // self.stretch.step]

    def until(self, at: Array) -> Array:
        """Open seconds from the beginning of the stretch until ``at``."""
        row, rest = np.divmod(at - self.stretch.begin, self.stretch.step)
        return self.total[row] + rest * self.opened[np.minimum(row, len(self.opened) - 1)]

    def elapsed(self, a: Array, b: Array) -> Array:
        """Open seconds from ``a`` until ``b``; none when ``b`` comes first."""
        return np.maximum(self.until(b) - self.until(a), 0)

    def left(self, at: Array) -> Array:
        """Open seconds from ``at`` until the end of the stretch."""
        return self.total[-1] - self.until(at)

    def add(self, at: Array, seconds: Array) -> Array:
        """The least seconds until which that much was open after ``at``; it must be left."""
        goal = self.until(at) + seconds
        row = np.searchsorted(self.total, goal, "left") - 1
        due = self.stretch.begin + row * self.stretch.step + goal - self.total[row]
        return np.where(seconds == 0, at, due)

    @cached_property
    def runs(self) -> tuple[Array, Array]:
        """Beginnings and ends of all that is open without a break."""
        edges = np.diff(np.concatenate([[0], self.opened.astype(np.int8), [0]]))
        place = self.stretch.begin + np.arange(len(edges)) * self.stretch.step
        return place[edges == 1], place[edges == -1]
