"""What requests add to the counts made beforehand, and those counts back as groups.

A contribution stands under one slot of time (a week, or several), one scope and one metric. Scopes
are never combined, so that rows stay few, save where a page needs it: what belongs to one stream
(its services, versions, steps, handoffs) is kept under that stream. Sent, ended and becoming late
count when they happened; all else, handoffs and spans included, when the request was finished.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, TypeVar

from valueflow.engine.groups import LATE, Both, Done, Flying, Offers, Steps
from valueflow.engine.summary import CaseRow, HandoffRow, Times
from valueflow.engine.tally import Tally, bucket_of

# Fractions of business days are kept as millionths.
MICRO = 1_000_000


class Key(NamedTuple):
    """Where a count stands: ``key`` is a stream (or nothing), ``part`` what of it is counted."""

    slot: Hashable
    scope: str
    key: str
    part: str


class Count(NamedTuple):
    """One metric and bucket of a key."""

    metric: str
    bucket: int
    n: int
    total: int


@dataclass(frozen=True, slots=True)
class SpanRow:
    """Seconds of one request's line in one step and kind of time."""

    case: int
    stage: str
    state: str
    seconds: Times


@dataclass(frozen=True, slots=True)
class VisitRow:
    """One visit of a step."""

    case: int
    stage: str
    stay: Times


@dataclass(frozen=True, slots=True)
class Told:
    """Some requests with all that is counted of them."""

    cases: Sequence[CaseRow] = ()
    offers: Sequence[HandoffRow] = ()
    spans: Sequence[SpanRow] = ()
    visits: Sequence[VisitRow] = ()


class Moves(NamedTuple):
    """Requests sent and ended, grown late, and late ones ended."""

    sent: int = 0
    ended: int = 0
    late: int = 0
    unlate: int = 0

    def flying(self) -> Flying:
        """In flight, where all moves before a moment were counted."""
        return Flying(self.sent - self.ended, self.late - self.unlate)


Slot = Callable[[datetime], Hashable]
Row = TypeVar("Row", HandoffRow, SpanRow, VisitRow)


def contributions(told: Told, slot: Slot) -> dict[Key, list[Count]]:
    """Everything these requests add; ``slot`` names the time of an instant, None for nowhere."""
    found: dict[Key, list[Count]] = defaultdict(list)
    for key, moves in moved(told.cases, slot).items():
        named = zip(Moves._fields, moves, strict=True)
        found[key] += [Count(metric, 0, n, 0) for metric, n in named if n]
    finished, home = _finished(told.cases, slot)
    for key, cases in finished.items():
        found[key] += _done_counts(Done.of(cases))
    for key, rows in _by(told.offers, home, "pair", lambda row: f"{row.giver}>{row.receiver}"):
        found[key] += _offer_counts(Offers.of(rows))
    reasoned = (row for row in told.offers if row.reason)
    for key, rows in _by(reasoned, home, "reason", _reason):
        found[key].append(Count("offers", 0, len(rows), 0))
    for key, spans in _by(told.spans, home, "time", lambda row: f"{row.stage}|{row.state}"):
        found[key] += _counts("time", Both.of([row.seconds for row in spans]), spread=False)
    for key, visits in _by(told.visits, home, "step", lambda row: row.stage):
        found[key] += _step_counts(Steps.of([(row.case, row.stay) for row in visits], []))
    for key, rows in _by(told.offers, home, "step", lambda row: row.to_stage):
        found[key] += _step_counts(Steps.of([], rows))
    return {key: counts for key, counts in found.items() if counts}


