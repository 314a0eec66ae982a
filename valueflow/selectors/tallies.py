"""Groups of requests and handoffs that figures are made of, by one dimension of the model.

Figures (``engine/figures.py``) take what is returned here as they take rows. Up to some thousands
of requests are counted from rows, exactly; more come from the counts made beforehand, whose
quantiles are within 2.5 %. Several filters at once on a large population come from rows, and are
refused when they are too many.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from datetime import date
from functools import cached_property
from typing import Literal, Protocol

from django.utils.translation import gettext as _

from esm.common.errors import Invalid
from esm.common.ui.amounts import number
from valueflow.engine import figures
from valueflow.engine.contributions import Moves
from valueflow.engine.groups import Done, Flow, Flying, Offers, Steps
from valueflow.engine.summary import CaseRow, HandoffRow, SpanSum, Times
from valueflow.models import FactVisit
from valueflow.selectors import population, rollups
from valueflow.selectors.scope import FlowScope

Dimension = Literal["all", "stream", "service", "department", "version"]
# More requests than these are not read one by one for a page.
ROWS_AT_MOST = 50_000
SAMPLE = 200

_KEYS: dict[Dimension, Callable[[CaseRow], Iterable[str]]] = {
    "all": lambda case: ("",),
    "stream": lambda case: (case.stream,),
    "service": lambda case: (case.service,),
    "department": lambda case: case.departments,
    "version": lambda case: (case.version,),
}


class Source(Protocol):
    """Where the groups of one scope come from."""

    scope: FlowScope
    exact: bool

    def by(self, dimension: Dimension) -> dict[str, Flow]:
        """Requests by one dimension: sent and finished in the period, in flight at its end.

        The one key of ``all`` is ``""``. A request counts in each department that worked on it.
        Keys that nothing was sent, finished or open for are left out.
        """

    def weeks(self) -> dict[date, Flow]:
        """The whole weeks of the period by their Mondays; in flight is at the week's end."""

    def pairs(self) -> dict[tuple[str, str], Offers]:
        """Handoffs of the finished by (giver, receiver), those within one department too."""

    def stream_pairs(self) -> dict[str, dict[tuple[str, str], Offers]]:
        """The same of each stream, without why they came back."""

    def spans(self) -> list[SpanSum]:
        """Seconds of the request lines of the finished by stream, step and kind of time."""

    def steps(self) -> dict[tuple[str, str], Steps]:
        """The steps of the finished by (stream, step)."""

    def day_s(self) -> int:
        """Seconds of a business day, of the calendar that most requests are measured on."""

    def last(self) -> tuple[int | None, int]:
        """Promise and length of a day, in seconds, of the one of the finished sent last."""

    def like(self, scope: FlowScope) -> "Source":
        """The same kind of source for another period of like length."""


def source(scope: FlowScope) -> Source:
    """Rows of a small population, counts of a large one. Raises Invalid.

    Take it once for all that a page shows: it reads nothing twice.
    """
    return FromCounts(scope) if rollups.usable(scope) else FromRows(scope)


def by(scope: FlowScope, dimension: Dimension) -> dict[str, Flow]:
    """Requests by one dimension."""
    return source(scope).by(dimension)


def total(scope: FlowScope) -> Flow:
    """All requests of the scope together."""
    return by(scope, "all").get("", Flow())


def weeks(scope: FlowScope) -> dict[date, Flow]:
    """The whole weeks of the period."""
    return source(scope).weeks()


def pairs(scope: FlowScope) -> dict[tuple[str, str], Offers]:
    """Handoffs by (giver, receiver)."""
    return source(scope).pairs()


def spans(scope: FlowScope) -> list[SpanSum]:
    """Time by stream, step and kind."""
    return source(scope).spans()


def steps(scope: FlowScope) -> dict[tuple[str, str], Steps]:
    """Steps by (stream, step)."""
    return source(scope).steps()


