"""What a dashboard of value flow knows: plain numbers, with both times named.

``calendar`` and ``business`` are seconds of either time. A figure that cannot be measured is None
with the reason beside it; a group of fewer than five cases is ``hidden``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

FEW = 5
ENOUGH = 20


@dataclass(frozen=True, slots=True)
class Times:
    """One duration in both times, in seconds; None where it cannot be measured."""

    calendar: float | None
    business: float | None

    def of(self, basis: str) -> float | None:
        """The duration in ``calendar`` or ``business`` time."""
        return self.calendar if basis == "calendar" else self.business


NO_TIME = Times(None, None)


@dataclass(frozen=True, slots=True)
class CaseRow:
    """One case of the population, finished or not; ``day_s`` seconds make a business day."""

    id: int
    number: str
    stream: str
    service: str
    version: str
    submitted_at: datetime
    ended_at: datetime | None
    outcome: str
    day_s: int = 28_800
    promise: str = "none"
    promise_s: int = 0
    due_at: datetime | None = None
    lead: Times = NO_TIME
    touch_s: int | None = None
    touch_estimated_s: int = 0
    first_pass: bool = True
    returns: int = 0
    calendar: str = ""
    model_id: int = 0
    departments: tuple[str, ...] = ()

    @property
    def finished(self) -> bool:
        """It was fulfilled."""
        return self.outcome == "fulfilled"


@dataclass(frozen=True, slots=True)
class OpenRow:
    """One case in flight and how old it is."""

    id: int
    number: str
    stream: str
    age: Times
    late: bool
    promise_s: int
    day_s: int
    service: str = ""


@dataclass(frozen=True, slots=True)
class Ages:
    """How old the work in flight of one stream is; ``drawn`` are some of ``n`` in business days.

    ``promise_days`` is the longest promise among them; ``old`` are older than their own.
    """

    stream: str
    n: int
    old: int
    promise_days: float
    drawn: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class HandoffRow:
    """One offer between two sides (departments, or groups of a log)."""

    case: int
    giver: str
    receiver: str
    attempt: int
    outcome: str
    sent_back: bool
    wait: Times
    lost: Times
    day_s: int
    reason: str = ""
    agreement: str = ""
    met: bool | None = None
    to_stage: str = ""


@dataclass(frozen=True, slots=True)
class SpanSum:
    """Seconds of the request line that one stream spent in one kind of time and stage."""

    stream: str
    stage: str
    state: str
    seconds: Times


@dataclass(frozen=True, slots=True)
class Lead:
    """Lead time of the finished; quantiles that are not ``exact`` are within 2.5 %."""

    n: int
    p50: Times
    p85: Times
    mean: Times
    exact: bool = True


@dataclass(frozen=True, slots=True)
class Promise:
    """met ÷ (met + missed); those still open and late count as missed."""

    met: int
    missed: int
    open_late: int
    share: float | None
    reason: str = ""

    @property
    def n(self) -> int:
        """Cases the share is made of."""
        return self.met + self.missed + self.open_late


@dataclass(frozen=True, slots=True)
class Efficiency:
    """Touch time ÷ lead time, a ratio of sums; the share is of business time."""

    n: int
    touch_s: int | None
    estimated_s: int | None
    lead: Times
    share: float | None
    share_calendar: float | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Flight:
    """What is in flight at ``at``; Little's law says whether the figures are steady."""

    at: datetime
    n: int | None
    late: int | None
    days_of_work: float | None
    mean_days: float | None
    little: float | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Week:
    """One whole week, Monday to Monday in the organisation's zone."""

    start: date
    finished: int
    submitted: int
    in_flight: int | None
    lead_p50: Times
    promise_share: float | None
    efficiency: float | None


