"""Writes down what computed measures were, once for each of their periods that is over."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta

from django.db.models import Min

from catalog.models import Observation
from catalog.selectors import measures
from catalog.services.observations import Observed, record_computed
from esm.events.actors import Actor
from governance.blueprint import kinds
from governance.blueprint.blueprint import Blueprint
from governance.blueprint.measuring import periods
from valueflow.selectors import measured, population
from valueflow.selectors.measured import Asked
from valueflow.selectors.scope import FlowScope, parse

ACTOR = Actor(kind="system", ref="system:observe")
USUAL = "month"
# So far back is looked for periods that were not written down yet.
FURTHEST = timedelta(days=366)


def observe_measures() -> int:
    """Record every computed measure of the version in force; how many values are new.

    Called again it writes nothing: a period that has a value keeps it. Periods with fewer than five
    requests have none.
    """
    found = measures.in_force(exact=True)
    first = population.general().aggregate(first=Min("fulfilled_at"))["first"]
    if found is None or first is None:
        return 0
    scope = parse({})
    asked: dict[str, dict[str, Asked]] = {}
    for key, spec in found[1].find(kinds.Measure).items():
        one = measured.asked_by(spec)
        if one is not None:
            asked.setdefault(spec.frequency or USUAL, {})[key] = one
    made = 0
    for frequency, wanted in sorted(asked.items()):
        for days, still in _open(frequency, wanted, first, scope):
            made += _record(found[1], days, still, scope)
    return made


def _open(
    frequency: str, wanted: Mapping[str, Asked], first: datetime, scope: FlowScope
) -> Iterator[tuple[tuple[date, date], dict[str, Asked]]]:
    """The periods that are over, with the measures nothing is written down of."""
    today = scope.now.astimezone(scope.zone).date()
    begin = max(first.astimezone(scope.zone).date(), today - FURTHEST)
    rows = Observation.objects.filter(replaced_at=None, series__measure__key__in=list(wanted))
    there = list(rows.values_list("series__measure__key", "period_start", "period_end"))
    for since, until in periods(frequency, begin, today):
        taken = {key for key, start, end in there if start <= until and end >= since}
        still = {key: one for key, one in wanted.items() if key not in taken}
        if still:
            yield (since, until), still


def _record(
    bp: Blueprint, days: tuple[date, date], wanted: Mapping[str, Asked], scope: FlowScope
) -> int:
    within = measured.over_days(scope, *days)
    version = measures.version_at(days[1], bp)
    read = measured.read(set(wanted.values()), within)
    rows = []
    for key, one in sorted(wanted.items()):
        reading = read[one]
        if reading.value is not None:
            observed = Observed(*days, reading.value, reading.n or None, version)
            rows.append((key, one.query, observed))
    return len(record_computed(rows, actor=ACTOR)) if rows else 0