class FromRows:
    """Counted one by one."""

    exact = True

    def __init__(self, scope: FlowScope) -> None:
        self.scope = scope

    @cached_property
    def cases(self) -> list[CaseRow]:
        """Every request that lived in the period; one query. Raises Invalid."""
        found = population.cases(self.scope, at_most=ROWS_AT_MOST + 1)
        if len(found) > ROWS_AT_MOST:
            raise Invalid(_too_many(self.scope))
        return found

    def by(self, dimension: Dimension) -> dict[str, Flow]:
        """As ``Source``."""
        groups: dict[str, list[CaseRow]] = defaultdict(list)
        for case in self.cases:
            for key in _KEYS[dimension](case):
                groups[key].append(case)
        return {key: self._flow(cases) for key, cases in sorted(groups.items())}

    def _flow(self, cases: list[CaseRow]) -> Flow:
        start, end, at = self.scope.start, self.scope.end, self.scope.at
        done = [c for c in cases if c.finished and c.ended_at and start <= c.ended_at < end]
        return Flow(
            sent=sum(start <= case.submitted_at < end for case in cases),
            done=Done.of(done),
            flying=Flying.of(figures.in_flight_at(cases, at), at),
        )

    def weeks(self) -> dict[date, Flow]:
        """As ``Source``."""
        scope = self.scope
        return figures.flows(self.cases, scope.start, scope.at, scope.zone)

    def pairs(self) -> dict[tuple[str, str], Offers]:
        """As ``Source``."""
        return figures.offers(population.handoff_rows(self.scope))

    def stream_pairs(self) -> dict[str, dict[tuple[str, str], Offers]]:
        """As ``Source``."""
        streams = {case.id: case.stream for case in self.cases}
        rows: dict[str, list[HandoffRow]] = defaultdict(list)
        for row in population.handoff_rows(self.scope):
            rows[streams[row.case]].append(row)
        return {stream: figures.offers(offers) for stream, offers in rows.items()}

    def spans(self) -> list[SpanSum]:
        """As ``Source``."""
        return population.span_sums(self.scope)

    def steps(self) -> dict[tuple[str, str], Steps]:
        """As ``Source``; two queries."""
        streams = {case.id: case.stream for case in self.cases}
        visits = FactVisit.objects.filter(fact__in=population.finished(self.scope).order_by())
        stays: dict[tuple[str, str], list[tuple[int, Times]]] = defaultdict(list)
        for stage, fact, cal, bus in visits.values_list(
            "stage", "fact_id", "stay_cal_s", "stay_bus_s"
        ):
            stays[streams[fact], stage].append((fact, Times(cal, bus)))
        rows = defaultdict(list)
        for row in population.handoff_rows(self.scope):
            rows[streams[row.case], row.to_stage].append(row)
        return {
            place: Steps.of(stays.get(place, []), rows.get(place, []))
            for place in stays.keys() | rows.keys()
        }

    def day_s(self) -> int:
        """As ``Source``."""
        return _usual(case.day_s for case in self.cases)

    def last(self) -> tuple[int | None, int]:
        """As ``Source``."""
        start, end = self.scope.start, self.scope.end
        done = (c for c in self.cases if c.finished and c.ended_at and start <= c.ended_at < end)
        found = max(done, key=lambda case: case.submitted_at, default=None)
        return (found.promise_s or None, found.day_s) if found else (None, 28_800)

    def like(self, scope: FlowScope) -> "Source":
        """As ``Source``."""
        return FromRows(scope)


def _too_many(scope: FlowScope) -> str:
    if set(scope.filters()) <= {"stream"}:
        return _(
            "So many requests are counted beforehand, which takes some minutes and is not done yet."
            " Look again later, or choose a shorter period."
        )
    return _(
        "These filters ask for more than %(n)s requests, too many to count one by one. Choose a"
        " shorter period, or only a stream."
    ) % {"n": number(ROWS_AT_MOST)}


def _usual(lengths: Iterable[int]) -> int:
    found = Counter(lengths).most_common(1)
    return found[0][0] if found else 28_800


