"""Random calendars and instants, asked of a calendar and of the minutes of its zone."""

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from random import Random
from typing import Protocol
from zoneinfo import available_timezones

import numpy as np

from tests.oracle.minutes import DAY, EPOCH_DAY, Array, Counted, Pairs, Stretch, turns

SEED = int(os.environ.get("ESM_TEST_SEED", "0"))
# A zone of every kind of change; each seed takes another one of each kind.
KINDS = {
    "half an hour": ["Australia/Lord_Howe"],
    "at midnight": ["Africa/Cairo", "America/Havana", "America/Sao_Paulo", "Asia/Beirut",
                    "America/Asuncion", "America/Santiago", "Asia/Damascus", "Asia/Gaza"],
    "a day left out": ["Pacific/Apia", "Pacific/Fakaofo", "Pacific/Kiritimati",
                       "Pacific/Kwajalein"],
    "summer as standard": ["Europe/Dublin", "Africa/Windhoek"],
    "Ramadan": ["Africa/Casablanca", "Africa/El_Aaiun"],
    "two hours": ["Antarctica/Troll"],
    "another base": ["Asia/Pyongyang", "America/Caracas", "Europe/Istanbul", "Europe/Volgograd",
                     "Asia/Almaty", "America/Scoresbysund", "Asia/Kathmandu", "Asia/Singapore"],
    "a minute past": ["America/St_Johns", "America/Goose_Bay"],
    "quarter hours": ["Pacific/Chatham", "Australia/Eucla"],
    "north": ["Europe/Helsinki", "America/New_York", "Europe/Lisbon", "Asia/Tehran"],
    "south": ["Australia/Sydney", "Pacific/Auckland", "America/Montevideo"],
    "none": ["UTC", "Asia/Tokyo", "Asia/Kolkata"],
}  # fmt: skip
YEARS = (1973, 2060)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SECOND = timedelta(seconds=1)
HOUR = 3600
# Open spans are asked for some days only: those of a year would be most of the work.
SHOWN = 2 * DAY
YEAR = 365 * DAY // 60


class Calendar(Protocol):
    """What is asked of a calendar."""

    def add(self, start: datetime, seconds: int) -> datetime: ...
    def elapsed(self, a: datetime, b: datetime) -> int: ...
    def is_open(self, t: datetime) -> bool: ...
    def open_spans(self, a: datetime, b: datetime) -> list[tuple[datetime, datetime]]: ...


Make = Callable[[str, dict[int, Pairs], dict[date, Pairs]], Calendar]


@dataclass
class Figures:
    """How much was compared, and what differed."""

    zones: set[str] = field(default_factory=set)
    minutes: int = 0
    calendars: int = 0
    cases: int = 0
    answers: int = 0
    differences: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return (
            f"{self.cases:,} cases ({self.answers:,} answers) of {self.calendars:,} calendars in "
            f"{len(self.zones)} zones, {self.minutes:,} steps asked of them: "
            f"{len(self.differences)} differences"
        )


def twelve(seed: int) -> list[str]:
    """One zone of each kind."""
    return [zones[seed % len(zones)] for zones in KINDS.values()]


def hundred(seed: int) -> list[str]:
    """A hundred zones of all there are; six seeds reach every one."""
    names = sorted(n for n in available_timezones() if not n.startswith(("posix", "right")))
    turn = seed * 100
    return [names[(turn + n) % len(names)] for n in range(100)]


@lru_cache(maxsize=8)
def asked(zone: str, begin: int, end: int, step: int) -> Stretch:
    """A stretch; kept for who asks for the same one next."""
    return Stretch(zone, begin, end, step)


