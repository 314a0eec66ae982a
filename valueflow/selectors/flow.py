"""All figures of value flow over our own requests: one place for the page and the API."""

from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta

from esm.accounts.models import User
from governance.models import ModelVersion
from valueflow.engine import figures
from valueflow.engine.summary import (
    FEW,
    CaseRow,
    Flight,
    HandoffRow,
    Mark,
    Run,
    Summary,
)
from valueflow.selectors import imported, population
from valueflow.selectors.scope import FlowScope
from workflows.selectors import calendars

RUN_WEEKS = 52


def summary(scope: FlowScope, user: User) -> Summary:
    """The figures of a scope, as this viewer may see them; at most ten queries."""
    if scope.log_id is not None:
        return imported.summary(scope, user)
    cases = population.cases(scope)
    done = [c for c in cases if c.finished and c.ended_at and scope.start <= c.ended_at < scope.end]
    flying = figures.in_flight_at(cases, scope.at)
    offers = population.handoff_rows(scope)
    return Summary(
        source=scope.source,
        start=scope.start,
        end=scope.end,
        at=scope.at,
        zone=scope.zone.key,
        filters=scope.filters(),
        finished=len(done),
        submitted=sum(scope.start <= case.submitted_at < scope.end for case in cases),
        finished_ever=population.general().filter(outcome="fulfilled").count(),
        lead=figures.lead(done),
        promise=figures.promise(done, flying, scope.at),
        efficiency=figures.efficiency(done),
        flight=_flight(flying, done, scope),
        weeks=figures.weekly(cases, scope.start, scope.at, scope.zone, open_known=True),
        handoffs=figures.handoffs(offers, population.may_list(user, _few(offers))),
        splits=figures.splits(done, population.span_sums(scope)),
        open=tuple(population.open_rows(flying, scope.at)),
        run=_run(scope, done),
        before=figures.promise(
            population.finished_cases(scope.before()),
            figures.in_flight_at(cases, scope.start),
            scope.start,
        ),
        day_s=Counter(case.day_s for case in cases).most_common(1)[0][0] if cases else 28_800,
    )


def _few(offers: list[HandoffRow]) -> set[int]:
    """Cases behind pairs so small that only those who may list them may see them."""
    firsts = Counter((row.giver, row.receiver) for row in offers if row.attempt == 1)
    return {row.case for row in offers if firsts[row.giver, row.receiver] < FEW}


def _flight(flying: list[CaseRow], done: list[CaseRow], scope: FlowScope) -> Flight:
    """Load beside rate; the period's length in days of the organisation's own calendar."""
    if scope.model_id is None:
        return figures.flight(flying, done, scope.at, 0)
    calendar = calendars.calendar_for(scope.model_id, "")
    days = calendar.elapsed(scope.start, scope.at) / calendar.day_seconds
    return figures.flight(flying, done, scope.at, days)


def _run(scope: FlowScope, done: list[CaseRow]) -> Run | None:
    """A year of weekly medians of the stream asked for, else of the one with most finished."""
    volume = Counter(case.stream for case in done)
    stream = scope.stream or next(
        (key for key, _n in sorted(volume.items(), key=lambda item: (-item[1], item[0]))), ""
    )
    if not stream:
        return None
    year = scope.at - timedelta(weeks=RUN_WEEKS)
    longer = replace(scope, stream=stream, start=min(year, scope.start), end=scope.at)
    weeks = figures.whole_weeks(longer.start, longer.end, scope.zone)
    return figures.run(stream, population.finished_cases(longer), weeks, marks(scope), scope.zone)


def marks(scope: FlowScope) -> list[Mark]:
    """When versions came into force."""
    rows = ModelVersion.objects.filter(state__in=["published", "retired"]).order_by("number")
    found = []
    for code, effective, published in rows.values_list("code", "effective_from", "published_at"):
        at: datetime | None = effective or published
        if at is not None:
            found.append(Mark(at, figures.monday(at, scope.zone), code))
    return found