class FromCounts:
    """From what was counted beforehand."""

    exact = False

    def __init__(self, scope: FlowScope) -> None:
        self.scope = scope
        self.counted = rollups.Counted(scope)
        self.whole = "stream" if scope.stream else "all"

    def by(self, dimension: Dimension) -> dict[str, Flow]:
        """As ``Source``."""
        if dimension == "department" and self.scope.stream:
            return FromRows(self.scope).by(dimension)
        name = self.whole if dimension == "all" else dimension
        column = {"all": (), "stream": ("key",)}.get(dimension, ("part",))
        metrics = ("sent", *rollups.DONE)
        heaps = self.counted.heaps(name, metrics, column)
        flying = self.counted.flying(name, column)
        flows = {}
        for place in sorted(heaps.keys() | flying.keys()):
            heap = heaps.get(place)
            flow = Flow(
                sent=heap.moves().sent if heap else 0,
                done=heap.done() if heap else Done(),
                flying=flying.get(place, Flying()),
            )
            if flow.sent or flow.done.n or flow.flying.n:
                flows[place[0] or place[1]] = flow
        return flows

    def weeks(self) -> dict[date, Flow]:
        """As ``Source``."""
        scope = self.scope
        whole = figures.whole_weeks(scope.start, scope.at, scope.zone)
        if not whole:
            return {}
        found = self.counted.weekly(self.whole, (*Moves._fields, *rollups.DONE), whole)
        moves = self.counted.before(self.whole, whole[0], ()).get(("", ""), Moves())
        flows = {}
        for week, heap in found.items():
            here = heap.moves()
            moves = Moves(*(a + b for a, b in zip(moves, here, strict=True)))
            flows[week] = Flow(here.sent, heap.done(), moves.flying())
        return flows

    def pairs(self) -> dict[tuple[str, str], Offers]:
        """As ``Source``; nobody sees pairs of so few that rows would have to say whose they are."""
        reasons: dict[str, dict[tuple[str, str], int]] = defaultdict(dict)
        for (_key, part), heap in self.counted.heaps("reason", ("offers",), ("part",)).items():
            sides, agreement, reason = part.split("|")
            reasons[sides][reason, agreement] = heap.n["offers"]
        found = {}
        for (_key, part), heap in self.counted.heaps("pair", rollups.OFFERS, ("part",)).items():
            giver, _to, receiver = part.partition(">")
            found[giver, receiver] = heap.offers(reasons.get(part, {}))
        return found

    def stream_pairs(self) -> dict[str, dict[tuple[str, str], Offers]]:
        """As ``Source``."""
        found: dict[str, dict[tuple[str, str], Offers]] = defaultdict(dict)
        heaps = self.counted.heaps("pair", rollups.OFFERS, ("key", "part"))
        for (stream, part), heap in heaps.items():
            giver, _to, receiver = part.partition(">")
            found[stream][giver, receiver] = heap.offers()
        return found

    def spans(self) -> list[SpanSum]:
        """As ``Source``."""
        found = []
        for (stream, part), heap in self.counted.heaps(
            "time", rollups.TIME, ("key", "part")
        ).items():
            stage, _to, state = part.partition("|")
            spent = heap.both("time")
            seconds = Times(spent.calendar.total, spent.business.total)
            found.append(SpanSum(stream, stage, state, seconds))
        return sorted(found, key=lambda row: (row.stream, row.stage, row.state))

    def steps(self) -> dict[tuple[str, str], Steps]:
        """As ``Source``."""
        heaps = self.counted.heaps("step", rollups.STEPS, ("key", "part"))
        return {place: heap.steps() for place, heap in heaps.items()}

    def day_s(self) -> int:
        """As ``Source``, of those sent last."""
        last = population.sent(self.scope).order_by("-submitted_at")
        return _usual(last.values_list("day_s", flat=True)[:SAMPLE])

    def last(self) -> tuple[int | None, int]:
        """As ``Source``."""
        rows = population.finished(self.scope).order_by("-submitted_at", "pk")
        promise_s, day_s = rows.values_list("promise_s", "day_s").first() or (0, 28_800)
        return promise_s or None, day_s

    def like(self, scope: FlowScope) -> "Source":
        """As ``Source``."""
        return FromCounts(scope)
