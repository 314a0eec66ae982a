"""Figures of value flow from rows: one function per figure, used by every page and the API."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from valueflow.engine.phases import phase_limits
from valueflow.engine.statistics import Limits, little, median, percentile, ratio
from valueflow.engine.summary import (
    FEW,
    CaseRow,
    Efficiency,
    Flight,
    HandoffRow,
    Handoffs,
    Lead,
    Mark,
    Pair,
    Promise,
    Run,
    RunPhase,
    RunPoint,
    SpanSum,
    Split,
    Times,
    Week,
)


def times(values: Iterable[Times], figure: Callable[[list[float]], float | None]) -> Times:
    """A figure over durations, once for each time."""
    rows = list(values)
    return Times(
        figure([row.calendar for row in rows if row.calendar is not None]),
        figure([row.business for row in rows if row.business is not None]),
    )


def total(values: list[float]) -> float | None:
    """The sum; None where nothing was measured."""
    return sum(values) if values else None


def _mean(values: list[float]) -> float | None:
    return ratio(sum(values), len(values))


def _p85(values: list[float]) -> float | None:
    return percentile(values, 0.85)


def lead(finished: Sequence[CaseRow]) -> Lead:
    """Median, 85 % and mean of lead times, from rows."""
    rows = [case.lead for case in finished]
    return Lead(len(rows), times(rows, median), times(rows, _p85), times(rows, _mean))


def first_pass(finished: Sequence[CaseRow]) -> float | None:
    """Share of the finished that went through without a return and were not reopened."""
    return ratio(sum(case.first_pass for case in finished), len(finished))


# How a promise may stand today that was already broken at an earlier moment.
LATE = ("missed", "running", "none")


def is_late(case: CaseRow, at: datetime) -> bool:
    """Its promise was broken by ``at``: due before, and neither kept nor standing still.

    A promise that ended with a withdrawal after ``at`` was still running then.
    """
    return case.due_at is not None and case.due_at < at and case.promise in LATE


def promise(finished: Sequence[CaseRow], in_flight: Sequence[CaseRow], at: datetime) -> Promise:
    """Promise kept among the finished, with those in flight and late counted as missed."""
    met = sum(case.promise == "met" for case in finished)
    missed = sum(case.promise == "missed" for case in finished)
    late = sum(is_late(case, at) for case in in_flight)
    return Promise(met, missed, late, ratio(met, met + missed + late))


def efficiency(finished: Sequence[CaseRow], unmeasured: str = "") -> Efficiency:
    """Touch time ÷ lead time over all finished; ``unmeasured`` says why there is no touch time."""
    length = times([case.lead for case in finished], total)
    touches = [case.touch_s for case in finished if case.touch_s is not None]
    if unmeasured or len(touches) < len(finished):
        return Efficiency(len(finished), None, None, length, None, None, unmeasured)
    touch = sum(touches)
    return Efficiency(
        n=len(finished),
        touch_s=touch,
        estimated_s=sum(case.touch_estimated_s for case in finished),
        lead=length,
        share=ratio(touch, length.business or 0),
        share_calendar=ratio(touch, length.calendar or 0),
    )


def flight(
    in_flight: Sequence[CaseRow], finished: Sequence[CaseRow], at: datetime, working_days: float
) -> Flight:
    """Load now, in days of work at the period's rate, beside the mean lead time.

    ``working_days`` is how many business days the period had.
    """
    per_day = ratio(len(finished), working_days)
    leads = [c.lead.business / c.day_s for c in finished if c.lead.business is not None]
    mean_days = _mean(leads)
    return Flight(
        at=at,
        n=len(in_flight),
        late=sum(is_late(case, at) for case in in_flight),
        days_of_work=ratio(len(in_flight), per_day or 0),
        mean_days=mean_days,
        little=little(len(in_flight), per_day or 0, mean_days or 0),
    )


def monday(at: datetime, zone: ZoneInfo) -> date:
    """The Monday of the week in which an instant falls, by the zone's clock."""
    day = at.astimezone(zone).date()
    return day - timedelta(days=day.weekday())


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """The instant, in UTC, at which a day begins in a zone.

    In UTC because Python compares two moments of one zone by the wall, which turns back in autumn.
    """
    return datetime.combine(day, time(), zone).astimezone(UTC)


