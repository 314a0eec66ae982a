"""What was observed of a measure in a period, and the periods in which it is observed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

# Fewer say nothing about a change, on either side.
ENOUGH = 20
# Periods that are too thin alone are taken together as far back as a quarter.
TOGETHER = timedelta(days=92)
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Reading:
    """A value over the days ``since`` to ``until``, both counted in.

    ``n`` counts what it was made of; None where it is a count itself, not a sample. ``value`` is
    None where there were too few to show.
    """

    since: date
    until: date
    value: Decimal | None
    n: int | None = None
    version: str = ""

    @property
    def enough(self) -> bool:
        """Whether it can carry a verdict."""
        return self.value is not None and (self.n is None or self.n >= ENOUGH)


def recent(readings: Sequence[Reading], *, adds_up: bool) -> Reading | None:
    """The latest reading; with those before it, where it is too thin alone and they add up.

    ``readings`` are in the order of their days. None where nothing was observed.
    """
    known = [one for one in readings if one.value is not None]
    if not known:
        return None
    last = known[-1]
    if last.enough or not adds_up or last.n is None:
        return last
    taken = [last]
    for one in reversed(known[:-1]):
        if one.n is None or last.until - one.since >= TOGETHER:
            break
        taken.append(one)
        if sum(row.n or 0 for row in taken) >= ENOUGH:
            break
    n = sum(row.n or 0 for row in taken)
    total = sum(((row.value or Decimal(0)) * (row.n or 0) for row in taken), Decimal(0))
    return Reading(taken[-1].since, last.until, total / n if n else last.value, n, last.version)


def period_of(frequency: str, day: date) -> tuple[date, date]:
    """First and last day of the period in which a day lies: a day, week, month or quarter."""
    if frequency == "day":
        return day, day
    if frequency == "week":
        monday = day - timedelta(days=day.weekday())
        return monday, monday + timedelta(days=6)
    first = day.replace(day=1)
    months = 1
    if frequency == "quarter":
        first, months = first.replace(month=3 * ((first.month - 1) // 3) + 1), 3
    after = first
    for _ in range(months):
        after = (after + timedelta(days=31)).replace(day=1)
    return first, after - DAY


def periods(frequency: str, first: date, before: date) -> Iterator[tuple[date, date]]:
    """The whole periods from the one in which ``first`` lies that end before a day."""
    since, until = period_of(frequency, first)
    while until < before:
        yield since, until
        since, until = period_of(frequency, until + DAY)
