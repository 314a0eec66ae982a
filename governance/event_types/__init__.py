"""Events about the model, people, roles and decisions. A published type never changes shape."""

from dataclasses import dataclass
from typing import ClassVar

from esm.events.types import DomainEvent
from governance.event_types import (  # noqa: F401
    assessments,
    change,
    comments,
    commitments,
    controls,
    critical,
    links,
    opinions,
    skills,
    votes,
)
from governance.event_types.drafts import ModelDiscarded as ModelDiscarded
from governance.event_types.drafts import ModelRebased as ModelRebased
from governance.event_types.findings import FindingAcknowledged as FindingAcknowledged
from governance.event_types.findings import FindingClosed as FindingClosed
from governance.event_types.findings import FindingReopened as FindingReopened
from governance.event_types.findings import ModelChecked as ModelChecked
from governance.event_types.moving import ModelInFlightChosen as ModelInFlightChosen
from governance.event_types.rates import RateKept as RateKept
from governance.event_types.reviews import ElementReviewed as ElementReviewed
from governance.event_types.reviews import PointTaken as PointTaken


@dataclass(frozen=True, kw_only=True)
class ModelDrafted(DomainEvent):
    TYPE: ClassVar[str] = "model.drafted"
    version: str
    based_on: str
    elements: int


@dataclass(frozen=True, kw_only=True)
class ModelEdited(DomainEvent):
    """A draft was changed; each change is kind, key and how: added, changed or removed."""

    TYPE: ClassVar[str] = "model.edited"
    version: str
    changes: list[dict[str, str]]


@dataclass(frozen=True, kw_only=True)
class ModelAgreed(DomainEvent):
    TYPE: ClassVar[str] = "model.agreed"
    version: str
    effective_from: str
    without_consent: bool
    content_hash: str


@dataclass(frozen=True, kw_only=True)
class ModelPublished(DomainEvent):
    TYPE: ClassVar[str] = "model.published"
    version: str
    kind: str
    former: str
    effective_from: str
    without_consent: bool
    content_hash: str


@dataclass(frozen=True, kw_only=True)
class ModelRetired(DomainEvent):
    TYPE: ClassVar[str] = "model.retired"
    version: str
    successor: str


@dataclass(frozen=True, kw_only=True)
class CalendarExcepted(DomainEvent):
    """A day of a calendar differs from its weekly pattern; no interval means closed."""

    TYPE: ClassVar[str] = "calendar.excepted"
    calendar: str
    day: str
    intervals: list[str]


@dataclass(frozen=True, kw_only=True)
class CalendarRestored(DomainEvent):
    """A day follows the weekly pattern again."""

    TYPE: ClassVar[str] = "calendar.restored"
    calendar: str
    day: str


@dataclass(frozen=True, kw_only=True)
class PersonCreated(DomainEvent):
    TYPE: ClassVar[str] = "person.created"
    person: str


@dataclass(frozen=True, kw_only=True)
class PersonChanged(DomainEvent):
    """Names of the changed fields; the values are in the private part."""

    TYPE: ClassVar[str] = "person.changed"
    person: str
    fields: list[str]


@dataclass(frozen=True, kw_only=True)
class PersonLinked(DomainEvent):
    """An account belongs to this person now."""

    TYPE: ClassVar[str] = "person.linked"
    person: str
    user: int


@dataclass(frozen=True, kw_only=True)
class PersonUnlinked(DomainEvent):
    """An account belongs to this person no longer."""

    TYPE: ClassVar[str] = "person.unlinked"
    person: str
    user: int


@dataclass(frozen=True, kw_only=True)
class AccountOpened(DomainEvent):
    """A person got an account; its name is in the private part."""

    TYPE: ClassVar[str] = "account.opened"
    person: str
    user: int


@dataclass(frozen=True, kw_only=True)
class TokenMade(DomainEvent):
    """A token speaks for an account from now on; ``by`` is the token it was made with, if any.

    What it is for is private text.
    """

    TYPE: ClassVar[str] = "token.made"
    user: int
    prefix: str
    scopes: list[str]
    ends_at: str
    by: str


@dataclass(frozen=True, kw_only=True)
class TokenEnded(DomainEvent):
    """A token was ended by hand; the reason is private text."""

    TYPE: ClassVar[str] = "token.ended"
    user: int
    prefix: str


@dataclass(frozen=True, kw_only=True)
class ProgramMade(DomainEvent):
    """A program acts here, bound to a role; who answers for it. Its name is private text."""

    TYPE: ClassVar[str] = "program.made"
    program: str
    role: str
    owner: str
    scopes: list[str]


@dataclass(frozen=True, kw_only=True)
class ProgramChanged(DomainEvent):
    """Names of the changed fields, and how it is bound from now on; a new name is private."""

    TYPE: ClassVar[str] = "program.changed"
    fields: list[str]
    role: str
    owner: str
    scopes: list[str]