def moved(cases: Iterable[CaseRow], slot: Slot) -> dict[Key, Moves]:
    """When requests were sent, grew late and ended, under each of their scopes."""
    sums: dict[Key, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for case in cases:
        moments = [(0, case.submitted_at)]
        if case.ended_at is not None:
            moments.append((1, case.ended_at))
        if case.due_at is not None and case.promise in LATE:
            grown = max(case.due_at, case.submitted_at)
            if case.ended_at is None:
                moments.append((2, grown))
            elif case.ended_at > grown:
                moments += [(2, grown), (3, case.ended_at)]
        for place, moment in moments:
            when = slot(moment)
            if when is not None:
                for scope, key, part in scopes(case):
                    sums[Key(when, scope, key, part)][place] += 1
    return {key: Moves(*numbers) for key, numbers in sums.items()}


class Whose(NamedTuple):
    """What decides in which scopes a request counts."""

    stream: str
    service: str
    version: str
    departments: Sequence[str]


def scopes(case: CaseRow | Whose) -> list[tuple[str, str, str]]:
    """(scope, key, part) of all that a request counts in."""
    return [
        ("all", "", ""),
        ("stream", case.stream, ""),
        ("service", case.stream, case.service),
        ("version", case.stream, case.version),
        *(("department", "", name) for name in case.departments),
    ]


def _finished(
    cases: Iterable[CaseRow], slot: Slot
) -> tuple[dict[Key, list[CaseRow]], dict[int, tuple[Hashable, str]]]:
    """The finished by key, and in which slot and stream each of them is."""
    groups: dict[Key, list[CaseRow]] = defaultdict(list)
    home: dict[int, tuple[Hashable, str]] = {}
    for case in cases:
        when = slot(case.ended_at) if case.finished and case.ended_at is not None else None
        if when is not None:
            home[case.id] = when, case.stream
            for scope, key, part in scopes(case):
                groups[Key(when, scope, key, part)].append(case)
    return groups, home


def _by(
    rows: Iterable[Row],
    home: Mapping[int, tuple[Hashable, str]],
    scope: str,
    part: Callable[[Row], str],
) -> Iterator[tuple[Key, list[Row]]]:
    """Rows of finished requests under their stream."""
    groups: dict[Key, list[Row]] = defaultdict(list)
    for row in rows:
        place = home.get(row.case)
        if place is not None:
            groups[Key(place[0], scope, place[1], part(row))].append(row)
    yield from groups.items()


def _reason(row: HandoffRow) -> str:
    return f"{row.giver}>{row.receiver}|{row.agreement}|{row.reason}"


def _spread(metric: str, tally: Tally) -> list[Count]:
    """One count a bucket with the sum of what lies in it."""
    sums: dict[int, list[float]] = defaultdict(lambda: [0, 0])
    for value in tally.values or ():
        both = sums[bucket_of(value)]
        both[0] += 1
        both[1] += value
    return [Count(metric, bucket, int(n), round(total)) for bucket, (n, total) in sums.items()]


def _counts(name: str, both: Both, *, spread: bool = True) -> list[Count]:
    if spread:
        return _spread(f"{name}-cal", both.calendar) + _spread(f"{name}-bus", both.business)
    parts = (("cal", both.calendar), ("bus", both.business))
    return [
        Count(f"{name}-{basis}", 0, tally.n, round(tally.total))
        for basis, tally in parts
        if tally.n
    ]


def _plain(**numbers: int) -> list[Count]:
    return [Count(metric, 0, n, 0) for metric, n in numbers.items() if n]


def _days(tally: Tally) -> list[Count]:
    return [Count("days", 0, tally.n, round(tally.total * MICRO))] if tally.n else []


def _done_counts(group: Done) -> list[Count]:
    return [
        *_plain(done=group.n, met=group.met, missed=group.missed, clean=group.clean),
        *([Count("touch", 0, group.touched, group.touch_s)] if group.touched else []),
        Count("estimated", 0, group.n, group.estimated_s),
        *_days(group.days),
        *_counts("lead", group.lead),
    ]


def _offer_counts(group: Offers) -> list[Count]:
    return [
        *_plain(first=group.n, back=group.back, offers=group.offers),
        *_plain(answered=group.answered, kept=group.kept),
        *_days(group.days),
        *_counts("lost", group.lost, spread=False),
        *_counts("wait", group.wait),
    ]


def _step_counts(group: Steps) -> list[Count]:
    return [
        *_plain(needed=group.n, first=group.first, back=group.back),
        *_counts("stay", group.stay, spread=False),
        *_counts("wait", group.wait),
    ]


class Heap:
    """Counts of one key on their way back to a group."""

    __slots__ = ("buckets", "n", "total")

    def __init__(self, counts: Iterable[tuple[str, int, int, int]]) -> None:
        self.n: dict[str, int] = defaultdict(int)
        self.total: dict[str, int] = defaultdict(int)
        self.buckets: dict[str, dict[int, int]] = defaultdict(dict)
        for metric, bucket, n, total in counts:
            self.n[metric] += n
            self.total[metric] += total
            here = self.buckets[metric]
            here[bucket] = here.get(bucket, 0) + n

    def tally(self, metric: str, unit: int = 1) -> Tally:
        """A spread; of those kept without one only number, sum and mean mean something."""
        buckets = {bucket: n for bucket, n in self.buckets.get(metric, {}).items() if n}
        total = self.total.get(metric, 0)
        return Tally.of_buckets(buckets, total / unit if unit != 1 else total)

    def both(self, name: str) -> Both:
        """A spread in both times."""
        return Both(self.tally(f"{name}-cal"), self.tally(f"{name}-bus"))

    def moves(self) -> Moves:
        """Sent, ended, late."""
        return Moves(*(self.n.get(name, 0) for name in Moves._fields))

    def done(self) -> Done:
        """Finished requests."""
        n, total = self.n, self.total
        return Done(
            n=n.get("done", 0),
            met=n.get("met", 0),
            missed=n.get("missed", 0),
            clean=n.get("clean", 0),
            touched=n.get("touch", 0),
            touch_s=total.get("touch", 0),
            estimated_s=total.get("estimated", 0),
            lead=self.both("lead"),
            days=self.tally("days", MICRO),
        )

    def offers(self, reasons: Mapping[tuple[str, str], int] | None = None) -> Offers:
        """Handoffs, and why they came back."""
        n = self.n
        return Offers(
            n=n.get("first", 0),
            back=n.get("back", 0),
            offers=n.get("offers", 0),
            answered=n.get("answered", 0),
            kept=n.get("kept", 0),
            wait=self.both("wait"),
            lost=self.both("lost"),
            days=self.tally("days", MICRO),
            reasons=reasons or {},
        )

    def steps(self) -> Steps:
        """One step."""
        n = self.n
        return Steps(
            n=n.get("needed", 0),
            first=n.get("first", 0),
            back=n.get("back", 0),
            stay=self.both("stay"),
            wait=self.both("wait"),
        )