def whole_weeks(start: datetime, end: datetime, zone: ZoneInfo) -> list[date]:
    """Mondays of the weeks that lie wholly between two instants."""
    first = monday(start, zone)
    if midnight(first, zone) < start:
        first += timedelta(days=7)
    weeks = []
    while midnight(first + timedelta(days=7), zone) <= end:
        weeks.append(first)
        first += timedelta(days=7)
    return weeks


def weekly(
    cases: Sequence[CaseRow], start: datetime, end: datetime, zone: ZoneInfo, *, open_known: bool
) -> tuple[Week, ...]:
    """The whole weeks of a period; shares and medians of weeks under five cases are left out."""
    done: dict[date, list[CaseRow]] = defaultdict(list)
    sent: Counter[date] = Counter(monday(case.submitted_at, zone) for case in cases)
    for case in cases:
        if case.finished and case.ended_at is not None:
            done[monday(case.ended_at, zone)].append(case)
    weeks = []
    for week in whole_weeks(start, end, zone):
        rows = done[week]
        enough = len(rows) >= FEW
        close = midnight(week + timedelta(days=7), zone)
        kept = promise(rows, [], close)
        weeks.append(
            Week(
                start=week,
                finished=len(rows),
                submitted=sent[week],
                in_flight=len(in_flight_at(cases, close)) if open_known else None,
                lead_p50=lead(rows).p50 if enough else Times(None, None),
                promise_share=kept.share if enough else None,
                efficiency=efficiency(rows).share if enough else None,
            )
        )
    return tuple(weeks)


def in_flight_at(cases: Iterable[CaseRow], at: datetime) -> list[CaseRow]:
    """Cases sent before an instant and not ended by it."""
    return [
        case
        for case in cases
        if case.submitted_at < at and (case.ended_at is None or case.ended_at >= at)
    ]


def handoffs(rows: Sequence[HandoffRow], may_list: frozenset[int] = frozenset()) -> Handoffs:
    """The matrix of handoffs between different sides, worst first by days lost.

    Pairs of fewer than five first offers are hidden unless the viewer may list every case behind
    them (``may_list``); the totals are those of the pairs shown, so that nothing can be worked out.
    """
    groups: dict[tuple[str, str], list[HandoffRow]] = defaultdict(list)
    for row in rows:
        if row.giver != row.receiver:
            groups[row.giver, row.receiver].append(row)
    pairs = [_pair(giver, receiver, group) for (giver, receiver), group in groups.items()]
    pairs = [pair for pair in pairs if pair.n]
    shown = [pair for pair in pairs if pair.n >= FEW or pair.cases <= may_list]
    shown.sort(key=_costliest)
    kept = {(pair.giver, pair.receiver) for pair in shown}
    n, back = sum(pair.n for pair in shown), sum(pair.sent_back for pair in shown)
    return Handoffs(
        n=n,
        sent_back=back,
        rate=ratio(back, n),
        within=sum(row.attempt == 1 for row in rows if row.giver == row.receiver),
        pairs=tuple(shown),
        hidden=tuple(sorted({(pair.giver, pair.receiver) for pair in pairs} - kept)),
    )


def _costliest(pair: Pair) -> tuple[float, int, str, str]:
    """Order by what was lost: business days where they are known, else calendar time."""
    lost = pair.lost_days if pair.lost_days is not None else pair.lost.calendar
    return -(lost or 0), -pair.n, pair.giver, pair.receiver


def _pair(giver: str, receiver: str, rows: Sequence[HandoffRow]) -> Pair:
    first = [row for row in rows if row.attempt == 1]
    back = [row for row in first if row.sent_back]
    reasons = Counter((row.reason, row.agreement) for row in rows if row.reason)
    reason, agreement = min(reasons, key=lambda key: (-reasons[key], key), default=("", ""))
    days = [row.lost.business / row.day_s for row in first if row.lost.business is not None]
    return Pair(
        giver=giver,
        receiver=receiver,
        n=len(first),
        sent_back=len(back),
        offers=len(rows),
        wait=times([row.wait for row in rows if row.outcome == "accepted"], median),
        lost=times([row.lost for row in first], total),
        lost_days=sum(days) if days else None,
        reason=reason,
        agreement=agreement,
        cases=frozenset(row.case for row in rows),
        timed=sum(row.met is not None for row in rows),
        in_time=sum(row.met is True for row in rows),
    )


