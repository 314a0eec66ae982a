"""The shape of people.yaml: who there is, where they work and what they hold, with dates."""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field

from governance.blueprint.kinds.base import KEY_PATTERN, Name, Spec
from governance.blueprint.weeks import WeekDate

Key = Annotated[str, Field(pattern=KEY_PATTERN, max_length=100)]
# What a program may have tokens for when its row does not say: not to decide, not to administer.
PROGRAM_SCOPES = ("flow:read", "model:read", "requests:read", "requests:write", "work")
Moment = datetime | date | WeekDate | None


class Dated(Spec):
    """A half-open period; what is absent is open."""

    since: Moment = Field(default=None, alias="from")
    until: Moment = Field(default=None, alias="to")


class PersonRow(Dated):
    """A person; ``teams`` lists all they work in."""

    key: Key
    name: Name
    email: Annotated[str, Field(max_length=254)] = ""
    site: Key | None = None
    zone: Annotated[str, Field(max_length=60)] = ""
    teams: tuple[Key, ...] = ()
    lead_of: tuple[Key, ...] = ()


class AccountRow(Spec):
    """A sign-in of a person. Without a password it is for single sign-on or the demo page."""

    person: Key
    username: Annotated[str, Field(min_length=1, max_length=150)]
    demo: bool = False
    groups: tuple[Literal["steward", "auditor", "admin"], ...] = ()


class Focus(Spec):
    """What narrows a role."""

    kind: Literal["department", "team", "stream"]
    key: Key


class HoldingRow(Dated):
    """Somebody holds a role."""

    role: Key
    person: Key
    focus: Focus | None = None


class AbsenceRow(Dated):
    """Somebody is away."""

    person: Key
    kind: Annotated[str, Field(max_length=40)] = ""
    stand_in: Key | None = None


class SkillRow(Spec):
    """Somebody is able to do something, from 1 to 5; ``until`` is the last day of the proof."""

    person: Key
    skill: Key
    level: Annotated[int, Field(ge=1, le=5)]
    evidence: Annotated[str, Field(max_length=300)] = ""
    until: date | WeekDate | None = Field(default=None, alias="to")


class ExceptionRow(Spec):
    """A day on which a calendar differs; no interval means closed."""

    calendar: Key
    date: date | WeekDate
    name: Annotated[str, Field(max_length=120)] = ""
    intervals: tuple[str, ...] = ()


class ProgramRow(Spec):
    """A program that acts in one role; who answers for it, and what its tokens may be made for."""

    key: Key
    name: Name
    role: Key
    owner: Key | None = None
    scopes: tuple[str, ...] = PROGRAM_SCOPES


class PeopleFile(Spec):
    """The whole file."""

    persons: tuple[PersonRow, ...] = ()
    accounts: tuple[AccountRow, ...] = ()
    roles: tuple[HoldingRow, ...] = ()
    absences: tuple[AbsenceRow, ...] = ()
    skills: tuple[SkillRow, ...] = ()
    calendar_exceptions: tuple[ExceptionRow, ...] = ()
    service_accounts: tuple[ProgramRow, ...] = ()