def stretches(chance: Random, zone: str, count: int, step: int) -> Iterator[tuple[int, Stretch]]:
    """(an instant of interest, the stretch around it): where the zone's clock changes if it does.

    Of three zones one has a long stretch, of more than a year: asking for it is most of the work.
    """
    changes = turns(zone, *YEARS) if step > 1 else turns(zone, 1970, YEARS[1])
    for turn in range(count):
        at = chance.choice(changes) if changes else chance.randrange(YEARS[0] * 365 * DAY // 20)
        # A calendar says nothing about the time before 1970, and a stretch begins before ``at``.
        at = max(at - at % 60, 11 * DAY)
        if step == 1:
            yield at, asked(zone, at - 2 * HOUR, at + 3 * HOUR, 1)
        elif turn == 0 and chance.random() < 0.34:
            yield at, asked(zone, at - 10 * DAY, at + 370 * DAY, 60)
        else:
            yield at, asked(zone, at - 6 * DAY, at + 9 * DAY, 60)


def pairs(chance: Random, unit: int) -> list[tuple[int, int]]:
    """Intervals of one day: none, office hours, the whole day, breaks, small hours, till 24:00."""
    kind = chance.randrange(7)
    if kind == 0:
        return []
    if kind == 1:
        return [(0, DAY)]
    if kind == 2:
        return [(9 * HOUR, 12 * HOUR + 1800), (13 * HOUR, 17 * HOUR + 1800)]
    top = 4 * HOUR if kind == 3 else DAY
    cuts = sorted(chance.sample(range(top // unit), 2 * chance.randint(1, 4)))
    found = [(one * unit, two * unit) for one, two in zip(cuts[::2], cuts[1::2], strict=True)]
    if kind in (4, 5):
        found[-1] = (found[-1][0], DAY)
    if kind == 5:  # two that touch
        found = [*found[:-1], (found[-1][0], DAY - unit), (DAY - unit, DAY)]
        found = [one for one in found if one[0] < one[1]]
    return found


def compare(
    make: Make, zones: Sequence[str], cases: int, seed: int, step: int = 60, each: int = 100
) -> Figures:
    """Ask about so many cases and note what differs; equal arguments ask the same."""
    figures = Figures()
    count = 5 if step > 1 else 2
    share = -(-cases // (len(zones) * count))
    for zone in zones:
        chance = Random(f"{seed} {zone} {step}")
        figures.zones.add(zone)
        for at, stretch in stretches(chance, zone, count, step):
            figures.minutes += len(stretch.latest)
            left = min(share, cases - figures.cases)
            of_one = 4 * each if step > 1 and len(stretch.latest) > YEAR else each
            while left > 0:
                _one_calendar(make, chance, stretch, at, min(of_one, left), figures)
                left -= of_one
    return figures


def _one_calendar(
    make: Make, chance: Random, stretch: Stretch, at: int, cases: int, figures: Figures
) -> None:
    unit = stretch.step if stretch.step > 1 else chance.choice([1, 60, 1800])
    weekly: dict[int, Pairs] = {day: pairs(chance, unit) for day in range(7)}
    near = EPOCH_DAY + (at + 12 * HOUR) // DAY
    dated: dict[date, Pairs] = {
        date.fromordinal(near + chance.randint(-5, 5)): pairs(chance, unit)
        for _ in range(chance.randint(0, 4))
    }
    counted = Counted.of(stretch, weekly, dated)
    calendar = make(stretch.zone, weekly, dated)
    figures.calendars += 1
    figures.cases += cases
    dice = np.random.default_rng(chance.getrandbits(64))
    a, b = _instants(dice, counted, at, cases), _instants(dice, counted, at, cases)
    ordered = dice.random(cases) < 0.9
    a, b = np.where(ordered, np.minimum(a, b), a), np.where(ordered, np.maximum(a, b), b)
    left = counted.left(a)
    # Half of the targets end where something closes, give or take a second.
    whole = np.maximum(counted.elapsed(a, b) + dice.choice((-1, 0, 0, 1), cases), 0)
    some = (left * dice.random(cases) ** 3).astype(np.int64)
    target = np.minimum(np.where(dice.random(cases) < 0.5, whole, some), left)
    said = f"{stretch.zone} weekly={weekly} dated={dated}"
    figures.differences += _asked(calendar, counted, a, b, target, said)
    figures.answers += 4 * cases


def _instants(dice: np.random.Generator, counted: Counted, at: int, count: int) -> Array:
    """Half of them at an edge of open time, a quarter near the change, the rest anywhere."""
    begin, end = counted.stretch.begin, counted.stretch.end - 1
    starts, ends = counted.runs
    edges = np.concatenate([starts, ends]) if len(starts) else np.array([at])
    kind = dice.random(count)
    edge = dice.choice(edges, count) + dice.choice((-61, -1, 0, 0, 1, 60), count)
    near = at + np.where(
        dice.random(count) < 0.5,
        dice.integers(-3 * HOUR, 3 * HOUR, count),
        dice.integers(-1, 2, count),
    )
    anywhere = dice.integers(begin, end + 1, count)
    found = np.where(kind < 0.5, edge, np.where(kind < 0.75, near, anywhere))
    return np.clip(found, begin, end)


def _asked(
    calendar: Calendar, counted: Counted, a: Array, b: Array, target: Array, said: str
) -> Iterator[str]:
    """What the calendar answers otherwise than the minutes do."""
    starts, ends = counted.runs
    until = np.minimum(b, a + SHOWN)
    first, last = np.searchsorted(ends, a, "right"), np.searchsorted(starts, until, "left")
    rows = zip(
        a.tolist(),
        b.tolist(),
        until.tolist(),
        target.tolist(),
        counted.elapsed(a, b).tolist(),
        counted.add(a, target).tolist(),
        counted.is_open(a).tolist(),
        first.tolist(),
        last.tolist(),
        strict=True,
    )
    for one, two, stop, seconds, passed, due, opened, low, high in rows:
        start, end = EPOCH + one * SECOND, EPOCH + two * SECOND
        if (got := calendar.elapsed(start, end)) != passed:
            yield f"{said} elapsed({start}, {end}) is {got}, not {passed}"
        if (moment := calendar.add(start, seconds)) != EPOCH + due * SECOND:
            yield f"{said} add({start}, {seconds}) is {moment}, not {EPOCH + due * SECOND}"
        if calendar.is_open(start) is not opened:
            yield f"{said} is_open({start}) is not {opened}"
        shown = calendar.open_spans(start, EPOCH + stop * SECOND)
        spans = [
            (EPOCH + max(s, one) * SECOND, EPOCH + min(e, stop) * SECOND)
            for s, e in zip(starts[low:high].tolist(), ends[low:high].tolist(), strict=True)
            if one < stop
        ]
        if shown != spans:
            yield f"{said} open_spans({start}, {EPOCH + stop * SECOND}) is {shown}, not {spans}"


__all__ = ["KINDS", "SEED", "Calendar", "Figures", "Make", "compare", "hundred", "twelve"]
