"""Figures that measures name, computed by what computes them on the dashboards, for any period.

A figure over fewer than five requests has no value: it would be too few to show there, too.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cached_property

from governance.blueprint import kinds
from governance.blueprint.blueprint import Blueprint
from governance.blueprint.measuring import Reading
from governance.selectors import versions
from valueflow.engine import figures
from valueflow.engine.figures import midnight
from valueflow.engine.summary import FEW, CaseRow, Times
from valueflow.selectors import population, streams, tallies
from valueflow.selectors.naming import Names
from valueflow.selectors.scope import FlowScope
from valueflow.selectors.streams import StageRow

HOUR_S = 3600
PLACES = Decimal("0.0001")
NAMELESS = Names({}, {}, {}, {}, {}, {})
# Value and how many it was made of.
Found = tuple[float | None, int]


@dataclass(frozen=True, slots=True)
class Asked:
    """A figure of a stream, perhaps of one of its stages."""

    query: str
    stream: str
    stage: str = ""


def asked_by(spec: kinds.Measure) -> Asked | None:
    """What a measure has computed; None for one that somebody enters."""
    if not spec.query or not spec.value_stream:
        return None
    return Asked(spec.query, str(spec.value_stream), str(spec.stage or ""))


class _Pool:
    """What the figures of one scope are made of, each read when it is first asked for."""

    def __init__(self, scope: FlowScope) -> None:
        self.scope = scope
        self._stages: dict[str, dict[str, StageRow]] = {}

    @cached_property
    def bp(self) -> Blueprint | None:
        """The model whose stages are looked at."""
        return versions.blueprint(self.scope.model_id) if self.scope.model_id else None

    @cached_property
    def cases(self) -> Mapping[str, list[CaseRow]]:
        """All that lived in the period, by stream; one query."""
        found: dict[str, list[CaseRow]] = defaultdict(list)
        for case in population.cases(self.scope):
            found[case.stream].append(case)
        return found

    def done(self, stream: str) -> list[CaseRow]:
        """Those that finished in the period."""
        start, end = self.scope.start, self.scope.end
        return [
            c for c in self.cases[stream] if c.finished and c.ended_at and start <= c.ended_at < end
        ]

    def day_s(self, stream: str) -> int:
        """Seconds of a business day of the stream."""
        cases = self.cases[stream]
        return cases[0].day_s if cases else 28_800

    def stage(self, stream: str, stage: str) -> StageRow | None:
        """A step as the page of its stream has it; two queries a stream."""
        if self.bp is None:
            return None
        if stream not in self._stages:
            rows = streams.stages(
                self.bp, stream, tallies.source(replace(self.scope, stream=stream)), NAMELESS
            )
            self._stages[stream] = {row.key: row for row in rows}
        return self._stages[stream].get(stage)


def _lead(part: str) -> Callable[[_Pool, Asked], Found]:
    def found(pool: _Pool, asked: Asked) -> Found:
        lead = figures.lead(pool.done(asked.stream))
        return _days(getattr(lead, part), pool.day_s(asked.stream)), lead.n

    return found


def _days(time: Times, day_s: int) -> float | None:
    return None if time.business is None else time.business / day_s


def _stay(pool: _Pool, asked: Asked) -> Found:
    row = pool.stage(asked.stream, asked.stage)
    return (None, 0) if row is None else (_days(row.stay, pool.day_s(asked.stream)), row.n)


def _wait(pool: _Pool, asked: Asked) -> Found:
    row = pool.stage(asked.stream, asked.stage)
    return (None, 0) if row is None else (_days(row.wait, HOUR_S), row.n)


def _percent(share: float | None) -> float | None:
    return None if share is None else 100 * share


def _promise(pool: _Pool, asked: Asked) -> Found:
    flying = figures.in_flight_at(pool.cases[asked.stream], pool.scope.at)
    kept = figures.promise(pool.done(asked.stream), flying, pool.scope.at)
    return _percent(kept.share), kept.n


def _first_pass(pool: _Pool, asked: Asked) -> Found:
    done = pool.done(asked.stream)
    return _percent(figures.first_pass(done)), len(done)


def _returned(pool: _Pool, asked: Asked) -> Found:
    rows = population.handoff_rows(replace(pool.scope, stream=asked.stream))
    found = figures.handoffs(rows)
    return _percent(found.rate), found.n


def _efficiency(pool: _Pool, asked: Asked) -> Found:
    found = figures.efficiency(pool.done(asked.stream))
    return _percent(found.share), found.n


def _finished(pool: _Pool, asked: Asked) -> Found:
    n = len(pool.done(asked.stream))
    return float(n), n


COMPUTED: Mapping[str, Callable[[_Pool, Asked], Found]] = {
    "lead-p50": _lead("p50"),
    "lead-p85": _lead("p85"),
    "lead-mean": _lead("mean"),
    "stay-mean": _stay,
    "wait-p50": _wait,
    "within-promise": _promise,
    "first-pass": _first_pass,
    "returned": _returned,
    "efficiency": _efficiency,
    "finished": _finished,
}


def read(asked: Iterable[Asked], scope: FlowScope, version: str = "") -> dict[Asked, Reading]:
    """What each figure is over a scope; ``version`` is the one it is said of.

    At most one query, two more for each stream of which a stage is asked, and one for each whose
    returns are.
    """
    pool = _Pool(scope)
    since, until = days_of(scope)
    found = {}
    for one in asked:
        value, n = COMPUTED[one.query](pool, one)
        shown = None if value is None or n < FEW else Decimal(str(value)).quantize(PLACES)
        found[one] = Reading(since, until, shown, n, version)
    return found


def days_of(scope: FlowScope) -> tuple[date, date]:
    """First and last day of a scope, in its zone."""
    last = scope.at - timedelta(microseconds=1)
    return scope.start.astimezone(scope.zone).date(), last.astimezone(scope.zone).date()


def over_days(scope: FlowScope, since: date, until: date) -> FlowScope:
    """The same question about some days, both counted in."""
    end = midnight(until + timedelta(days=1), scope.zone)
    return over(scope, midnight(since, scope.zone), end)


def over(scope: FlowScope, start: datetime, end: datetime) -> FlowScope:
    """The same question about another stretch of time."""
    return replace(scope, start=start, end=end, period="custom")
