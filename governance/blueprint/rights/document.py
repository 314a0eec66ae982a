"""The shape of a rights file: rules, people and dated facts, and the cases it asks about."""

from datetime import UTC, date, datetime
from typing import Annotated, Literal

from pydantic import BeforeValidator, ConfigDict, Field

from governance.blueprint.kinds import DecisionRight, DecisionType, GovernanceBody, SodRule
from governance.blueprint.kinds.base import Amount, Currency, Key, Name, Spec, Text
from governance.blueprint.rights.facts import DIMENSIONS, Narrows

PersonKey = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", max_length=100)]
FOCUSES = ("department", "team", "stream")


def _moment(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        example = "2026-03-02T09:00+01:00"
        raise ValueError(f"'{value}' is no moment; write it like {example}") from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _day(value: object) -> object:
    try:
        return date.fromisoformat(value) if isinstance(value, str) else value
    except ValueError:
        raise ValueError(f"'{value}' is no day; write it like 2026-03-02") from None


Moment = Annotated[datetime, BeforeValidator(_moment)]
Day = Annotated[date, BeforeValidator(_day)]


class Line(Spec):
    """One entry of a list of facts; `from` and `to` are written as such."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=False)


class Scoped(Line):
    """What may be narrowed to a part of the organisation."""

    department: Key | None = None
    service: Key | None = None
    category: Key | None = None
    site: Key | None = None
    risk: Annotated[str, Field(max_length=60)] | None = None

    @property
    def narrows(self) -> Narrows:
        """Dimension and value of what is named."""
        named = ((name, getattr(self, name)) for name in DIMENSIONS)
        return tuple((name, str(value)) for name, value in named if value is not None)


class RoleLine(Line):
    """A role; `focus` says what narrows its holdings."""

    name: Name | None = None
    focus: Literal["none", "department", "team", "stream"] = "none"


class PersonLine(Line):
    """A natural person."""

    name: Name | None = None
    active: bool = True


class HoldingLine(Line):
    """Who holds a role when, and for which part where the role has a focus."""

    role: Key
    person: PersonKey
    department: Key | None = None
    team: Key | None = None
    stream: Key | None = None
    start: Moment | None = Field(None, alias="from")
    until: Moment | None = None


class AbsenceLine(Line):
    """Who is away when, and who stands in."""

    person: PersonKey
    stand_in: PersonKey | None = None
    start: Moment | None = Field(None, alias="from")
    until: Moment | None = None


class DelegationLine(Scoped):
    """What a holder gave to somebody for a time; without `accepted` from its start."""

    key: Key | None = None
    giver: PersonKey
    delegate: PersonKey
    role: Key | None = None
    rights: tuple[Key, ...] = ()
    max_amount: Amount | None = None
    currency: Currency | None = None
    start: Moment = Field(alias="from")
    until: Moment
    accepted: Moment | bool = True
    revoked: Moment | None = None


class RateLine(Line):
    """What one unit of a currency was worth in another on a day."""

    source: Currency = Field(alias="from")
    target: Currency = Field(alias="to")
    day: Day
    rate: Annotated[Amount, Field(gt=0)]


class EarlierLine(Line):
    """A case of before that was not refused."""

    type: Key
    requester: PersonKey
    beneficiary: PersonKey | None = None
    counterparty: Text = ""
    amount: Amount
    currency: Currency | None = None
    at: Moment


class ActedLine(Line):
    """A part somebody has played in the case already."""

    person: PersonKey
    part: Literal["decide", "recommend", "agree", "input", "perform"]
    role: Key | None = None
    type: Key | None = None


class CaseLine(Scoped):
    """One question: who decides this?"""

    type: Key
    at: Moment
    asked_at: Moment | None = None
    amount: Amount | None = None
    currency: Currency | None = None
    team: Key | None = None
    stream: Key | None = None
    values: dict[str, str | bool | Amount | tuple[str, ...] | None] = {}
    requester: PersonKey | None = None
    beneficiary: PersonKey | None = None
    counterparty: Text = ""
    acted: tuple[ActedLine, ...] = ()


class RightsFile(Line):
    """All of a rights file. Rules stand in it, or in the model directory that `model` names."""

    model: Name | None = None
    last_resort: Key | None = None
    roles: dict[Key, RoleLine] = {}
    bodies: dict[Key, GovernanceBody] = {}
    types: dict[Key, DecisionType] = {}
    rights: dict[Key, DecisionRight] = {}
    separations: dict[Key, SodRule] = {}
    people: dict[PersonKey, PersonLine] = {}
    holdings: tuple[HoldingLine, ...] = ()
    absences: tuple[AbsenceLine, ...] = ()
    delegations: tuple[DelegationLine, ...] = ()
    rates: tuple[RateLine, ...] = ()
    earlier: tuple[EarlierLine, ...] = ()
    cases: Annotated[tuple[CaseLine, ...], Field(min_length=1)]
