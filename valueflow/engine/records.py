"""What the fold of one request's events knows: visits, handoffs, decisions, clocks, stretches."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

Kind = Literal[
    "working", "queued", "handoff", "requester", "third", "decision", "blocked", "parked"
]
# The kinds of time that make up a lead time, in the order in which they are shown.
KINDS: tuple[Kind, ...] = (
    "working",
    "queued",
    "handoff",
    "requester",
    "third",
    "decision",
    "blocked",
)


@dataclass(frozen=True, slots=True)
class Phase:
    """From ``at`` on the visit is in this kind of time."""

    at: datetime
    kind: Kind


@dataclass(slots=True)
class Visit:
    """One entry to a stage, with the moments at which its kind of time changed."""

    number: int
    stage: str
    kind: str
    team: str
    department: str
    role: str
    token: str
    entered_at: datetime
    sources: tuple[int, ...] = ()
    handoff: int | None = None
    rework: bool = False
    est_touch_s: int = 0
    target_s: int | None = None
    calendar: str = ""
    phases: list[Phase] = field(default_factory=list)
    accepted_at: datetime | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    end_seq: int = 0
    outcome: str = ""
    parked_at: datetime | None = None
    joined_at: datetime | None = None
    touch_s: int = 0
    estimated: bool = False
    blocked: bool = False

    @property
    def live(self) -> bool:
        """True while somebody must still act in it."""
        return self.ended_at is None

    @property
    def current(self) -> Kind:
        """The kind of time it is in now."""
        return self.phases[-1].kind


@dataclass(slots=True)
class Handoff:
    """One offer of a stage to another team."""

    number: int
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
    calendar: str
    respond_s: int | None
    offered_at: datetime
    incomplete: bool = False
    state: str = "offered"
    responded_at: datetime | None = None
    accepted_at: datetime | None = None
    returned_at: datetime | None = None
    auto: bool = False
    reason: str = ""
    waits_on_giver: list[tuple[datetime, datetime | None]] = field(default_factory=list)
    routed_team: str = ""
    escalated: bool = False

    @property
    def clarified(self) -> bool:
        """True when the receiver had to ask before the work could be used."""
        return bool(self.waits_on_giver)


@dataclass(slots=True)
class Decision:
    """One question put to a decider."""

    number: int
    type: str
    visit: int | None
    role: str
    right: str
    amount: str | None
    currency: str
    band_min: str | None
    band_max: str | None
    calendar: str
    latency_s: int | None
    opened_at: datetime
    version: str = ""
    state: str = "open"
    decided_at: datetime | None = None
    outcome: str = ""


@dataclass(slots=True)
class Clock:
    """A measurement against a target, as its events tell it."""

    number: int
    metric: str
    visit: int | None
    handoff: int | None
    decision: int | None
    target_s: int
    calendar: str
    due_at: datetime | None
    state: str = "running"
    met: bool | None = None
    elapsed_s: int | None = None
    breached_at: datetime | None = None
    warned: list[int] = field(default_factory=list)


@dataclass(slots=True)
class Stretch:
    """From sent (or reopened) to fulfilled, or to another end; None while it runs."""

    start: datetime
    end: datetime | None = None
    outcome: str = ""


@dataclass(slots=True)
class Case:
    """Everything one request's chain says, folded in the order of its numbers."""

    chain: str = ""
    last_seq: int = 0
    state: str = ""
    head: Mapping[str, Any] = field(default_factory=dict)
    started_at: datetime | None = None
    visits: dict[int, Visit] = field(default_factory=dict)
    handoffs: dict[int, Handoff] = field(default_factory=dict)
    decisions: dict[int, Decision] = field(default_factory=dict)
    clocks: dict[int, Clock] = field(default_factory=dict)
    stretches: list[Stretch] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)

    @property
    def submitted_at(self) -> datetime:
        """When it was sent."""
        return self.stretches[0].start

    @property
    def is_open(self) -> bool:
        """True from sent (or reopened) until it ends."""
        return bool(self.stretches) and self.stretches[-1].end is None
