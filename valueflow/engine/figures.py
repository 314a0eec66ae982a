"""Figures of value flow: one function per figure, used by every page and the API.

They take rows, or groups of rows that were counted before (``groups.py``).
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from valueflow.engine.groups import LATE, Done, Flow, Flying, Offers, done, flying, is_late
from valueflow.engine.phases import phase_limits
from valueflow.engine.statistics import Limits, little, ratio
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

__all__ = ["LATE", "is_late"]
Finished = Done | Sequence[CaseRow]
InFlight = Flying | Sequence[CaseRow]


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


def lead(finished: Finished) -> Lead:
    """Median, 85 % and mean of lead times; ``exact`` when they are of the rows."""
    found = done(finished)
    spread = found.lead
    return Lead(
        found.n, spread.quantile(0.5), spread.quantile(0.85), spread.mean, exact=spread.exact
    )


def first_pass(finished: Finished) -> float | None:
    """Share of the finished that went through without a return and were not reopened."""
    found = done(finished)
    return ratio(found.clean, found.n)


def promise(finished: Finished, in_flight: InFlight, at: datetime) -> Promise:
    """Promise kept among the finished, with those in flight and late counted as missed."""
    return kept(done(finished), flying(in_flight, at).late)


def kept(finished: Done, late: int = 0) -> Promise:
    """The same of groups that were counted before."""
    share = ratio(finished.met, finished.met + finished.missed + late)
    return Promise(finished.met, finished.missed, late, share)


def efficiency(finished: Finished, unmeasured: str = "") -> Efficiency:
    """Touch time ÷ lead time over all finished; ``unmeasured`` says why there is no touch time."""
    found = done(finished)
    length = found.lead.sum
    if unmeasured or found.touched < found.n:
        return Efficiency(found.n, None, None, length, None, None, unmeasured)
    return Efficiency(
        n=found.n,
        touch_s=found.touch_s,
        estimated_s=found.estimated_s,
        lead=length,
        share=ratio(found.touch_s, length.business or 0),
        share_calendar=ratio(found.touch_s, length.calendar or 0),
    )


def flight(in_flight: InFlight, finished: Finished, at: datetime, working_days: float) -> Flight:
    """Load now, in days of work at the period's rate, beside the mean lead time.

    ``working_days`` is how many business days the period had.
    """
    found, now = done(finished), flying(in_flight, at)
    per_day = ratio(found.n, working_days)
    return Flight(
        at=at,
        n=now.n,
        late=now.late,
        days_of_work=ratio(now.n, per_day or 0),
        mean_days=found.days.mean,
        little=little(now.n, per_day or 0, found.days.mean or 0),
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
    """The whole weeks of a period, from every case that lived in it."""
    return weeks(flows(cases, start, end, zone), open_known=open_known)


def flows(
    cases: Sequence[CaseRow], start: datetime, end: datetime, zone: ZoneInfo
) -> dict[date, Flow]:
    """What was sent and finished in each whole week, and in flight at its end."""
    ended: dict[date, list[CaseRow]] = defaultdict(list)
    sent: Counter[date] = Counter(monday(case.submitted_at, zone) for case in cases)
    for case in cases:
        if case.finished and case.ended_at is not None:
            ended[monday(case.ended_at, zone)].append(case)
    found = {}
    for week in whole_weeks(start, end, zone):
        close = midnight(week + timedelta(days=7), zone)
        now = Flying.of(in_flight_at(cases, close), close)
        found[week] = Flow(sent[week], Done.of(ended[week]), now)
    return found


def weeks(flows: Mapping[date, Flow], *, open_known: bool = True) -> tuple[Week, ...]:
    """What each week shows; shares and medians of weeks under five cases are left out."""
    found = []
    for week, flow in flows.items():
        enough = flow.done.n >= FEW
        found.append(
            Week(
                start=week,
                finished=flow.done.n,
                submitted=flow.sent,
                in_flight=flow.flying.n if open_known else None,
                lead_p50=lead(flow.done).p50 if enough else Times(None, None),
                promise_share=kept(flow.done).share if enough else None,
                efficiency=efficiency(flow.done).share if enough else None,
            )
        )
    return tuple(found)


def in_flight_at(cases: Iterable[CaseRow], at: datetime) -> list[CaseRow]:
    """Cases sent before an instant and not ended by it."""
    return [
        case
        for case in cases
        if case.submitted_at < at and (case.ended_at is None or case.ended_at >= at)
    ]


def handoffs(
    rows: Sequence[HandoffRow] | Mapping[tuple[str, str], Offers],
    may_list: frozenset[int] = frozenset(),
    *,
    every: bool = False,
) -> Handoffs:
    """The matrix of handoffs between different sides, worst first by days lost.

    Pairs of fewer than five first offers are hidden unless the viewer may list every case behind
    them (``may_list``); the totals are those of the pairs shown, so that nothing can be worked out.
    ``every`` hides none: for those who see all, and before it is known what may be shown.
    """
    groups = rows if isinstance(rows, Mapping) else offers(rows)
    pairs = [_pair(*sides, group) for sides, group in groups.items() if sides[0] != sides[1]]
    pairs = [pair for pair in pairs if pair.n]
    if every:
        shown = pairs
    else:
        shown = [p for p in pairs if p.n >= FEW or (p.cases and p.cases <= may_list)]
    shown.sort(key=_costliest)
    named = {(pair.giver, pair.receiver) for pair in shown}
    n, back = sum(pair.n for pair in shown), sum(pair.sent_back or 0 for pair in shown)
    return Handoffs(
        n=n,
        sent_back=back,
        rate=ratio(back, n),
        within=sum(group.n for sides, group in groups.items() if sides[0] == sides[1]),
        pairs=tuple(shown),
        hidden=tuple(sorted({(pair.giver, pair.receiver) for pair in pairs} - named)),
    )


def offers(rows: Iterable[HandoffRow]) -> dict[tuple[str, str], Offers]:
    """Handoffs by giver and receiver, those within one side too."""
    groups: dict[tuple[str, str], list[HandoffRow]] = defaultdict(list)
    for row in rows:
        groups[row.giver, row.receiver].append(row)
    return {sides: Offers.of(group) for sides, group in groups.items()}


def _costliest(pair: Pair) -> tuple[float, int, str, str]:
    """Order by what was lost: business days where they are known, else calendar time."""
    lost = pair.lost_days if pair.lost_days is not None else pair.lost.calendar
    return -(lost or 0), -pair.n, pair.giver, pair.receiver


def _pair(giver: str, receiver: str, group: Offers) -> Pair:
    reasons = group.reasons
    reason, agreement = min(reasons, key=lambda key: (-reasons[key], key), default=("", ""))
    return Pair(
        giver=giver,
        receiver=receiver,
        n=group.n,
        sent_back=group.back,
        offers=group.offers,
        wait=group.wait.quantile(0.5),
        lost=group.lost.sum,
        lost_days=group.days.sum,
        reason=reason,
        agreement=agreement,
        cases=group.cases,
        timed=group.answered,
        in_time=group.kept,
    )


def splits(
    finished: Sequence[CaseRow] | Mapping[str, Done], sums: Sequence[SpanSum]
) -> tuple[Split, ...]:
    """Where the time went, per stream, largest first by volume; small streams are hidden."""
    by_stream = finished if isinstance(finished, Mapping) else streams(finished)
    spans: dict[str, list[SpanSum]] = defaultdict(list)
    for row in sums:
        spans[row.stream].append(row)
    found = [
        Split(
            stream=stream,
            n=group.n,
            p50=lead(group).p50,
            kinds=_summed(spans[stream], lambda row: row.state),
            stages=_summed(spans[stream], lambda row: row.stage),
            hidden=group.n < FEW,
        )
        for stream, group in by_stream.items()
        if group.n
    ]
    return tuple(sorted(found, key=lambda split: (-split.n, split.stream)))


def streams(finished: Iterable[CaseRow]) -> dict[str, Done]:
    """The finished by stream."""
    groups: dict[str, list[CaseRow]] = defaultdict(list)
    for case in finished:
        groups[case.stream].append(case)
    return {stream: Done.of(cases) for stream, cases in groups.items()}


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
    """Weekly medians with limits per phase, from rows."""
    ended: dict[date, list[CaseRow]] = defaultdict(list)
    for case in finished:
        if case.ended_at is not None:
            ended[monday(case.ended_at, zone)].append(case)
    last = max(finished, key=lambda case: case.submitted_at, default=None)
    promised = last.promise_s or None if last else None
    groups = {week: Done.of(ended[week]) for week in weeks}
    return course(stream, groups, marks, promised, last.day_s if last else 28_800)


def course(
    stream: str,
    groups: Mapping[date, Done],
    marks: Sequence[Mark],
    promise_s: int | None,
    day_s: int,
) -> Run:
    """Weekly medians with limits per phase; weeks under five cases are left out.

    ``promise_s`` and ``day_s`` are those of the request sent last.
    """
    kept = [week for week, group in groups.items() if group.n >= FEW]
    medians = {week: lead(groups[week]).p50 for week in kept}
    limits = _phase_limits(kept, medians, [mark.week for mark in marks])
    points = tuple(
        RunPoint(week=week, n=groups[week].n, p50=medians[week], **limits.get(week, NO_LIMITS))
        for week in kept
    )
    shown = tuple(mark for mark in marks if kept and kept[0] < mark.week <= kept[-1])
    return Run(
        stream=stream,
        n=sum(point.n for point in points),
        points=points,
        marks=shown,
        phases=_phases(points, groups, shown),
        promise_s=promise_s,
        day_s=day_s,
    )


def _phases(
    points: Sequence[RunPoint], groups: Mapping[date, Done], marks: Sequence[Mark]
) -> tuple[RunPhase, ...]:
    """Each phase from what finished in it, never from weekly medians."""
    edges = [("", date.min), *((m.label, m.week) for m in marks), ("", date.max)]
    found: list[RunPhase] = []
    before: list[RunPoint] = []
    for (label, opens), (_label, closes) in pairwise(edges):
        here = [point for point in points if opens <= point.week < closes]
        figure = lead(Done.all(groups[point.week] for point in here))
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