@dataclass(frozen=True, kw_only=True)
class ProgramEnded(DomainEvent):
    """A program acts no more; the reason is private text."""

    TYPE: ClassVar[str] = "program.ended"


@dataclass(frozen=True, kw_only=True)
class AccountChanged(DomainEvent):
    """Which marks an account of this person has now, and whether it may sign in."""

    TYPE: ClassVar[str] = "account.changed"
    person: str
    user: int
    marks: list[str]
    active: bool


@dataclass(frozen=True, kw_only=True)
class AccountReset(DomainEvent):
    """An account got a new first password; all its sessions ended."""

    TYPE: ClassVar[str] = "account.reset"
    person: str
    user: int


@dataclass(frozen=True, kw_only=True)
class PersonJoined(DomainEvent):
    TYPE: ClassVar[str] = "person.joined"
    person: str
    team: str
    lead: bool
    valid_from: str | None
    valid_until: str | None


@dataclass(frozen=True, kw_only=True)
class PersonLeft(DomainEvent):
    TYPE: ClassVar[str] = "person.left"
    person: str
    team: str
    valid_until: str | None


@dataclass(frozen=True, kw_only=True)
class PersonAbsent(DomainEvent):
    TYPE: ClassVar[str] = "person.absent"
    person: str
    stand_in: str
    valid_from: str | None
    valid_until: str | None


@dataclass(frozen=True, kw_only=True)
class PersonBack(DomainEvent):
    """An absence was ended or cancelled."""

    TYPE: ClassVar[str] = "person.back"
    person: str
    valid_until: str | None


@dataclass(frozen=True, kw_only=True)
class RoleAssigned(DomainEvent):
    TYPE: ClassVar[str] = "role.assigned"
    person: str
    role_key: str
    focus_kind: str
    focus: str
    valid_from: str | None
    valid_until: str | None


@dataclass(frozen=True, kw_only=True)
class RoleEnded(DomainEvent):
    TYPE: ClassVar[str] = "role.ended"
    person: str
    role_key: str
    focus_kind: str
    focus: str
    valid_until: str | None


@dataclass(frozen=True, kw_only=True)
class DelegationEvent(DomainEvent):
    """What was given by whom to whom: ``of`` is role or type, ``key`` which one."""

    delegation: int
    giver: str
    delegate: str
    of: str
    key: str


@dataclass(frozen=True, kw_only=True)
class DelegationProposed(DelegationEvent):
    """Offered; it counts once accepted. The reason is private text."""

    TYPE: ClassVar[str] = "delegation.proposed"
    scope_kind: str
    scope: str
    max_amount: str | None
    currency: str
    valid_from: str
    valid_until: str


@dataclass(frozen=True, kw_only=True)
class DelegationAccepted(DelegationEvent):
    """It counts inside its period, while the giver is away and holds the right."""

    TYPE: ClassVar[str] = "delegation.accepted"
    scope_kind: str
    scope: str
    max_amount: str | None
    currency: str
    valid_from: str
    valid_until: str


@dataclass(frozen=True, kw_only=True)
class DelegationDeclined(DelegationEvent):
    TYPE: ClassVar[str] = "delegation.declined"


@dataclass(frozen=True, kw_only=True)
class DelegationRevoked(DelegationEvent):
    """It counts no more; ``cause`` is giver, delegate, administrator, role or left."""

    TYPE: ClassVar[str] = "delegation.revoked"
    cause: str


@dataclass(frozen=True, kw_only=True)
class DelegationUsed(DelegationEvent):
    """A decision was taken under it; ``decision`` counts within the subject."""

    TYPE: ClassVar[str] = "delegation.used"
    decision: int


@dataclass(frozen=True, kw_only=True)
class DecisionOpened(DomainEvent):
    """Amounts and bands are decimal text; ``decision`` and ``visit`` count within the subject."""

    TYPE: ClassVar[str] = "decision.opened"
    decision: int
    type: str
    visit: int | None
    amount: str | None
    currency: str
    right: str
    band_min: str | None
    band_max: str | None
    role: str
    decider: str
    due_at: str | None
    latency_s: int
    calendar: str
    version: str


@dataclass(frozen=True, kw_only=True)
class DecisionDecided(DomainEvent):
    TYPE: ClassVar[str] = "decision.decided"
    decision: int
    outcome: str
    role: str
    right: str
    decider: str


@dataclass(frozen=True, kw_only=True)
class DecisionReassigned(DomainEvent):
    TYPE: ClassVar[str] = "decision.reassigned"
    decision: int
    decider: str
    role: str


@dataclass(frozen=True, kw_only=True)
class DecisionVoided(DomainEvent):
    TYPE: ClassVar[str] = "decision.voided"
    decision: int