@dataclass(frozen=True, slots=True)
class Pair:
    """Handoffs from one side to another: ``n`` first offers, ``sent_back`` of them.

    ``wait`` is the median from offered to accepted over all accepted offers; ``lost`` the sum over
    first offers, ``lost_days`` the same in business days of the receiver. ``timed`` offers were
    answered and had an agreed time to answer, ``in_time`` of them within it. ``sent_back`` and
    ``offers`` are None where they are hidden from the viewer.
    """

    giver: str
    receiver: str
    n: int
    sent_back: int | None
    offers: int | None
    wait: Times
    lost: Times
    lost_days: float | None
    reason: str = ""
    agreement: str = ""
    cases: frozenset[int] = frozenset()
    timed: int = 0
    in_time: int = 0

    @property
    def kept(self) -> float | None:
        """Share of offers answered within the time agreed, of those answered that had one."""
        return self.in_time / self.timed if self.timed else None

    @property
    def rate(self) -> float | None:
        """Share of first offers that were returned or had to be clarified."""
        return self.sent_back / self.n if self.n and self.sent_back is not None else None

    @property
    def rate_percent(self) -> int:
        """The same in whole per cent: what is shown decides colours and words too."""
        return round(100 * (self.rate or 0))


@dataclass(frozen=True, slots=True)
class Handoffs:
    """All handoffs of the population; the matrix has the pairs of different sides.

    ``hidden`` names the pairs too small to be shown; ``within`` counts first offers between teams
    of one side, None where that is hidden. ``rate`` is that of the pairs whose returns are shown.
    ``note`` says what stretch they are of where it is not the period, or why there are none.
    """

    n: int
    sent_back: int
    rate: float | None
    within: int | None
    pairs: tuple[Pair, ...]
    hidden: tuple[tuple[str, str], ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Split:
    """Where the time of one stream's finished cases went; kinds add up to the lead time."""

    stream: str
    n: int
    p50: Times
    kinds: Mapping[str, Times]
    stages: Mapping[str, Times]
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Mark:
    """A vertical line of the run chart: a version that came into force."""

    at: datetime
    week: date
    label: str


@dataclass(frozen=True, slots=True)
class RunPoint:
    """One week of the run chart; limits are those of its phase, None where the phase is short."""

    week: date
    n: int
    p50: Times
    upper: Times
    lower: Times


@dataclass(frozen=True, slots=True)
class RunPhase:
    """The stretch between two marks: what was in force, how many finished, their lead time.

    ``outside`` says, per kind of time, that the median left the limits of the phase before.
    """

    label: str
    n: int
    p50: Times
    outside: Mapping[str, bool]


@dataclass(frozen=True, slots=True)
class Run:
    """Weekly medians of one stream with process limits per phase."""

    stream: str
    n: int
    points: tuple[RunPoint, ...]
    marks: tuple[Mark, ...]
    phases: tuple[RunPhase, ...]
    promise_s: int | None
    day_s: int


@dataclass(frozen=True, slots=True)
class Summary:
    """All figures of one source, period and filter.

    ``open`` are the oldest in flight, ``ages`` all of them by stream. What is not ``exact`` was
    counted beforehand: medians and other quantiles are within 2.5 %, all else is exact.
    """

    source: str
    start: datetime
    end: datetime
    at: datetime
    zone: str
    filters: Mapping[str, str]
    finished: int
    submitted: int
    finished_ever: int
    lead: Lead
    promise: Promise
    efficiency: Efficiency
    flight: Flight
    weeks: tuple[Week, ...]
    handoffs: Handoffs
    splits: tuple[Split, ...]
    open: tuple[OpenRow, ...]
    ages: tuple[Ages, ...]
    run: Run | None
    before: Promise | None = None
    day_s: int = 28_800
    names: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    unmeasured: Mapping[str, str] = field(default_factory=dict)
    exact: bool = True

    @property
    def per_week(self) -> float | None:
        """Finished per whole week of the period, as a mean."""
        whole = [week.finished for week in self.weeks]
        return sum(whole) / len(whole) if whole else None
