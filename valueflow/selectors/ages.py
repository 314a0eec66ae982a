"""Open work by its age, in working time, beside the lead times of the finished of its stream."""

from collections import defaultdict
from collections.abc import Mapping

from django.db.models import QuerySet

from valueflow.engine.ages import AGES, age_group
from valueflow.engine.groups import Flow, is_old
from valueflow.engine.summary import FEW, OpenRow
from valueflow.models import FactRequest
from valueflow.selectors import population, tallies
from valueflow.selectors.scope import FlowScope

# Beside the groups by age: older than what was promised, whichever group it is in.
PROMISE = "promise"
GROUPS = (*AGES, PROMISE)


def open_now(scope: FlowScope) -> list[OpenRow]:
    """What is in flight, oldest first; one query."""
    rows = population.case_rows(population.in_flight(scope).order_by("pk"))
    return population.open_rows(rows, scope.at)


def by_age(rows: list[OpenRow], streams: Mapping[str, Flow]) -> dict[str, list[OpenRow]]:
    """Open work by group; what is older than promised is in two."""
    found: dict[str, list[OpenRow]] = defaultdict(list)
    leads = {key: flow.done.lead.business for key, flow in streams.items() if flow.done.n >= FEW}
    usual = {key: (lead.quantile(0.5), lead.quantile(0.85)) for key, lead in leads.items()}
    for row in rows:
        p50, p85 = usual.get(row.stream, (None, None))
        found[age_group(row.age.business, p50, p85)].append(row)
    found[PROMISE] = beyond_promise(rows)
    return found


def beyond_promise(rows: list[OpenRow]) -> list[OpenRow]:
    """Those older than was promised."""
    return [row for row in rows if is_old(row.age, row.promise_s)]


def behind(group: str, scope: FlowScope) -> QuerySet[FactRequest]:
    """The requests of one group."""
    found = by_age(open_now(scope), tallies.by(scope, "stream"))
    return FactRequest.objects.filter(pk__in=[row.id for row in found[group]])
