"""Why the finished waited: their waits by cause, and by step and cause."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Count, F, FloatField, Q, QuerySet, Sum
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy as _

from valueflow.engine.causes import CAUSES
from valueflow.engine.summary import SpanSum, Times
from valueflow.models import FactWait
from valueflow.selectors import population
from valueflow.selectors.drill_causes import LASTED
from valueflow.selectors.scope import FlowScope

NAMES: Mapping[str, object] = {
    "contention": _("Others came before"),
    "priority": _("Others were taken first"),
    "batching": _("Batches"),
    "absence": _("Nobody was there"),
    "external": _("Requester or third party"),
    "off_hours": _("Off hours"),
    "branches": _("Other branches"),
    "untold": _("Not told"),
}
WORDS: Mapping[str, object] = {
    "contention": _("The team worked on as many that came before as it has people."),
    "priority": _("The team worked on something that came later."),
    "batching": _("It left with at least five others at once that had come at different times."),
    "absence": _("All who could act were away, or nobody held the role."),
    "external": _("The requester or somebody outside was waited on."),
    "off_hours": _("Outside the hours of whoever was waited on; calendar time only."),
    "branches": _("It stood where branches meet; the causes lie in the others."),
    "untold": _("Somebody was free, or the records do not say what held it."),
}


@dataclass(frozen=True, slots=True)
class Held:
    """What one cause holds of the waits of the finished: of how many requests, how long."""

    cause: str
    n: int
    seconds: Times


def waits_of(scope: FlowScope) -> QuerySet[FactWait]:
    """Parts of the waits on the request lines of the finished."""
    done = population.finished(scope).order_by()
    return FactWait.objects.filter(LASTED, slack=False, fact__in=done).order_by()


def by_cause(scope: FlowScope, spans: Sequence[SpanSum]) -> list[Held]:
    """Every cause of the waits of the finished of some streams in their order; one query.

    ``spans`` are all that these streams spent. What was not looked at yet is not told: the causes
    add up to all of their waiting.
    """
    streams = {one.stream for one in spans}
    rows = waits_of(scope).filter(fact__stream__in=streams).values_list("cause")
    counted = {
        cause: (n, cal, bus)
        for cause, n, cal, bus in rows.annotate(
            Count("fact", distinct=True), Sum("cal_s"), Sum("bus_s")
        )
    }
    waited = [one.seconds for one in spans if one.state != "working"]
    cal_s = sum(int(times.calendar or 0) for times in waited)
    bus_s = sum(int(times.business or 0) for times in waited)
    found = []
    for cause in CAUSES:
        n, cal, bus = counted.get(cause, (0, 0, 0))
        if cause == "untold":
            cal, bus = cal_s, bus_s
        cal_s, bus_s = cal_s - cal, bus_s - bus
        if n or cal or bus:
            found.append(Held(cause, n, Times(cal, bus)))
    return found


@dataclass(frozen=True, slots=True)
class AtStep:
    """What lay at one step of a stream: business days of the service, and of how many requests."""

    n: int
    days: float


def at_steps(scope: FlowScope, held: Q) -> dict[tuple[str, str], AtStep]:
    """By stream and step, the waits that a condition holds for; one query."""
    days = Cast("bus_s", FloatField()) / F("fact__day_s")
    rows = waits_of(scope).filter(held).values_list("fact__stream", "stage")
    return {
        (stream, stage): AtStep(n, lay or 0.0)
        for stream, stage, n, lay in rows.annotate(n=Count("fact", distinct=True), days=Sum(days))
    }
