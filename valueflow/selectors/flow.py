"""All figures of value flow over our own requests: one place for the page and the API."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from esm.accounts.models import User
from governance.models import ModelVersion
from valueflow.engine import figures, shown
from valueflow.engine.groups import Flow
from valueflow.engine.summary import ENOUGH, Flight, Handoffs, Mark, Run, Summary
from valueflow.selectors import flight, imported, population, protected, tallies
from valueflow.selectors.protected import Protected
from valueflow.selectors.scope import FlowScope
from valueflow.selectors.tallies import Source
from workflows.selectors import calendars

RUN_WEEKS = 52


def summary(scope: FlowScope, user: User) -> Summary:
    """The figures of a scope, as this viewer may see them. Raises Invalid."""
    if scope.log_id is not None:
        return imported.summary(scope, user)
    source = tallies.source(scope)
    streams = source.by("stream")
    whole = source.by("all").get("", Flow())
    before = source.like(scope.before()).by("all").get("", Flow())
    opened = flight.opened(source)
    return Summary(
        source=scope.source,
        start=scope.start,
        end=scope.end,
        at=scope.at,
        zone=scope.zone.key,
        filters=scope.filters(),
        finished=whole.done.n,
        submitted=whole.sent,
        finished_ever=population.general().filter(outcome="fulfilled").order_by()[:ENOUGH].count(),
        lead=figures.lead(whole.done),
        promise=figures.kept(whole.done, whole.flying.late),
        efficiency=figures.efficiency(whole.done),
        flight=_flight(whole, scope),
        weeks=figures.weeks(source.weeks()),
        handoffs=handoffs(scope, user, source),
        splits=figures.splits({key: flow.done for key, flow in streams.items()}, source.spans()),
        open=opened.oldest,
        ages=opened.ages,
        run=_run(scope, streams),
        before=figures.kept(before.done, before.flying.late),
        day_s=source.day_s(),
        exact=source.exact,
    )


def handoffs(scope: FlowScope, user: User, source: Source | None = None) -> Handoffs:
    """The pairs of a scope, as this viewer may see them; two or three queries."""
    return handoffs_shown(scope, protected.handoffs(scope, user), source)


def handoffs_shown(scope: FlowScope, guard: Protected, source: Source | None = None) -> Handoffs:
    """The pairs of a scope that a guard lets through."""
    if guard.exact:
        return figures.handoffs((source or tallies.source(scope)).pairs(), every=True)
    groups = {} if guard.refusal else tallies.pairs(guard.scope)
    found = figures.handoffs(groups, every=True)
    return shown.handoffs(found, guard.shows, guard.refusal or guard.note)


def _flight(whole: Flow, scope: FlowScope) -> Flight:
    """Load beside rate; the period's length in days of the organisation's own calendar."""
    if scope.model_id is None:
        return figures.flight(whole.flying, whole.done, scope.at, 0)
    calendar = calendars.calendar_for(scope.model_id, "")
    days = calendar.elapsed(scope.start, scope.at) / calendar.day_seconds
    return figures.flight(whole.flying, whole.done, scope.at, days)


def _run(scope: FlowScope, streams: Mapping[str, Flow]) -> Run | None:
    """A year of weekly medians of the stream asked for, else of the one with most finished."""
    volume = {key: flow.done.n for key, flow in streams.items() if flow.done.n}
    stream = scope.stream or next(
        (key for key, _n in sorted(volume.items(), key=lambda item: (-item[1], item[0]))), ""
    )
    if not stream:
        return None
    year = scope.at - timedelta(weeks=RUN_WEEKS)
    longer = replace(scope, stream=stream, start=min(year, scope.start), end=scope.at)
    source = tallies.source(longer)
    done = {week: flow.done for week, flow in source.weeks().items()}
    return figures.course(stream, done, marks(scope), *source.last())


def marks(scope: FlowScope) -> list[Mark]:
    """When versions came into force."""
    rows = ModelVersion.objects.filter(state__in=["published", "retired"]).order_by("number")
    found = []
    for code, effective, published in rows.values_list("code", "effective_from", "published_at"):
        at: datetime | None = effective or published
        if at is not None:
            found.append(Mark(at, figures.monday(at, scope.zone), code))
    return found
