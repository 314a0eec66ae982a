"""Requests of each offering as the checks count them: time, promise, way, clocks, how it felt."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from math import ceil
from typing import Any

from django.db.models import Count, F, QuerySet, Window
from django.db.models.functions import RowNumber

from governance.blueprint.blueprint import Blueprint
from governance.blueprint.kinds import Offering, Workflow
from governance.blueprint.lint.facts import OfferingFlow
from valueflow.engine import figures
from valueflow.engine.summary import CaseRow
from valueflow.models import FactRequest
from valueflow.selectors import felt, population
from valueflow.selectors.lint_value import in_force_since
from valueflow.selectors.lint_ways import strayed
from valueflow.selectors.lint_windows import ASKED, FEW, FULFILLED_WITHIN, LAST_FULFILLED
from workflows.engine.clockwork import RUN, STILL
from workflows.models import Clock

Metric = Clock.Metric


@dataclass
class _Counted:
    """What is known of single requests, by their id."""

    standing: set[int] = field(default_factory=set)
    broken: set[int] = field(default_factory=set)
    ways: Mapping[int, set[str]] = field(default_factory=dict)
    answers: Mapping[int, tuple[int, int]] = field(default_factory=dict)


def last_fulfilled(at: datetime) -> QuerySet[FactRequest]:
    """The last requests of each offering that were fulfilled."""
    rows = population.general().filter(
        outcome="fulfilled", fulfilled_at__gte=at - FULFILLED_WITHIN, fulfilled_at__lt=at
    )
    place = Window(
        RowNumber(), partition_by="offering", order_by=[F("fulfilled_at").desc(), F("pk").desc()]
    )
    return rows.annotate(place=place).filter(place__lte=LAST_FULFILLED).order_by()


def offering_flows(bp: Blueprint, at: datetime) -> tuple[OfferingFlow, ...]:
    """Of every offering that is known long enough to say something of it; nine queries.

    Of a stream whose work does not come through the portal yet nothing is said.
    """
    asked = _asked(at)
    known, lived = _known_since(at - ASKED), _lived(at)
    rows = last_fulfilled(at)
    offering_of = dict(rows.values_list("pk", "offering"))
    cases: dict[str, list[CaseRow]] = defaultdict(list)
    for case in population.case_rows(rows):
        cases[offering_of[case.id]].append(case)
    counted = _counted(rows) if offering_of else _Counted()
    found = []
    for key, spec in bp.find(Offering).items():
        # What is asked for in confidence is in no figure, so nobody can say that it is not.
        workflow = bp.peek(Workflow, spec.workflow)
        comes = workflow is not None and workflow.value_stream in lived
        if not spec.confidential and ((key in known and comes) or asked[key] or cases[key]):
            found.append(_flow(key, asked[key], cases[key], counted, at))
    return tuple(found)


def _asked(at: datetime) -> Counter[str]:
    rows = population.general().filter(submitted_at__gte=at - ASKED, submitted_at__lt=at)
    counted = rows.order_by("offering").values_list("offering").annotate(n=Count("pk"))
    return Counter(dict(counted))


def _lived(at: datetime) -> set[str]:
    """Streams of which something was asked for within the year."""
    rows = population.general().filter(submitted_at__gte=at - FULFILLED_WITHIN)
    return set(rows.order_by().values_list("stream", flat=True).distinct())


def _known_since(moment: datetime) -> set[str]:
    """Offerings that were in force by then: younger ones had no time to be asked for."""
    return {key for key, first in in_force_since(Offering.__name__).items() if first <= moment}


def _counted(rows: QuerySet[FactRequest]) -> _Counted:
    pks = rows.values("pk")
    standing, broken = _clocks(pks)
    return _Counted(standing, broken, strayed(rows), felt.answers_to(pks))


def _clocks(pks: QuerySet[FactRequest, Any]) -> tuple[set[int], set[int]]:
    """Requests whose clocks stood longer than they ran, and those that broke an agreement."""
    ran: Counter[int] = Counter()
    stood: Counter[int] = Counter()
    broken = set()
    wanted = Clock.objects.filter(request__in=pks).order_by()
    columns = wanted.values_list("request_id", "metric", "met", "breached_at", "spans")
    for request, metric, met, breached, spans in columns.iterator(chunk_size=5_000):
        if metric in (Metric.RESPOND, Metric.COMPLETE) and (met is False or breached):
            broken.add(request)
        # A wait is no pause of work: its clock runs while the others stand.
        for span in spans if metric != Metric.WAIT else ():
            ran[request] += span["seconds"] if span["kind"] == RUN else 0
            stood[request] += span["seconds"] if span["kind"] == STILL else 0
    return {pk for pk, seconds in stood.items() if seconds > ran[pk]}, broken


def _flow(
    key: str, asked: int, cases: list[CaseRow], counted: _Counted, at: datetime
) -> OfferingFlow:
    lead, promise = figures.lead(cases), figures.promise(cases, [], at)
    kept = [case for case in cases if case.id not in counted.broken]
    answers = [counted.answers[case.id] for case in cases if case.id in counted.answers]
    told = len({person for _score, person in answers}) >= FEW
    scores = [score for score, _person in answers]
    variants = Counter(way for case in cases for way in counted.ways.get(case.id, ()))
    p85 = lead.p85.business
    return OfferingFlow(
        offering=key,
        asked_90d=asked,
        fulfilled=len(cases),
        p85_s=ceil(p85) if p85 is not None else None,
        agreements_kept=len(kept),
        kept_but_late=sum(case.promise == "missed" for case in kept),
        in_promise=promise.met,
        pulse_n=len(scores) if told else 0,
        pulse_mean=Decimal(sum(scores)) / len(scores) if told else None,
        standing_longer=sum(case.id in counted.standing for case in cases),
        followed=sum(not counted.ways.get(case.id) for case in cases),
        variants=dict(variants),
        stake=_late_days(cases),
    )


def _late_days(cases: list[CaseRow]) -> Decimal:
    """Business days by which requests took longer than was promised, all together."""
    return sum(
        (
            Decimal(int(case.lead.business) - case.promise_s) / case.day_s
            for case in cases
            if case.promise_s and case.lead.business and case.lead.business > case.promise_s
        ),
        Decimal(0),
    )
