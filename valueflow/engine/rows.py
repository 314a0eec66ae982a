"""The rows of the read models as plain records, before any database knows them.

Durations come twice: ``_cal_s`` in seconds of calendar time and ``_bus_s`` in business seconds of
the calendar that the docstring names.
"""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class RequestFact:
    """One request. Business seconds and the day's length are those of the service's calendar.

    ``promise`` is met, missed, running, paused or none; a promise already broken while the request
    is open is missed. ``touch_s`` adds what every visit was worked on, rework included;
    ``departments`` are those that worked on it.
    """

    number: int
    stream: str
    service: str
    offering: str
    workflow: str
    version: str
    department: str
    requester: str
    confidential: bool
    channel: str
    calendar: str
    day_s: int
    submitted_at: datetime
    started_at: datetime | None
    fulfilled_at: datetime | None
    ended_at: datetime | None
    outcome: str
    promise_s: int
    promise: str
    promise_due_at: datetime | None
    promise_elapsed_s: int | None
    breached_at: datetime | None
    lead_cal_s: int | None
    lead_bus_s: int | None
    touch_s: int
    touch_estimated_s: int
    handoffs: int
    returns: int
    clarifications: int
    departments: list[str]
    first_pass: bool
    state: str
    stage: str
    team: str
    waiting_kind: str
    waiting_on: str
    since: datetime | None
    last_seq: int


@dataclass(frozen=True, slots=True)
class SpanFact:
    """One span; business seconds of the service's calendar, no length while it runs."""

    position: int
    start: datetime
    end: datetime | None
    state: str
    stage: str
    visit: int
    team: str
    department: str
    accountable_role: str
    accountable_team: str
    waiting_kind: str
    waiting_on: str
    branch: str
    slack: bool
    cal_s: int | None
    bus_s: int | None


@dataclass(frozen=True, slots=True)
class VisitFact:
    """One visit of a stage; stay is offered or entered to left, on the service's calendar."""

    number: int
    stage: str
    kind: str
    team: str
    department: str
    role: str
    rework: bool
    entered_at: datetime
    accepted_at: datetime | None
    started_at: datetime | None
    ended_at: datetime | None
    outcome: str
    stay_cal_s: int | None
    stay_bus_s: int | None
    touch_s: int
    estimated: bool
    on_line: bool


@dataclass(frozen=True, slots=True)
class HandoffFact:
    """One offer; business seconds and the day's length are those of the receiver's calendar.

    ``wait`` is offered to answered. ``lost``, on first offers alone, is what the handoff cost until
    the receiver took the work for good: wait to accept, and from a return to the re-acceptance.
    ``sent_back`` says that it was returned or had to be clarified.
    """

    number: int
    attempt: int
    first: int
    from_stage: str
    to_stage: str
    giver_team: str
    giver_department: str
    receiver_team: str
    receiver_department: str
    agreement: str
    offered_at: datetime
    responded_at: datetime | None
    outcome: str
    reason: str
    auto: bool
    incomplete: bool
    escalated: bool
    clarified: bool
    sent_back: bool
    respond_s: int | None
    day_s: int
    wait_cal_s: int | None
    wait_bus_s: int | None
    met: bool | None
    lost_cal_s: int | None
    lost_bus_s: int | None


@dataclass(frozen=True, slots=True)
class DecisionFact:
    """One decision; business seconds of the decider's calendar."""

    number: int
    type: str
    role: str
    right: str
    amount: str | None
    currency: str
    band_min: str | None
    band_max: str | None
    opened_at: datetime
    decided_at: datetime | None
    outcome: str
    latency_s: int | None
    wait_cal_s: int | None
    wait_bus_s: int | None
    version: str


@dataclass(frozen=True, slots=True)
class Facts:
    """All facts of one request."""

    request: RequestFact
    spans: tuple[SpanFact, ...]
    visits: tuple[VisitFact, ...]
    handoffs: tuple[HandoffFact, ...]
    decisions: tuple[DecisionFact, ...]
