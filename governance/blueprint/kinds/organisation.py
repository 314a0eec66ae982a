"""Kinds that say who there is and when they work."""

import re
from datetime import date
from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from governance.blueprint.durations import DAY_SECONDS
from governance.blueprint.kinds.base import (
    CalendarRef,
    CapabilityRef,
    Currency,
    DepartmentRef,
    ElementSpec,
    Name,
    RoleRef,
    Seconds,
    SiteRef,
    SkillRef,
    Spec,
    TeamRef,
    Text,
    Yes,
    Zone,
)
from governance.blueprint.weeks import WeekDate, WeekDay

Code = Annotated[str, Field(max_length=20)]
Percent = Annotated[int, Field(ge=0, le=100)] | None
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
    """The one organisation of an installation.

    ``critical_limit`` is how many value streams may be critical at once, ``critical_share`` what
    they are to cover of the requests that cross departments, in per cent. The three weights say,
    in per cent, what counts how much where they are chosen. ``answer_days`` are the working days
    that the owner of a stream has to answer to a problem before executives read of it (5 unless
    it says).
    """

    name: Name
    zone: Zone
    currency: Currency
    default_calendar: CalendarRef
    last_resort: RoleRef
    critical_limit: Annotated[int, Field(ge=1, le=50)] | None = None
    critical_share: Percent = None
    importance_weight: Percent = None
    dysfunction_weight: Percent = None
    feasibility_weight: Percent = None
    answer_days: Annotated[int, Field(ge=0, le=60)] | None = None
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
    """A part of the organisation; handoffs between departments are what we look at.

    ``runs_technology`` marks those that run systems for the others.
    """

    code: Code
    name: Name
    head_role: RoleRef | None = None
    parent: DepartmentRef | None = None
    cost_centre: Annotated[str, Field(max_length=40)] = ""
    runs_technology: Yes = None
    order: int = 0


class Team(ElementSpec):
    """A group with one queue; belongs to one department."""

    name: Name
    department: DepartmentRef
    site: SiteRef | None = None
    calendar: CalendarRef | None = None
    lead_role: RoleRef | None = None
    team_type: Literal["stream", "enabling", "platform", "specialist"] | None = None
    wip_limit: Annotated[int, Field(ge=1)] | None = None
    mailbox: Annotated[str, Field(max_length=200)] = ""
    work_sessions: bool = False


Level = Annotated[int, Field(ge=1, le=5)]


class Skill(ElementSpec):
    """Something people are able to do; who is, and how well, is a dated row outside the model."""

    name: Name
    category: Annotated[str, Field(max_length=60)] = ""
    description: Text = ""
    code: Code = ""


class SkillNeed(Spec):
    """How many people have to be able to do something, and how well from 1 to 5."""

    skill: SkillRef
    level: Level
    headcount: Annotated[int, Field(ge=1, le=1000)] = 1


class Capability(ElementSpec):
    """What the organisation is able to do, whoever does it; maturity from 0 to 5."""

    code: Code
    name: Name
    parent: CapabilityRef | None = None
    importance: Annotated[int, Field(ge=1, le=5)] | None = None
    maturity: Annotated[int, Field(ge=0, le=5)] | None = None
    target: Annotated[int, Field(ge=0, le=5)] | None = None


class ExternalParty(ElementSpec):
    """Somebody outside on whom work waits."""

    name: Name
    kind: Literal["customer", "supplier", "authority", "other"]


class TeamInteraction(ElementSpec):
    """How one team works with another; working together ends on a day."""

    from_team: TeamRef
    to_team: TeamRef
    mode: Literal["collaboration", "as_a_service", "facilitating"]
    purpose: Text = ""
    since: date | WeekDate | None = None
    until: date | WeekDate | None = None

    @model_validator(mode="after")
    def _ends(self) -> Self:
        if self.mode == "collaboration" and self.until is None:
            raise ValueError("working together ends on a day: `until` is missing")
        return self


class Role(ElementSpec):
    """What somebody answers for; who holds it is a dated row outside the model.

    A domain is what its holders alone may change. ``level`` counts upward from those who do the
    work: 1, to the top of the house.
    """

    name: Name
    purpose: Text
    department: DepartmentRef | None = None
    category: Literal["line", "process", "governance", "executive", "generic"]
    accountabilities: tuple[Text, ...] = ()
    domains: tuple[Name, ...] = ()
    min_holders: Annotated[int, Field(ge=0)] = 1
    max_holders: Annotated[int, Field(ge=1)] | None = None
    level: Annotated[int, Field(ge=1, le=9)] | None = None
    skills: Annotated[tuple[SkillNeed, ...], Field(max_length=30)] = ()
    focus: Literal["none", "department", "team", "stream"] = "none"
