"""How far what happened follows the model: in a department, a stream or everywhere."""

from dataclasses import replace
from datetime import timedelta

from django.db.models import Count, F, Q

from governance.blueprint.adoption.maturity import Practice
from governance.models import Decision
from valueflow.engine import figures
from valueflow.engine.summary import FEW, CaseRow
from valueflow.selectors import population, promises
from valueflow.selectors.promises import Promised
from valueflow.selectors.scope import FlowScope, parse
from workflows.models import OffModelWork

YEAR = timedelta(days=365)
CAME = ("realised", "on_track")


def practice(of: str, key: str) -> Practice:
    """Over the usual period; shares of fewer than five are not said. About twelve queries."""
    scope = parse({})
    if of == "department":
        scope = replace(scope, department=key)
    elif of == "stream":
        scope = replace(scope, stream=key)
    cases = population.cases(scope)
    done = [c for c in cases if c.finished and c.ended_at and scope.start <= c.ended_at < scope.end]
    flying = figures.in_flight_at(cases, scope.at)
    promise = figures.promise(done, flying, scope.at)
    handoffs = figures.handoffs(population.handoff_rows(scope))
    promised = _promised(of, key)
    came = sum(one.verdict.word in CAME for one in promised)
    since = scope.now.date() - YEAR
    return Practice(
        shares={
            "promise": promise.share if promise.n >= FEW else None,
            "first_time": None if handoffs.rate is None else 1 - handoffs.rate,
            "on_model": _on_model(scope, of, key, done),
            "decided": _decided(scope),
            "benefits": came / len(promised) if promised else None,
        },
        work=bool(done),
        improved=any(
            one.verdict.word == "realised" and one.due is not None and one.due >= since
            for one in promised
        ),
    )


def _promised(of: str, key: str) -> list[Promised]:
    """Promises of the scope: of a stream those its measures are about; a department has none of
    its own, so that those of everybody count."""
    rows = [one for one in promises.promised() if not one.ended]
    if of != "stream":
        return rows
    return [one for one in rows if one.measure and str(one.measure.value_stream) == key]


def _on_model(scope: FlowScope, of: str, key: str, done: list[CaseRow]) -> float | None:
    """Of all work the share that was done inside the model; of a stream, which no work outside the
    model belongs to, the share that went its way without coming back."""
    if len(done) < FEW:
        return None
    if of == "stream":
        return figures.first_pass(done)
    days = (scope.start.astimezone(scope.zone).date(), scope.end.astimezone(scope.zone).date())
    rows = OffModelWork.objects.filter(removed_at=None, day__range=days)
    if of == "department":
        rows = rows.filter(team__department__key=key)
    return len(done) / (len(done) + rows.count())


def _decided(scope: FlowScope) -> float | None:
    """Of the decisions on these requests that had a moment, the share that kept it; one query."""
    rows = Decision.objects.filter(
        subject_kind="request",
        subject_id__in=population.within(scope).order_by().values("pk"),
        decided_at__gte=scope.start,
        decided_at__lt=scope.end,
        due_at__isnull=False,
    )
    found = rows.aggregate(n=Count("pk"), kept=Count("pk", filter=Q(decided_at__lte=F("due_at"))))
    return found["kept"] / found["n"] if found["n"] >= FEW else None
