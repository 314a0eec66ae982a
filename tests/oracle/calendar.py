"""A second, slow opinion on business time: zoneinfo and counting, none of our code.

One rule defines it: a local time stands for the first instant (whole second, UTC) at which the
local clock shows that time or a later one; found by walking, not by offsets. A calendar is a zone,
``{weekday: [(from, to)]}`` and ``{date: [(from, to)]}`` in seconds of the local day.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

Pairs = list[tuple[int, int]]
MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)


@lru_cache(maxsize=100_000)
def instant(zone: str, day: date, second: int) -> datetime:
    """Walk by minutes, then by seconds, from 15 h before, until the local clock is there."""
    wanted = datetime(day.year, day.month, day.day) + timedelta(seconds=second)
    at = (wanted - timedelta(hours=15)).replace(tzinfo=UTC)
    while _shown(zone, at + MINUTE) < wanted:
        at += MINUTE
    while _shown(zone, at) < wanted:
        at += SECOND
    return at


def _shown(zone: str, at: datetime) -> datetime:
    return at.astimezone(ZoneInfo(zone)).replace(tzinfo=None)


def spans(
    zone: str, weekly: dict[int, Pairs], exceptions: dict[date, Pairs], a: datetime, b: datetime
) -> Iterator[tuple[datetime, datetime]]:
    """Open spans cut to ``a`` … ``b``."""
    day = a.astimezone(ZoneInfo(zone)).date() - timedelta(days=2)
    while day <= b.astimezone(ZoneInfo(zone)).date() + timedelta(days=2):
        for opens, closes in sorted(exceptions.get(day, weekly.get(day.weekday(), []))):
            start, end = max(instant(zone, day, opens), a), min(instant(zone, day, closes), b)
            if start < end:
                yield start, end
        day += timedelta(days=1)


def open_seconds(
    zone: str, weekly: dict[int, Pairs], exceptions: dict[date, Pairs], a: datetime, b: datetime
) -> int:
    """How many whole seconds were open, counted one by one."""
    count = 0
    for start, end in spans(zone, weekly, exceptions, a, b):
        while start < end:
            count += 1
            start += SECOND
    return count


def due(
    zone: str, weekly: dict[int, Pairs], exceptions: dict[date, Pairs], a: datetime, target: int
) -> datetime:
    """The first second by which ``target`` open seconds have passed; looks 40 days ahead."""
    if target == 0:
        return a
    for start, end in spans(zone, weekly, exceptions, a, a + timedelta(days=40)):
        while start < end:
            start += SECOND
            target -= 1
            if target == 0:
                return start
    raise LookupError("not within 40 days")
