"""Why a wait lasted: each of its seconds gets one cause, where the records tell one.

A wait is told from what went on at whoever was waited on meanwhile. For each moment the first of
these that holds is its cause:

1. *external*: the requester or a third party is waited on; nobody here can shorten it.
2. *branches*: it stands at a join; the causes lie in the branches it waits for.
3. *off hours*: outside the calendar of whoever is waited on. Calendar time only: in business time
   the moment goes to the next cause that holds.
4. *absence*: none of those who could act was there: all away, or nobody held it.
5. *batching*: it left with at least ``BATCH`` items inside ``WITHIN`` that had come at moments
   further apart than that, and the moment lies before the first of the batch left and after the
   last departure before it of one that came earlier. Departures that follow one another within
   ``WITHIN`` are one batch, for at most ``LONGEST``. The same where the model says that the step
   is done on some days of the week only and the moment is on another one.
6. *priority*: the team worked on something that came later.
7. *contention*: the team worked on as many others that came before as it has people there.
8. *untold*: nothing of this; a free hand was there, or the records do not say.

How long a cause lasted adds up to the wait to the second, in both times. Nothing here looks at the
present moment, at chance or at the order of the input: equal records have equal causes. The cause
of a wait depends on spans of others that touch its own time, on departures from ``LONGEST`` before
to ``WITHIN`` after its end, and on the people there meanwhile; on nothing else.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby, pairwise
from operator import attrgetter
from typing import Literal

from valueflow.engine.attribution import whole_seconds
from valueflow.engine.facts import WorkingTime
from valueflow.engine.records import Kind

Cause = Literal[
    "external", "branches", "off_hours", "absence", "batching", "priority", "contention", "untold"
]
# In the order in which they are shown: what can be changed from within first.
CAUSES: tuple[Cause, ...] = (
    "contention", "priority", "batching", "absence", "external", "off_hours", "branches", "untold",
)  # fmt: skip
BATCH = 5
WITHIN = timedelta(minutes=10)
# A batch that goes on is one as long as nothing leaves later than this after its first item.
LONGEST = timedelta(hours=8)
OUTSIDE: Mapping[str, Cause] = {
    "requester": "external",
    "third": "external",
    "parked": "branches",
}


@dataclass(frozen=True, slots=True)
class Wait:
    """A span in which a request stood still; ``who`` names the team or role it waited on.

    ``queue`` is what it left when the wait ended: the same step in the same state at the same team;
    ``arrived`` is when its visit began, which is where it stands in line; ``service`` is the key of
    the calendar its business time is counted on. ``shut`` are stretches on days on which the step
    is not done.
    """

    case: int
    position: int
    queue: str
    state: Kind
    who: str
    service: str
    arrived: datetime
    start: datetime
    end: datetime
    shut: tuple[tuple[datetime, datetime], ...] = ()

    @property
    def order(self) -> tuple[datetime, int, int]:
        """First come, first served; a tie goes to the older request."""
        return self.arrived, self.case, self.position


@dataclass(frozen=True, slots=True)
class Work:
    """A span in which a team worked on a request whose visit began at ``arrived``."""

    case: int
    who: str
    arrived: datetime
    start: datetime
    end: datetime


@dataclass(frozen=True, slots=True)
class People:
    """From this moment on so many of those who could act were there."""

    at: datetime
    there: int


@dataclass(frozen=True, slots=True)
class Part:
    """What one cause holds of a wait, in whole seconds."""

    cause: Cause
    cal_s: int
    bus_s: int


# Those who could act, by ``who``: steps in order of time. Nothing is known before the first.
Presence = Mapping[str, Sequence[People]]
Hours = Callable[[str], WorkingTime]
Piece = tuple[datetime, datetime, Cause]
Stretches = Sequence[tuple[datetime, datetime]]


def causes(
    waits: Iterable[Wait],
    works: Iterable[Work],
    presence: Presence,
    *,
    hours: Hours,
    service_hours: Hours,
    others: Iterable[Wait] = (),
) -> dict[tuple[int, int], tuple[Part, ...]]:
    """Parts of each wait by (case, position).

    ``others`` are waits that are not asked about and only make batches visible; ``hours`` gives the
    calendar of a ``who``, ``service_hours`` that of a service's key.
    """
    asked = sorted(waits, key=attrgetter("case", "position"))
    known = {(one.case, one.position): one for one in (*others, *asked)}
    left = _departures(known.values())
    at_work = _by_team(works)
    found: dict[tuple[int, int], tuple[Part, ...]] = {}
    for wait in asked:
        outside = OUTSIDE.get(wait.state)
        if outside is not None or wait.end <= wait.start:
            cut: list[Piece] = [(wait.start, wait.end, outside or "untold")]
        else:
            batch = left[wait.queue].batch(wait)
            held = (*wait.shut, batch) if batch is not None else wait.shut
            busy = at_work.get(wait.who)
            cut = list(_pieces(wait, held, busy, presence.get(wait.who, ())))
        own = None if outside else hours(wait.who)
        found[wait.case, wait.position] = _parts(cut, own, service_hours(wait.service))
    return found


def _parts(cut: Sequence[Piece], own: WorkingTime | None, service: WorkingTime) -> tuple[Part, ...]:
    """Adds the pieces of a wait up; outside the hours of who is waited on is *off hours*."""
    cal: dict[Cause, int] = defaultdict(int)
    bus: dict[Cause, int] = defaultdict(int)
    for start, end, cause in cut:
        length = whole_seconds(end) - whole_seconds(start)
        inside = length if own is None else own.elapsed(start, end)
        cal[cause] += inside
        cal["off_hours"] += length - inside
        bus[cause] += service.elapsed(start, end)
    return tuple(
        Part(cause, cal[cause], bus[cause]) for cause in CAUSES if cal[cause] or bus[cause]
    )


class _Queue:
    """What left one queue, in order of time."""

    def __init__(self, rows: Iterable[Wait]) -> None:
        self.rows = sorted(rows, key=attrgetter("end", "case", "position"))
        self.ends = [row.end for row in self.rows]

    def batch(self, wait: Wait) -> tuple[datetime, datetime] | None:
        """From when to when a wait was for a batch to begin; None without one.

        The earliest stretch of ``WITHIN`` counts that holds enough departures and this one.
        """
        first = bisect_left(self.ends, wait.end - WITHIN)
        last = bisect_right(self.ends, wait.end)
        for begins in range(first, last):
            start = self.ends[begins]
            members = self.rows[begins : bisect_right(self.ends, start + WITHIN)]
            if len(members) < BATCH:
                continue
            came = [row.arrived for row in members]
            if max(came) - min(came) > WITHIN:
                begins = self._first(begins, wait.end - LONGEST)
                start, since = self.ends[begins], self._served(wait, begins)
                return (since, start) if since < start else None
        return None

    def _first(self, at: int, since: datetime) -> int:
        """Where the run of departures that one belongs to began, looked back for to a moment."""
        while at and self.ends[at] - self.ends[at - 1] <= WITHIN and self.ends[at - 1] >= since:
            at -= 1
        return at

    def _served(self, wait: Wait, before: int) -> datetime:
        """When the last that came before this one had left, or when the wait began."""
        for row in reversed(self.rows[:before]):
            if row.end <= wait.start:
                break
            if row.order < wait.order:
                return row.end
        return wait.start


def _departures(waits: Iterable[Wait]) -> dict[str, _Queue]:
    queues: dict[str, list[Wait]] = defaultdict(list)
    for wait in waits:
        queues[wait.queue].append(wait)
    return {queue: _Queue(rows) for queue, rows in queues.items()}


class _Busy:
    """The work of one team, found by the time it touches."""

    def __init__(self, rows: Iterable[Work]) -> None:
        self.rows = sorted(rows, key=attrgetter("start", "end", "case"))
        self.starts = [row.start for row in self.rows]
        # The latest end so far shows where looking back may stop.
        self.latest: list[datetime] = []
        for row in self.rows:
            self.latest.append(max(row.end, self.latest[-1]) if self.latest else row.end)

    def during(self, wait: Wait) -> Iterator[Work]:
        """Work on others that touches a wait."""
        at = bisect_left(self.starts, wait.end)
        while at and self.latest[at - 1] > wait.start:
            at -= 1
            row = self.rows[at]
            if row.end > wait.start and row.case != wait.case:
                yield row


def _by_team(works: Iterable[Work]) -> dict[str, _Busy]:
    teams: dict[str, list[Work]] = defaultdict(list)
    for work in works:
        if work.end > work.start:
            teams[work.who].append(work)
    return {team: _Busy(rows) for team, rows in teams.items()}


def _pieces(
    wait: Wait, held: Stretches, busy: _Busy | None, people: Sequence[People]
) -> Iterator[Piece]:
    """Cuts a wait where anything changes; neighbours of one cause are one piece."""
    before, later = _changes(wait, busy)
    moments = {wait.start, wait.end, *before, *later}
    moments |= {at for stretch in held for at in stretch}
    moments |= {step.at for step in people}
    cuts = sorted(at for at in moments if wait.start <= at <= wait.end)
    told: list[Piece] = []
    first = last = 0
    step = -1
    for start, end in pairwise(cuts):
        first += before.get(start, 0)
        last += later.get(start, 0)
        while step + 1 < len(people) and people[step + 1].at <= start:
            step += 1
        there = people[step].there if step >= 0 else None
        told.append((start, end, _cause(start, held, first, last, there)))
    for cause, run in groupby(told, key=lambda piece: piece[2]):
        pieces = list(run)
        yield pieces[0][0], pieces[-1][1], cause


def _changes(wait: Wait, busy: _Busy | None) -> tuple[dict[datetime, int], dict[datetime, int]]:
    """By moment, how many more (or fewer) are worked on that came before, and that came later."""
    before: dict[datetime, int] = defaultdict(int)
    later: dict[datetime, int] = defaultdict(int)
    for work in busy.during(wait) if busy is not None else ():
        side = later if (work.arrived, work.case) > (wait.arrived, wait.case) else before
        side[max(work.start, wait.start)] += 1
        if work.end < wait.end:
            side[work.end] -= 1
    return before, later


def _cause(at: datetime, held: Stretches, first: int, last: int, there: int | None) -> Cause:
    if there == 0:
        return "absence"
    if any(start <= at < end for start, end in held):
        return "batching"
    if last:
        return "priority"
    # Where nobody says how many people there are, one is taken as enough.
    if first and first >= (there or 1):
        return "contention"
    return "untold"
