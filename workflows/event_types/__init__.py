"""Events of running work. The list grows by declaration; a published type never changes shape.

One module per topic; this one holds requests, visits and handoffs.
"""

from dataclasses import dataclass
from typing import ClassVar

from esm.events.types import DomainEvent
from workflows.event_types import (  # noqa: F401
    clocks,
    filing,
    following,
    inbound,
    moving,
    parts,
    working,
)


@dataclass(frozen=True, kw_only=True)
class RequestSubmitted(DomainEvent):
    """A request was sent; the promise and the version it runs on are fixed here."""

    TYPE: ClassVar[str] = "request.submitted"
    number: int
    service: str
    offering: str
    stream: str
    workflow: str
    version: str
    requester: str
    department: str
    promise_s: int
    promised_at: str
    calendar: str
    amount: str | None
    currency: str
    confidential: bool
    channel: str


@dataclass(frozen=True, kw_only=True)
class RequestAskedFor(DomainEvent):
    """It was asked for somebody else, who sees it and may act on it like who asked."""

    TYPE: ClassVar[str] = "request.asked_for"
    requester: str
    beneficiary: str


@dataclass(frozen=True, kw_only=True)
class RequestStarted(DomainEvent):
    """The first visit was taken."""

    TYPE: ClassVar[str] = "request.started"


@dataclass(frozen=True, kw_only=True)
class RequestWaiting(DomainEvent):
    """Work stands still until somebody outside the team answers."""

    TYPE: ClassVar[str] = "request.waiting"
    visit: int
    reason: str
    party: str
    until: str | None


@dataclass(frozen=True, kw_only=True)
class RequestResumed(DomainEvent):
    """The wait ended."""

    TYPE: ClassVar[str] = "request.resumed"
    visit: int


@dataclass(frozen=True, kw_only=True)
class RequestFulfilled(DomainEvent):
    """The last stage ended: the requester has what was promised."""

    TYPE: ClassVar[str] = "request.fulfilled"


@dataclass(frozen=True, kw_only=True)
class RequestClosed(DomainEvent):
    """The requester confirmed, or kept silent long enough."""

    TYPE: ClassVar[str] = "request.closed"


@dataclass(frozen=True, kw_only=True)
class RequestReopened(DomainEvent):
    """Fulfilled work came back."""

    TYPE: ClassVar[str] = "request.reopened"


@dataclass(frozen=True, kw_only=True)
class RequestWithdrawn(DomainEvent):
    """The requester no longer needs it; the reason is private text."""

    TYPE: ClassVar[str] = "request.withdrawn"


@dataclass(frozen=True, kw_only=True)
class RequestDeclined(DomainEvent):
    """A decision ended it."""

    TYPE: ClassVar[str] = "request.declined"
    decision: int


@dataclass(frozen=True, kw_only=True)
class RequestCancelled(DomainEvent):
    """A steward or owner ended it."""

    TYPE: ClassVar[str] = "request.cancelled"


@dataclass(frozen=True, kw_only=True)
class RequestShared(DomainEvent):
    """Somebody was given sight of it."""

    TYPE: ClassVar[str] = "request.shared"
    person: str


@dataclass(frozen=True, kw_only=True)
class RequestUnshared(DomainEvent):
    """That sight was taken back."""

    TYPE: ClassVar[str] = "request.unshared"
    person: str


@dataclass(frozen=True, kw_only=True)
class VisitEntered(DomainEvent):
    """The request entered a stage; targets are business seconds of the named calendar."""

    TYPE: ClassVar[str] = "visit.entered"
    visit: int
    stage: str
    kind: str
    team: str
    department: str
    role: str
    est_touch_s: int
    target_s: int | None
    calendar: str
    token: str
    rework: bool
    sources: list[int]
    handoff: int | None
    state: str


@dataclass(frozen=True, kw_only=True)
class VisitQueued(DomainEvent):
    """Accepted, waits for somebody of the team."""

    TYPE: ClassVar[str] = "visit.queued"
    visit: int


@dataclass(frozen=True, kw_only=True)
class VisitStarted(DomainEvent):
    """Somebody took it."""

    TYPE: ClassVar[str] = "visit.started"
    visit: int
    holder: str


@dataclass(frozen=True, kw_only=True)
class VisitReleased(DomainEvent):
    """Whoever held it put it back."""

    TYPE: ClassVar[str] = "visit.released"
    visit: int


