"""Kinds that say who there is and when they work."""

import re
from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from governance.blueprint.durations import DAY_SECONDS
from governance.blueprint.kinds.base import (
    CalendarRef,
    Currency,
    DepartmentRef,
    ElementSpec,
    Name,
    RoleRef,
    Seconds,
    SiteRef,
    Text,
    Zone,
)
from governance.blueprint.weeks import WeekDay

Code = Annotated[str, Field(max_length=20)]
_INTERVAL = re.compile(r"^([01]\d|2[0-3]):([0-5]\d)-(([01]\d|2[0-3]):([0-5]\d)|24:00)$")


def interval_seconds(text: str) -> tuple[int, int]:
    """Seconds of the local day for "09:00-12:30". Raises ValueError with a sentence."""
    if not _INTERVAL.match(text):
        raise ValueError(f"'{text}' is no time span; write it like '09:00-12:30'")
    start, end = (int(part[:2]) * 3600 + int(part[3:]) * 60 for part in text.split("-"))
    if start >= end:
        raise ValueError(f"'{text}' ends before it begins")
    return start, end


def day_intervals(texts: tuple[str, ...] | list[str]) -> list[tuple[int, int]]:
    """Sorted, non-overlapping spans of one day, in seconds. Raises ValueError."""
    spans = sorted(interval_seconds(text) for text in texts)
    for (_, end), (start, _) in pairwise(spans):
        if start < end:
            raise ValueError("time spans of one day overlap")
    return spans


class Organisation(ElementSpec):
    """The one organisation of an installation."""

    name: Name
    zone: Zone
    currency: Currency
    default_calendar: CalendarRef
    last_resort: RoleRef
    terminology: dict[str, str] = {}


class Calendar(ElementSpec):
    """The weekly pattern of open hours; exceptions are dated rows outside the model."""

    name: Name
    zone: Zone
    weekly: dict[WeekDay, tuple[str, ...]]
    day_s: Seconds = DAY_SECONDS

    @model_validator(mode="after")
    def _open_somewhere(self) -> Self:
        if not any(day_intervals(texts) for texts in self.weekly.values()):
            raise ValueError("a calendar is open at least once a week")
        if self.day_s == 0:
            raise ValueError("a business day is longer than nothing")
        return self

    def weekly_seconds(self) -> dict[int, list[tuple[int, int]]]:
        """Open spans in seconds of the local day, by weekday with Monday as 0."""
        order = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
        return {order.index(day): day_intervals(texts) for day, texts in self.weekly.items()}


class Site(ElementSpec):
    """A place where teams sit."""

    code: Code
    name: Name
    zone: Zone
    calendar: CalendarRef


class Department(ElementSpec):
    """A part of the organisation; handoffs between departments are what we look at."""

    code: Code
    name: Name
    head_role: RoleRef | None = None
    parent: DepartmentRef | None = None
    order: int = 0


class Team(ElementSpec):
    """A group with one queue; belongs to one department."""

    name: Name
    department: DepartmentRef
    site: SiteRef | None = None
    calendar: CalendarRef | None = None
    lead_role: RoleRef | None = None
    wip_limit: Annotated[int, Field(ge=1)] | None = None
    mailbox: Annotated[str, Field(max_length=200)] = ""
    work_sessions: bool = False


class Role(ElementSpec):
    """What somebody answers for; who holds it is a dated row outside the model."""

    name: Name
    purpose: Text
    department: DepartmentRef | None = None
    category: Literal["line", "process", "governance", "executive", "generic"]
    accountabilities: tuple[Text, ...] = ()
    min_holders: Annotated[int, Field(ge=0)] = 1
    focus: Literal["none", "department", "team", "stream"] = "none"
