"""Whole working days, for deadlines that count in days and not in hours.

A day counts where its calendar is open at any time: its exception says so, else its weekday.
"""

from collections.abc import Collection, Mapping
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)
# A calendar that opens less often than this is none to count in.
FURTHEST = 3660


def counts(day: date, weekdays: Collection[int], exceptions: Mapping[date, bool]) -> bool:
    """Whether somebody works on a day; ``exceptions`` say of a date whether it is open."""
    return exceptions.get(day, day.weekday() in weekdays)


def after_days(
    since: datetime,
    days: int,
    zone: ZoneInfo,
    weekdays: Collection[int],
    exceptions: Mapping[date, bool],
) -> datetime:
    """The end of the last of so many working days that begin after the day of ``since``.

    Raises ValueError where the calendar never opens so often.
    """
    day = since.astimezone(zone).date()
    left = days
    for _ in range(FURTHEST):
        if left <= 0:
            return datetime.combine(day + DAY, time.min, zone)
        day += DAY
        left -= counts(day, weekdays, exceptions)
    raise ValueError("the calendar does not open so often")


def days_between(
    since: datetime,
    until: datetime,
    zone: ZoneInfo,
    weekdays: Collection[int],
    exceptions: Mapping[date, bool],
) -> int:
    """Whole working days after the day of ``since`` that are over at ``until``."""
    day, end = since.astimezone(zone).date() + DAY, until.astimezone(zone)
    found = 0
    while datetime.combine(day + DAY, time.min, zone) <= end:
        found += counts(day, weekdays, exceptions)
        day += DAY
    return found
