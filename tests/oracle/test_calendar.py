"""Business time against an opinion that shares nothing with it: every minute, asked of the zone.

``ESM_TEST_SEED=3 ./test tests/oracle/test_calendar.py`` takes other zones, calendars and instants.
"""

from datetime import date, datetime, timedelta
from zoneinfo import available_timezones

import pytest

from tests.oracle.calendar_cases import KINDS, SEED, Calendar, compare, hundred, twelve
from tests.oracle.minutes import Pairs
from workflows.calendars import BusinessCalendar

PARTS = 4
CASES = 200_000


@pytest.mark.parametrize("part", range(PARTS))
def test_two_hundred_thousand_cases_in_twelve_zones_agree(part: int) -> None:
    zones = twelve(SEED)[part::PARTS]
    figures = compare(BusinessCalendar, zones, CASES // PARTS, SEED)
    print(figures, ", ".join(zones))
    assert figures.differences == []
    assert (figures.cases, len(figures.zones)) == (CASES // PARTS, len(KINDS) // PARTS)


def test_two_thousand_cases_by_the_second_agree() -> None:
    figures = compare(
        BusinessCalendar, [*twelve(SEED), "Africa/Monrovia"], 2_000, SEED, step=1, each=20
    )
    print(figures)
    assert figures.differences == []
    assert figures.cases == 2_000


@pytest.mark.slow
@pytest.mark.parametrize("part", range(PARTS))
def test_a_hundred_zones_agree(part: int) -> None:
    zones = hundred(SEED)[part::PARTS]
    figures = compare(BusinessCalendar, zones, CASES // PARTS, SEED)
    print(figures)
    assert figures.differences == []
    assert (figures.cases, len(figures.zones)) == (CASES // PARTS, len(zones))


def test_six_seeds_reach_every_zone() -> None:
    reached = {zone for seed in range(6) for zone in hundred(seed)}
    assert reached >= {n for n in available_timezones() if not n.startswith(("posix", "right"))}
    kinds = {zone for seed in range(8) for zone in twelve(seed)}
    assert kinds == {zone for zones in KINDS.values() for zone in zones}


class AMinuteShort(BusinessCalendar):
    """One minute of one weekday in the whole year is closed."""

    def _spans(self, first: int, last: int) -> tuple[list[int], list[int]]:
        starts, ends = super()._spans(first, last)
        longest = max(range(len(starts)), key=lambda n: ends[n] - starts[n], default=-1)
        if longest >= 0:
            ends[longest] -= 60
        return starts, ends


class DueAtOpening(BusinessCalendar):
    """A due that falls on closing time moves on to the next opening."""

    def add(self, start: datetime, seconds: int) -> datetime:
        due = super().add(start, seconds)
        if seconds and not self.is_open(due):
            return super().add(start, seconds + 1) - timedelta(seconds=1)
        return due


class OpenAtClosing(BusinessCalendar):
    """The second of closing counts as open."""

    def is_open(self, t: datetime) -> bool:
        return super().is_open(t) or super().is_open(t - timedelta(seconds=1))


class SecondOfTwo(BusinessCalendar):
    """A time that occurs twice means the second time."""

    def _moment(self, wall: int) -> int:
        found = super()._moment(wall)
        later = next((n for n in (1800, 3600, 7200) if self._shown(found + n) == wall), 0)
        return found + later


def no_exceptions(zone: str, weekly: dict[int, Pairs], _dated: dict[date, Pairs]) -> Calendar:
    return BusinessCalendar(zone, weekly, {})


def test_a_planted_error_is_caught() -> None:
    for wrong in (AMinuteShort, DueAtOpening, OpenAtClosing, SecondOfTwo, no_exceptions):
        figures = compare(wrong, ["America/Havana"], 1_000, SEED)
        print(wrong.__name__, figures)
        assert figures.differences
    assert compare(BusinessCalendar, ["America/Havana"], 1_000, SEED).differences == []
