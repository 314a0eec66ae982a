"""Groups of requests and handoffs that figures are made of, by one dimension of the model.

Figures (``engine/figures.py``) take what is returned here as they take rows.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import date, timedelta
from typing import Literal

from valueflow.engine import figures
from valueflow.engine.groups import Done, Flow, Flying, Offers
from valueflow.engine.summary import CaseRow, SpanSum
from valueflow.selectors import population
from valueflow.selectors.scope import FlowScope

Dimension = Literal["all", "stream", "service", "department", "version"]

_KEYS: dict[Dimension, Callable[[CaseRow], Iterable[str]]] = {
    "all": lambda case: ("",),
    "stream": lambda case: (case.stream,),
    "service": lambda case: (case.service,),
    "department": lambda case: case.departments,
    "version": lambda case: (case.version,),
}


def by(scope: FlowScope, dimension: Dimension) -> dict[str, Flow]:
    """Requests by one dimension: sent and finished in the period, in flight at its end.

    The one key of ``all`` is ``""``. A request counts in each department that worked on it. Keys
    that nothing was sent, finished or open for are left out.
    """
    groups: dict[str, list[CaseRow]] = defaultdict(list)
    for case in population.cases(scope):
        for key in _KEYS[dimension](case):
            groups[key].append(case)
    return {key: _flow(cases, scope) for key, cases in sorted(groups.items())}


def total(scope: FlowScope) -> Flow:
    """All requests of the scope together."""
    return by(scope, "all").get("", Flow())


def _flow(cases: list[CaseRow], scope: FlowScope) -> Flow:
    done = [c for c in cases if c.finished and c.ended_at and scope.start <= c.ended_at < scope.end]
    return Flow(
        sent=sum(scope.start <= case.submitted_at < scope.end for case in cases),
        done=Done.of(done),
        flying=Flying.of(figures.in_flight_at(cases, scope.at), scope.at),
    )


def weeks(scope: FlowScope) -> dict[date, Flow]:
    """The whole weeks of the period by their Mondays; in flight is at the week's end."""
    cases = population.cases(scope)
    ended: dict[date, list[CaseRow]] = defaultdict(list)
    sent: dict[date, int] = defaultdict(int)
    for case in cases:
        sent[figures.monday(case.submitted_at, scope.zone)] += 1
        if case.finished and case.ended_at is not None:
            ended[figures.monday(case.ended_at, scope.zone)].append(case)
    found = {}
    for week in figures.whole_weeks(scope.start, scope.at, scope.zone):
        close = figures.midnight(week + timedelta(days=7), scope.zone)
        flying = Flying.of(figures.in_flight_at(cases, close), close)
        found[week] = Flow(sent[week], Done.of(ended[week]), flying)
    return found


def pairs(scope: FlowScope) -> dict[tuple[str, str], Offers]:
    """Handoffs of the finished by (giver, receiver), those within one department too."""
    return figures.offers(population.handoff_rows(scope))


def spans(scope: FlowScope) -> list[SpanSum]:
    """Seconds of the request lines of the finished by stream, step and kind of time."""
    return population.span_sums(scope)
