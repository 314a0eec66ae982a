"""Which requests and offers the questions about flow count; more of ``population``."""

from datetime import datetime
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet

from valueflow.models import FactHandoff, FactRequest, FactVisit
from valueflow.selectors import population
from valueflow.selectors.scope import FlowScope


def kept(scope: FlowScope) -> QuerySet[FactRequest]:
    """Finished within their promise."""
    return population.finished(scope).filter(promise="met")


def missed_done(scope: FlowScope) -> QuerySet[FactRequest]:
    """Finished after their promise."""
    return population.finished(scope).filter(promise="missed")


def crossings(scope: FlowScope) -> QuerySet[FactHandoff]:
    """First offers of the finished between different departments."""
    rows = population.handoffs(scope).filter(attempt=1)
    return rows.exclude(giver_department=F("receiver_department"))


def returned(scope: FlowScope) -> QuerySet[FactHandoff]:
    """Offers of the finished that were returned, whichever attempt."""
    return population.handoffs(scope).filter(outcome="returned")


def judged(scope: FlowScope) -> QuerySet[Any]:
    """Finished with a promise and a handoff that was answered and had a time to answer.

    ``broken`` says that one of them was answered after it.
    """
    offers = FactHandoff.objects.filter(fact=OuterRef("pk"))
    return (
        population.finished(scope)
        .filter(Exists(offers.filter(met__isnull=False)), promise__in=["met", "missed"])
        .annotate(broken=Exists(offers.filter(met=False)))
    )


def open_at(moment: datetime) -> Q:
    """Visits that were at their step at a moment."""
    return Q(entered_at__lt=moment) & (Q(ended_at=None) | Q(ended_at__gte=moment))


def open_visits(scope: FlowScope) -> QuerySet[FactVisit]:
    """Visits at their step at the moment looked at."""
    rows = FactVisit.objects.filter(fact__in=population.within(scope).order_by())
    return rows.filter(open_at(scope.at))


def over_promise(scope: FlowScope) -> QuerySet[FactRequest]:
    """Finished after more working time than was promised, pauses counted in."""
    return population.finished(scope).filter(promise_s__gt=0, lead_bus_s__gt=F("promise_s"))


def ended_otherwise(scope: FlowScope) -> QuerySet[FactRequest]:
    """Ended in the period without being fulfilled."""
    rows = population.within(scope).filter(ended_at__gte=scope.start, ended_at__lt=scope.end)
    return rows.exclude(outcome="fulfilled")
