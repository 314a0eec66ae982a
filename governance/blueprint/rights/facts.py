"""Everything that finding a decider depends on, as plain frozen data.

`Rules` come from one version of the model, `Case` is what is to be decided, the rest are dated
facts. Periods are half-open, `[start, end)`; None means open on that side. Moments are aware.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

PARTS = ("decide", "recommend", "agree", "input", "perform")
DIMENSIONS = ("department", "service", "category", "site", "risk")
# What somebody does in a case, as rules of separation call it.
DOERS: Mapping[str, str] = {
    "decide": "decider",
    "recommend": "recommender",
    "agree": "agreer",
    "input": "adviser",
    "perform": "performer",
    "request": "requester",
    "benefit": "beneficiary",
}
Band = tuple[Decimal | None, Decimal | None]
Narrows = tuple[tuple[str, str], ...]


# --- of the model ---


@dataclass(frozen=True, slots=True)
class Kind:
    """A type of decision; `name` is code and question, `measure` what stands behind a number."""

    key: str
    name: str
    unit: str
    latency_s: int
    currency: str = ""
    split_days: int = 0
    requester_excluded: bool = True
    fallback_role: str | None = None

    @property
    def measure(self) -> str:
        """Currency, the sign of percent, or nothing."""
        return {"amount": self.currency, "percentage": "%"}.get(self.unit, "")


@dataclass(frozen=True, slots=True)
class Right:
    """A part in a type of decision; `narrows` holds (dimension, value) of its scope."""

    key: str
    part: str
    role: str | None = None
    body: str | None = None
    low: Decimal | None = None
    high: Decimal | None = None
    narrows: Narrows = ()
    when: str = ""
    pre_authorised: bool = False
    rule: str | None = None
    quorum: int | None = None
    latency_s: int | None = None
    order: int = 0

    @property
    def band(self) -> Band:
        """The half-open band [low, high)."""
        return (self.low, self.high)

    @property
    def empty(self) -> bool:
        """Whether no number lies in its band."""
        return self.low is not None and self.high is not None and self.low >= self.high

    @property
    def specificity(self) -> int:
        """How many things narrow it; the condition counts as one."""
        return len(self.narrows) + bool(self.when)

    def holds(self, number: Decimal) -> bool:
        """Whether its band contains a number."""
        return (self.low is None or self.low <= number) and (
            self.high is None or number < self.high
        )


@dataclass(frozen=True, slots=True)
class Role:
    """A role; `focus` names what narrows its holdings: department, team, stream, or nothing."""

    key: str
    name: str
    focus: str = ""


@dataclass(frozen=True, slots=True)
class Body:
    """Roles that decide together."""

    key: str
    name: str
    members: tuple[str, ...]
    chair: str | None = None
    rule: str = "majority"
    quorum: int | None = None


@dataclass(frozen=True, slots=True)
class Separation:
    """Two things one person must not hold (static) or do in one case; without `bars` only said."""

    key: str
    static: bool
    a: str
    b: str
    bars: bool = True


@dataclass(frozen=True, slots=True)
class Rules:
    """What a version of the model says about one type of decision."""

    kind: Kind
    rights: tuple[Right, ...]
    last_resort: str
    roles: Mapping[str, Role] = field(default_factory=dict)
    bodies: Mapping[str, Body] = field(default_factory=dict)
    separations: tuple[Separation, ...] = ()

    def name_of(self, right: Right) -> str:
        """What the role or body of a right is called."""
        if right.body is not None:
            return self.bodies[right.body].name
        key = right.role or ""
        role = self.roles.get(key)
        return role.name if role is not None else key

    def focused(self, focus: str) -> bool:
        """Whether a role that may be asked is held for parts of this sort."""
        asked = (self.roles.get(key) for key in self.role_keys())
        return any(role is not None and role.focus == focus for role in asked)

    def role_keys(self) -> frozenset[str]:
        """Every role that may be asked for its holders, those of static separations included."""
        found = {self.last_resort, self.kind.fallback_role}
        for right in self.rights:
            found.add(right.role)
            if right.body is not None:
                found.update(self.bodies[right.body].members)
        for rule in self.separations:
            if rule.static:
                found |= {rule.a, rule.b}
        return frozenset(key for key in found if key)


# --- of the moment ---


@dataclass(frozen=True, slots=True)
class Person:
    """A natural person, whatever accounts they have."""

    ref: str
    name: str
    active: bool = True


@dataclass(frozen=True, slots=True)
class Holding:
    """A person holds a role for a time; without a focus they hold it everywhere."""

    role: str
    person: str
    focus_kind: str = ""
    focus_key: str = ""
    start: datetime | None = None
    end: datetime | None = None


@dataclass(frozen=True, slots=True)
class Absence:
    """A person is away for a time."""

    person: str
    start: datetime | None = None
    end: datetime | None = None
    stand_in: str | None = None


@dataclass(frozen=True, slots=True)
class Delegation:
    """A holder gave a role, or single rights, to somebody for a time; it holds once accepted.

    `max_amount` is inclusive and in `currency` (empty: that of the type). It never reaches further
    than what the giver holds at the moment of acting.
    """

    key: str
    giver: str
    delegate: str
    start: datetime
    end: datetime
    role: str | None = None
    rights: frozenset[str] = frozenset()
    narrows: Narrows = ()
    max_amount: Decimal | None = None
    currency: str = ""
    accepted_at: datetime | None = None
    revoked_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Rate:
    """One unit of `source` was worth `rate` units of `target` on a day."""

    source: str
    target: str
    day: date
    rate: Decimal


@dataclass(frozen=True, slots=True)
class Earlier:
    """A case of before that was not refused; for adding up what was split."""

    kind: str
    requester: str
    at: datetime
    amount: Decimal
    currency: str = ""
    beneficiary: str | None = None
    counterparty: str = ""


@dataclass(frozen=True, slots=True)
class Acted:
    """Somebody has played a part in this case already, perhaps in another decision on it."""

    person: str
    part: str
    role: str = ""
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Case:
    """What is to be decided; `scope` names department, service, category, site, risk, team, stream.

    `values` are the answers that conditions use. An empty `currency` is that of the type.
    `asked_at` (else `at`) is when it was asked for: rates and the days of splitting count from it.
    """

    at: datetime
    asked_at: datetime | None = None
    amount: Decimal | None = None
    currency: str = ""
    scope: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, object] = field(default_factory=dict)
    requester: str | None = None
    beneficiary: str | None = None
    counterparty: str = ""
    acted: tuple[Acted, ...] = ()

    @property
    def asked(self) -> datetime:
        """When it was asked for."""
        return self.asked_at or self.at


@dataclass(frozen=True, slots=True)
class Inputs:
    """All that `resolve` knows. Order matters where several fit equally: the first one counts."""

    rules: Rules
    case: Case
    people: Mapping[str, Person] = field(default_factory=dict)
    holdings: tuple[Holding, ...] = ()
    absences: tuple[Absence, ...] = ()
    delegations: tuple[Delegation, ...] = ()
    rates: tuple[Rate, ...] = ()
    earlier: tuple[Earlier, ...] = ()


def doers() -> frozenset[str]:
    """What somebody may do in a case, as rules of separation call it."""
    return frozenset(DOERS.values())


def within(at: datetime, start: datetime | None, end: datetime | None) -> bool:
    """Whether a moment lies in [start, end)."""
    return (start is None or start <= at) and (end is None or at < end)


def narrowed(narrows: Narrows, scope: Mapping[str, str]) -> bool:
    """Whether a case lies in a scope."""
    return all(scope.get(dimension) == value for dimension, value in narrows)