@dataclass(frozen=True, kw_only=True)
class VisitBlocked(DomainEvent):
    """Stands still; party is who is waited for."""

    TYPE: ClassVar[str] = "visit.blocked"
    visit: int
    reason: str
    party: str


@dataclass(frozen=True, kw_only=True)
class VisitUnblocked(DomainEvent):
    """Goes on."""

    TYPE: ClassVar[str] = "visit.unblocked"
    visit: int


@dataclass(frozen=True, kw_only=True)
class VisitCompleted(DomainEvent):
    """The stage's work is done; touch time in seconds."""

    TYPE: ClassVar[str] = "visit.completed"
    visit: int
    touch_s: int
    estimated: bool
    to: list[int]


@dataclass(frozen=True, kw_only=True)
class VisitReturned(DomainEvent):
    """Sent back: by the receiver of a handoff, or by a decider within one team."""

    TYPE: ClassVar[str] = "visit.returned"
    visit: int
    handoff: int | None


@dataclass(frozen=True, kw_only=True)
class VisitSkipped(DomainEvent):
    """The stage was not needed."""

    TYPE: ClassVar[str] = "visit.skipped"
    stage: str


@dataclass(frozen=True, kw_only=True)
class VisitCancelled(DomainEvent):
    """Ended without result."""

    TYPE: ClassVar[str] = "visit.cancelled"
    visit: int


@dataclass(frozen=True, kw_only=True)
class VisitParked(DomainEvent):
    """The branch waits at a join for the others."""

    TYPE: ClassVar[str] = "visit.parked"
    visit: int
    join: str


@dataclass(frozen=True, kw_only=True)
class HandoffOffered(DomainEvent):
    """A team offers work to another; durations are business seconds of its calendar."""

    TYPE: ClassVar[str] = "handoff.offered"
    handoff: int
    attempt: int
    previous: int | None
    from_visit: int
    to_visit: int
    from_stage: str
    to_stage: str
    giver_team: str
    giver_department: str
    receiver_team: str
    receiver_department: str
    agreement: str
    respond_s: int
    complete_s: int | None
    calendar: str
    criteria: list[dict[str, object]]
    incomplete: bool


@dataclass(frozen=True, kw_only=True)
class HandoffRouted(DomainEvent):
    """The offer reached a team, or one person of it."""

    TYPE: ClassVar[str] = "handoff.routed"
    handoff: int
    to_team: str
    to_person: str


@dataclass(frozen=True, kw_only=True)
class HandoffAccepted(DomainEvent):
    """The receiver answers for it from now on."""

    TYPE: ClassVar[str] = "handoff.accepted"
    handoff: int
    auto: bool


@dataclass(frozen=True, kw_only=True)
class HandoffReturned(DomainEvent):
    """Sent back with a reason of the agreement; the note is private text."""

    TYPE: ClassVar[str] = "handoff.returned"
    handoff: int
    reason: str
    returns: int


@dataclass(frozen=True, kw_only=True)
class HandoffClarificationAsked(DomainEvent):
    """The receiver asks before deciding."""

    TYPE: ClassVar[str] = "handoff.clarification_asked"
    handoff: int


@dataclass(frozen=True, kw_only=True)
class HandoffClarified(DomainEvent):
    """The giver answered."""

    TYPE: ClassVar[str] = "handoff.clarified"
    handoff: int


@dataclass(frozen=True, kw_only=True)
class HandoffWithdrawn(DomainEvent):
    """The offer no longer stands."""

    TYPE: ClassVar[str] = "handoff.withdrawn"
    handoff: int


@dataclass(frozen=True, kw_only=True)
class HandoffEscalated(DomainEvent):
    """Nobody answered, or it came back too often."""

    TYPE: ClassVar[str] = "handoff.escalated"
    handoff: int
    why: str
    to: list[str]


@dataclass(frozen=True, kw_only=True)
class CommentAdded(DomainEvent):
    """Somebody wrote; the text is private."""

    TYPE: ClassVar[str] = "comment.added"
    comment: int
    internal: bool


@dataclass(frozen=True, kw_only=True)
class FileAdded(DomainEvent):
    """A file was added; its name is private."""

    TYPE: ClassVar[str] = "file.added"
    file: int