def splits(finished: Sequence[CaseRow], sums: Sequence[SpanSum]) -> tuple[Split, ...]:
    """Where the time went, per stream, largest first by volume; small streams are hidden."""
    by_stream: dict[str, list[CaseRow]] = defaultdict(list)
    for case in finished:
        by_stream[case.stream].append(case)
    spans: dict[str, list[SpanSum]] = defaultdict(list)
    for row in sums:
        spans[row.stream].append(row)
    found = [
        Split(
            stream=stream,
            n=len(cases),
            p50=lead(cases).p50,
            kinds=_summed(spans[stream], lambda row: row.state),
            stages=_summed(spans[stream], lambda row: row.stage),
            hidden=len(cases) < FEW,
        )
        for stream, cases in by_stream.items()
    ]
    return tuple(sorted(found, key=lambda split: (-split.n, split.stream)))


def _summed(rows: Sequence[SpanSum], key: Callable[[SpanSum], str]) -> dict[str, Times]:
    groups: dict[str, list[Times]] = defaultdict(list)
    for row in rows:
        groups[key(row)].append(row.seconds)
    return {name: times(values, total) for name, values in groups.items()}


def run(
    stream: str,
    finished: Sequence[CaseRow],
    weeks: Sequence[date],
    marks: Sequence[Mark],
    zone: ZoneInfo,
) -> Run:
    """Weekly medians with limits per phase; weeks under five cases are left out."""
    done: dict[date, list[CaseRow]] = defaultdict(list)
    for case in finished:
        if case.ended_at is not None:
            done[monday(case.ended_at, zone)].append(case)
    kept = [week for week in weeks if len(done[week]) >= FEW]
    medians = {week: lead(done[week]).p50 for week in kept}
    limits = _phase_limits(kept, medians, [mark.week for mark in marks])
    points = tuple(
        RunPoint(week=week, n=len(done[week]), p50=medians[week], **limits.get(week, NO_LIMITS))
        for week in kept
    )
    last = max(finished, key=lambda case: case.submitted_at, default=None)
    shown = tuple(mark for mark in marks if kept and kept[0] < mark.week <= kept[-1])
    return Run(
        stream=stream,
        n=sum(point.n for point in points),
        points=points,
        marks=shown,
        phases=_phases(points, done, shown),
        promise_s=last.promise_s or None if last else None,
        day_s=last.day_s if last else 28_800,
    )


def _phases(
    points: Sequence[RunPoint], done: Mapping[date, Sequence[CaseRow]], marks: Sequence[Mark]
) -> tuple[RunPhase, ...]:
    """Each phase from its rows, never from weekly medians."""
    edges = [("", date.min), *((m.label, m.week) for m in marks), ("", date.max)]
    found: list[RunPhase] = []
    before: list[RunPoint] = []
    for (label, opens), (_label, closes) in pairwise(edges):
        here = [point for point in points if opens <= point.week < closes]
        figure = lead([case for point in here for case in done[point.week]])
        outside = {
            basis: _left(figure.p50.of(basis), before[-1] if before else None, basis)
            for basis in ("calendar", "business")
        }
        found.append(RunPhase(label, figure.n, figure.p50, outside))
        before = here
    return tuple(found)


def _left(value: float | None, point: RunPoint | None, basis: str) -> bool:
    """A value lies outside the limits of a point."""
    upper = point.upper.of(basis) if point else None
    lower = point.lower.of(basis) if point else None
    if value is None or upper is None or lower is None:
        return False
    return not lower <= value <= upper


NO_LIMITS: Mapping[str, Times] = {"upper": Times(None, None), "lower": Times(None, None)}


def _phase_limits(
    weeks: Sequence[date], medians: Mapping[date, Times], starts: Sequence[date]
) -> dict[date, dict[str, Times]]:
    """Upper and lower limit of each week from the weeks between the same two versions."""
    by_basis: dict[str, dict[date, Limits]] = {}
    for basis in ("calendar", "business"):
        known = {week: medians[week].of(basis) for week in weeks}
        by_basis[basis] = phase_limits({w: v for w, v in known.items() if v is not None}, starts)
    cal, bus = by_basis["calendar"], by_basis["business"]
    return {
        week: {
            "upper": Times(_upper(cal.get(week)), _upper(bus.get(week))),
            "lower": Times(_lower(cal.get(week)), _lower(bus.get(week))),
        }
        for week in weeks
        if week in cal or week in bus
    }


def _upper(limits: Limits | None) -> float | None:
    return limits.upper if limits else None


def _lower(limits: Limits | None) -> float | None:
    return max(0.0, limits.lower) if limits else None
