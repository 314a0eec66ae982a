"""Dates told in weeks of a story ("week 27, Monday"), so that one set of files fits any start.

Week 1 begins on a Monday that the caller names; nothing here reads a clock.
"""

import re
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field

WeekDay = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEK_DAYS: tuple[WeekDay, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_MARKS = {"week", "day", "time"}
_ISO_INSTANT = re.compile(r"^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}")


class WeekDate(BaseModel):
    """A day (and local time) counted in weeks from week 1."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    week: int = Field(ge=-1000, le=1000)
    day: WeekDay = "mon"
    time: str = Field(default="00:00", pattern=r"^([01]\d|2[0-3]):[0-5]\d$")

    def on(self, week_one: date) -> date:
        """The calendar date, when week 1 begins on the Monday `week_one`."""
        return monday_of(week_one) + timedelta(weeks=self.week - 1, days=WEEK_DAYS.index(self.day))

    def at(self, week_one: date, zone: str) -> datetime:
        """The aware instant in `zone`, when week 1 begins on the Monday `week_one`."""
        local = time.fromisoformat(self.time)
        return datetime.combine(self.on(week_one), local, ZoneInfo(zone))


def monday_of(day: date) -> date:
    """The Monday of the week of `day`."""
    return day - timedelta(days=day.weekday())


def first_week(anchor: date, week: int) -> date:
    """The Monday of week 1, when `anchor` lies in week number `week`."""
    return monday_of(anchor) - timedelta(weeks=week - 1)


def is_week(value: object) -> bool:
    """True for a mapping written as `{week: N}`, `{week: N, day: tue, time: "08:00"}`."""
    return isinstance(value, Mapping) and "week" in value and set(value) <= _MARKS


def resolve_date(value: object, week_one: date) -> date | None:
    """A date for None, a date, ISO text, a `WeekDate` or a week mapping. Raises ValueError."""
    if value is None or (isinstance(value, date) and not isinstance(value, datetime)):
        return value
    if isinstance(value, str):
        return date.fromisoformat(value)
    if isinstance(value, WeekDate):
        return value.on(week_one)
    return WeekDate.model_validate(value).on(week_one)


def resolve_instant(value: object, week_one: date, zone: str) -> datetime | None:
    """An aware instant for what `resolve_date` takes, or for ISO text with a time.

    A day without time is midnight in `zone`; a time without offset is local to `zone`.
    """
    if isinstance(value, str) and _ISO_INSTANT.match(value):
        value = datetime.fromisoformat(value)
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=ZoneInfo(zone))
    if is_week(value):
        value = WeekDate.model_validate(value)
    if isinstance(value, WeekDate):
        return value.at(week_one, zone)
    day = resolve_date(value, week_one)
    return None if day is None else datetime.combine(day, time.min, ZoneInfo(zone))


def resolve_weeks(value: object, week_one: date) -> object:
    """A copy of nested lists and mappings in which every week mapping is an ISO date.

    A week mapping that names a time becomes local ISO text without offset.
    """
    if is_week(value):
        week = WeekDate.model_validate(value)
        day = week.on(week_one).isoformat()
        return f"{day}T{week.time}" if isinstance(value, Mapping) and "time" in value else day
    if isinstance(value, Mapping):
        return {key: resolve_weeks(item, week_one) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [resolve_weeks(item, week_one) for item in value]
    return value
