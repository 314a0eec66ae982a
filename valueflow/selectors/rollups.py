"""Reads the counts made beforehand, and adds by rows what lies outside of whole weeks."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Count as Counting
from django.db.models import Q, QuerySet

from valueflow.engine.contributions import (
    Count,
    Heap,
    Key,
    Moves,
    Told,
    Whose,
    contributions,
    moved,
    scopes,
)
from valueflow.engine.figures import midnight, monday
from valueflow.engine.groups import LATE, Flying
from valueflow.models import FactRequest, RollupFourWeeks, RollupState, RollupWeek
from valueflow.selectors import population
from valueflow.selectors.scope import FlowScope
from valueflow.selectors.told import told

# A Monday; fours of weeks are counted from it.
EPOCH = date(1970, 1, 5)
WEEK = timedelta(days=7)
FOUR = 4 * WEEK
# Up to so many requests of a period are counted from rows, and exactly.
EXACT_UNTIL = 5_000
EDGE = "edge"
# Scopes of what belongs to a request: handoffs, spans, visits.
PARTS = ("pair", "reason", "time", "step")
# Fours of weeks that are looked at: nothing is older than about forty years.
FURTHEST = 520
Place = tuple[str, str]


class Line(NamedTuple):
    """One sum; what was not asked for is empty."""

    week: date | None
    key: str
    part: str
    sums: Count


def four(week: date) -> date:
    """The first Monday of the four weeks in which a week lies."""
    return EPOCH + timedelta(days=(week - EPOCH).days // 28 * 28)


def usable(scope: FlowScope) -> bool:
    """The counts are whole, begin weeks when the scope does, and its population is large.

    Only all requests, or those of one stream, are counted under all that a page needs.
    """
    if set(scope.filters()) - {"stream"}:
        return False
    period = cover(scope)
    where = ("stream", scope.stream) if scope.stream else ("all", "")
    lines = _read(where[0], ("done", "sent"), period.fours, period.weeks, where[1] or None, ())
    if sum(line.sums.n for line in lines) <= EXACT_UNTIL:
        return False
    return RollupState.objects.filter(zone=scope.zone.key).exists()


@dataclass(frozen=True, slots=True)
class Cover:
    """A period as fours of weeks, weeks, and what is left at its ends."""

    fours: list[date]
    weeks: list[date]
    edges: list[tuple[datetime, datetime]]


def cover(scope: FlowScope) -> Cover:
    """The period of a scope. The week that is now counts as whole: nothing lies after now."""
    zone = scope.zone
    first = monday(scope.start, zone)
    if midnight(first, zone) < scope.start:
        first += WEEK
    last = monday(scope.end, zone)
    if scope.end >= scope.now:
        last = monday(scope.now, zone) + WEEK
    if first >= last:
        return Cover([], [], [(scope.start, scope.end)])
    edges = [(scope.start, midnight(first, zone))] if midnight(first, zone) > scope.start else []
    if scope.end < scope.now and midnight(last, zone) < scope.end:
        edges.append((midnight(last, zone), scope.end))
    fours, weeks, week = [], [], first
    while week < last:
        if four(week) == week and week + FOUR <= last:
            fours.append(week)
            week += FOUR
        else:
            weeks.append(week)
            week += WEEK
    return Cover(fours, weeks, edges)


def _read(
    scope: str,
    metrics: Sequence[str],
    fours: Sequence[date],
    weeks: Sequence[date],
    key: str | None,
    columns: Sequence[str],
) -> list[Line]:
    """Sums by metric, bucket and these columns of ``week``, ``key`` and ``part``."""
    given = [name if name in columns else f"NULL AS {name}" for name in ("week", "key", "part")]
    mine = "" if key is None else " AND key = %s"
    parts: list[str] = []
    values: list[Any] = []
    for model, mondays in ((RollupFourWeeks, fours), (RollupWeek, weeks)):
        if mondays:
            parts.append(
                f"SELECT {', '.join(given)}, metric, bucket, n, total FROM {model._meta.db_table}"
                f" WHERE scope = %s AND metric = ANY(%s) AND week = ANY(%s){mine}"
            )
            values += [scope, list(metrics), list(mondays), *([] if key is None else [key])]
    if not parts:
        return []
    named = ", ".join([*columns, "metric", "bucket"])
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {', '.join(given)}, metric, bucket, sum(n)::bigint, sum(total)::bigint"
            f" FROM ({' UNION ALL '.join(parts)}) AS r GROUP BY {named}",
            values,
        )
        return [
            Line(week, key or "", part or "", Count(*count))
            for week, key, part, *count in cursor.fetchall()
        ]


DONE = (
    "done", "met", "missed", "clean", "touch", "estimated", "days", "lead-cal", "lead-bus",
)  # fmt: skip
OFFERS = (
    "first", "back", "offers", "answered", "kept", "days", "lost-cal", "lost-bus", "wait-cal",
    "wait-bus",
)  # fmt: skip
STEPS = ("needed", "first", "back", "stay-cal", "stay-bus", "wait-cal", "wait-bus")
TIME = ("time-cal", "time-bus")


class Counted:
    """Counts of one scope; what lies at the ends of its period is read from rows once."""

    def __init__(self, scope: FlowScope) -> None:
        self.scope = scope
        self.key = scope.stream or None
        self.cover = cover(scope)

    def heaps(self, name: str, metrics: Sequence[str], columns: Sequence[str]) -> dict[Place, Heap]:
        """Counts of the period by key and part; a column that is not asked for is summed up."""
        found = _gathered(
            _read(name, metrics, self.cover.fours, self.cover.weeks, self.key, columns)
        )
        for edge, counts in self._edges(name).items():
            if edge.scope == name and self.key in (None, edge.key):
                found[_place(edge, columns)] += [one for one in counts if one.metric in metrics]
        return {place: Heap(counts) for place, counts in found.items() if counts}

    def weekly(self, name: str, metrics: Sequence[str], weeks: Sequence[date]) -> dict[date, Heap]:
        """Counts of a stream, or of all, week by week."""
        found: dict[date | None, list[Count]] = defaultdict(list)
        for line in _read(name, metrics, (), weeks, self.key, ("week",)):
            found[line.week].append(line.sums)
        return {week: Heap(found[week]) for week in weeks}

    def before(self, name: str, week: date, columns: Sequence[str]) -> dict[Place, Moves]:
        """All moves before a week began."""
        begun = four(week)
        weeks = [begun + number * WEEK for number in range((week - begun) // WEEK)]
        fours = [EPOCH + number * FOUR for number in range((begun - EPOCH) // FOUR)]
        return self._moves(name, fours[-FURTHEST:], weeks, columns)

    def _moves(
        self, name: str, fours: Sequence[date], weeks: Sequence[date], columns: Sequence[str]
    ) -> dict[Place, Moves]:
        lines = _read(name, Moves._fields, fours, weeks, self.key, columns)
        return {place: Heap(counts).moves() for place, counts in _gathered(lines).items()}

    def flying(self, name: str, columns: Sequence[str]) -> dict[Place, Flying]:
        """What is in flight at the moment looked at, and late."""
        week = monday(self.scope.at, self.scope.zone)
        both = (self.before(name, week, columns), self._since(name, week, columns))
        return {
            place: Moves(
                *map(sum, zip(*(one.get(place, Moves()) for one in both), strict=True))
            ).flying()
            for place in both[0].keys() | both[1].keys()
        }

    def _edges(self, name: str) -> dict[Key, list[Count]]:
        """What finished and was sent at the ends of the period; handoffs only where asked for."""
        return self._whole_edges if name in PARTS else self._edge_cases

    @cached_property
    def _edge_cases(self) -> dict[Key, list[Count]]:
        return self._at_ends(lambda rows: Told(population.case_rows(rows.order_by())))

    @cached_property
    def _whole_edges(self) -> dict[Key, list[Count]]:
        return self._at_ends(told)

    def _at_ends(self, read: Callable[[QuerySet[FactRequest]], Told]) -> dict[Key, list[Count]]:
        found: dict[Key, list[Count]] = defaultdict(list)
        for start, end in self.cover.edges:
            lived = Q(submitted_at__gte=start, submitted_at__lt=end)
            lived |= Q(ended_at__gte=start, ended_at__lt=end)
            rows = read(population.within(self.scope).filter(lived))
            for key, counts in contributions(rows, _between(start, end)).items():
                found[key] += counts
        return found

    def _since(self, name: str, week: date, columns: Sequence[str]) -> dict[Place, Moves]:
        """Moves between the beginning of the week looked at and the moment looked at.

        Of the week that is now all moves but those of promises that fall due after now.
        """
        at, zone = self.scope.at, self.scope.zone
        if at < self.scope.now:
            start, rows = midnight(week, zone), population.within(self.scope).order_by()
            lived = Q(submitted_at__gte=start, submitted_at__lt=at)
            lived |= Q(ended_at__gte=start, ended_at__lt=at)
            lived |= Q(promise__in=LATE, promise_due_at__gte=start, promise_due_at__lt=at)
            cases = population.case_rows(rows.filter(lived)) if at > start else []
            return _placed(moved(cases, _between(start, at)), name, columns)
        found = self._moves(name, (), (week,), columns)
        for place, late in _placed(self._coming, name, columns).items():
            here = found.get(place, Moves())
            found[place] = here._replace(late=here.late - late.late)
        return found

    @cached_property
    def _coming(self) -> dict[Key, Moves]:
        """Open requests whose promise falls due in the rest of this week; one query."""
        at, zone = self.scope.at, self.scope.zone
        rows = population.within(self.scope).filter(
            ended_at__isnull=True,
            promise__in=LATE,
            promise_due_at__gte=at,
            promise_due_at__lt=midnight(monday(at, zone) + WEEK, zone),
        )
        groups = rows.order_by().values_list(*Whose._fields).annotate(n=Counting("pk"))
        found: dict[Key, Moves] = defaultdict(Moves)
        for *whose, n in groups:
            for scope, key, part in scopes(Whose(*whose)):
                place = Key(EDGE, scope, key, part)
                found[place] = found[place]._replace(late=found[place].late + n)
        return found


def _between(start: datetime, end: datetime) -> Callable[[datetime], str | None]:
    return lambda moment: EDGE if start <= moment < end else None


def _place(key: Key, columns: Sequence[str]) -> Place:
    return key.key if "key" in columns else "", key.part if "part" in columns else ""


def _gathered(lines: Iterable[Line]) -> dict[Place, list[Count]]:
    found: dict[Place, list[Count]] = defaultdict(list)
    for line in lines:
        found[line.key, line.part].append(line.sums)
    return found


def _placed(found: dict[Key, Moves], name: str, columns: Sequence[str]) -> dict[Place, Moves]:
    sums: dict[Place, Moves] = {}
    for key, moves in found.items():
        if key.scope == name:
            place = _place(key, columns)
            both = zip(sums.get(place, Moves()), moves, strict=True)
            sums[place] = Moves(*(a + b for a, b in both))
    return sums
