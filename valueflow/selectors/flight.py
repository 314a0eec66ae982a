"""How old the work in flight is: of a few request by request, of many by stream."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import BigIntegerField, QuerySet
from django.db.models.functions import Cast, Extract

from governance.models import ModelVersion
from valueflow.engine import figures, groups
from valueflow.engine.summary import Ages, OpenRow
from valueflow.models import FactRequest
from valueflow.selectors import population
from valueflow.selectors.scope import FlowScope
from valueflow.selectors.tallies import FromRows, Source
from workflows.calendars import BusinessCalendar
from workflows.selectors.calendars import calendar_for

# Of many requests in flight so many are named, the oldest, and so many of a stream are drawn.
NAMED, DRAWN = 200, 60


@dataclass(frozen=True, slots=True)
class Opened:
    """What is in flight: the oldest by name, all by stream."""

    oldest: tuple[OpenRow, ...]
    ages: tuple[Ages, ...]


def opened(source: Source) -> Opened:
    """What is in flight at the moment a source looks at."""
    scope = source.scope
    if isinstance(source, FromRows):
        rows = population.open_rows(figures.in_flight_at(source.cases, scope.at), scope.at)
        return Opened(tuple(rows), groups.ages(rows))
    oldest = _flying(scope).order_by("submitted_at", "pk")[:NAMED]
    rows = population.open_rows(population.case_rows(oldest), scope.at)
    return Opened(tuple(rows), _ages(scope))


def _flying(scope: FlowScope) -> QuerySet[FactRequest]:
    """In flight; what is so now has an index of its own."""
    rows = population.in_flight(scope)
    return rows.filter(outcome="open") if scope.at >= scope.now else rows


def _ages(scope: FlowScope) -> tuple[Ages, ...]:
    """By stream, on the calendar of the version each was sent under; one query.

    Who was sent earlier is older on the same calendar, so that one look tells how many are old.
    """
    rows = _flying(scope).order_by()
    seconds = Cast(Extract("submitted_at", "epoch"), BigIntegerField())
    sent = rows.values_list("stream", "version", "calendar", "promise_s", "day_s")
    models = dict(ModelVersion.objects.values_list("code", "pk"))
    streams: dict[str, list[tuple[int, int, float, list[float]]]] = defaultdict(list)
    for stream, version, calendar, promise_s, day_s, moments in sent.annotate(
        moments=ArrayAgg(seconds, order_by=seconds)
    ):
        hours = calendar_for(models.get(version, scope.model_id or 0), calendar)
        old = _old(moments, hours, promise_s, scope.at)
        drawn = [_age(moment, hours, scope.at) / day_s for moment in _some(moments)]
        streams[stream].append((len(moments), old, promise_s / day_s, drawn))
    return groups.in_order(_together(stream, parts) for stream, parts in streams.items())


def _together(stream: str, parts: list[tuple[int, int, float, list[float]]]) -> Ages:
    drawn = sorted((age for *_rest, ages in parts for age in ages), reverse=True)
    return Ages(
        stream=stream,
        n=sum(part[0] for part in parts),
        old=sum(part[1] for part in parts),
        promise_days=max(part[2] for part in parts),
        drawn=tuple(_some(drawn)),
    )


def _some(ordered: Sequence[float]) -> list[float]:
    """Evenly spread over all of them, the first included."""
    step = max(1, -(-len(ordered) // DRAWN))
    return list(ordered[::step])


def _age(moment: float, hours: BusinessCalendar, at: datetime) -> int:
    return hours.elapsed(datetime.fromtimestamp(moment, UTC), at)


def _old(moments: Sequence[int], hours: BusinessCalendar, promise_s: int, at: datetime) -> int:
    """How many of those sent in this order are older than the promise."""
    if not promise_s:
        return 0
    return bisect_left(moments, True, key=lambda moment: _age(moment, hours, at) <= promise_s)
