"""Open work by its age, in working time, beside the lead times of the finished of its stream.

Requests of one stream, service, version, calendar and promise are looked at together, in the order
in which they were sent.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Q, QuerySet

from valueflow.engine.ages import AGES, Moments, older, split
from valueflow.engine.groups import Flow
from valueflow.engine.summary import FEW, OpenRow
from valueflow.models import FactRequest
from valueflow.selectors import population, tallies
from valueflow.selectors.scope import FlowScope
from workflows.selectors.calendars import calendar_for

# Beside the groups by age: older than what was promised, whichever group it is in.
PROMISE = "promise"
GROUPS = (*AGES, PROMISE)
COLUMNS = ("stream", "service", "request__version_id", "calendar", "promise_s", "day_s")


@dataclass(frozen=True, slots=True)
class Open:
    """What is in flight of one stream, service, version, calendar and promise, oldest first."""

    stream: str
    service: str
    model_id: int
    calendar: str
    promise_s: int
    day_s: int
    at: datetime
    sent: Moments

    def age(self, moment: datetime) -> int:
        """Working seconds since a moment, on the service's calendar of its pinned version."""
        return calendar_for(self.model_id, self.calendar).elapsed(moment, self.at)

    @property
    def over(self) -> Moments:
        """When those were sent that are older than was promised."""
        return older(self.sent, self.age, self.promise_s) if self.promise_s else ()

    def by_age(self, streams: Mapping[str, Flow]) -> dict[str, Moments]:
        """When those of each group were sent; what is older than promised is in two."""
        flow = streams.get(self.stream)
        lead = flow.done.lead.business if flow and flow.done.n >= FEW else None
        p50, p85 = (lead.quantile(0.5), lead.quantile(0.85)) if lead else (None, None)
        found: dict[str, Moments] = {PROMISE: self.over}
        found.update(split(self.sent, self.age, p50, p85).items())
        return found

    def rows(self, sent: Moments) -> Q:
        """Those of a stretch of its moments."""
        if not sent:
            return Q(pk__in=[])
        return Q(
            stream=self.stream,
            service=self.service,
            request__version_id=self.model_id,
            calendar=self.calendar,
            promise_s=self.promise_s,
            day_s=self.day_s,
            submitted_at__gte=sent[0],
            submitted_at__lte=sent[-1],
        )


def open_now(scope: FlowScope) -> list[Open]:
    """What is in flight; one query."""
    rows = population.in_flight(scope).order_by().values_list(*COLUMNS)
    found = rows.annotate(sent=ArrayAgg("submitted_at", order_by="submitted_at"))
    return [
        Open(stream, service, model_id, calendar, promise_s, day_s, scope.at, sent)
        for stream, service, model_id, calendar, promise_s, day_s, sent in found
    ]


def counts(parts: Sequence[Open], streams: Mapping[str, Flow]) -> dict[str, int]:
    """How many are in each group."""
    found = dict.fromkeys(GROUPS, 0)
    for part in parts:
        for group, sent in part.by_age(streams).items():
            found[group] += len(sent)
    return found


def oldest(scope: FlowScope, n: int) -> list[OpenRow]:
    """The oldest in flight by name; one query."""
    rows = population.in_flight(scope).order_by("submitted_at", "pk")[:n]
    return population.open_rows(population.case_rows(rows), scope.at)


def behind(group: str, scope: FlowScope) -> QuerySet[FactRequest]:
    """The requests of one group."""
    streams = {} if group == PROMISE else tallies.by(scope, "stream")
    chosen = Q(pk__in=[])
    for rows in _chosen(group, open_now(scope), streams):
        chosen |= rows
    return population.in_flight(scope).filter(chosen)


def _chosen(group: str, parts: Sequence[Open], streams: Mapping[str, Flow]) -> Iterator[Q]:
    for part in parts:
        yield part.rows(part.by_age(streams).get(group, ()))
