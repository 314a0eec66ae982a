"""Frozen baselines: all of them, one, whether its rows are what they were, and what came since."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import QuerySet

from esm.common.errors import NotFound
from governance.blueprint import kinds
from governance.blueprint.blueprint import Blueprint
from governance.models import Person
from governance.selectors import critical, versions
from governance.selectors.people import Account, facts_for
from valueflow.engine import figures
from valueflow.engine.baselines import code_version, rows_hash
from valueflow.engine.summary import CaseRow
from valueflow.models import Baseline, FactRequest
from valueflow.selectors import population
from valueflow.selectors.before_after import Sides, StreamChange, Windows
from valueflow.selectors.scope import FlowScope
from valueflow.selectors.touched import Turn, in_force


@dataclass(frozen=True, slots=True)
class Standing:
    """Whether what is counted of the requests is what it was, and by the same code."""

    rows: bool
    code: bool


@dataclass(frozen=True, slots=True)
class Held:
    """A baseline against what came after the next version; ``change`` None while none came."""

    standing: Standing
    turn: Turn | None = None
    at: Windows | None = None
    change: StreamChange | None = None


def visible_to(user: Account) -> QuerySet[Baseline]:
    """All: they speak of whole streams, as every general figure does."""
    return Baseline.objects.select_related("version", "person")


def one(user: Account, number: int) -> Baseline:
    """One of them. Raises NotFound."""
    found = visible_to(user).filter(pk=number).first()
    if found is None:
        raise NotFound("There is no such baseline.")
    return found


def requests_of(number: str) -> QuerySet[FactRequest]:
    """The requests of a baseline, as a list behind a figure; none of one there is not."""
    if not (number.isdigit() and len(number) < 10):
        return FactRequest.objects.none()
    found = Baseline.objects.filter(pk=int(number)).first()
    return population.general().filter(pk__in=found.requests if found else [])


def rows_in(stream: str, start: datetime, end: datetime, service: str) -> list[CaseRow]:
    """What a baseline of this window holds; one query."""
    rows = population.general().filter(
        stream=stream, outcome="fulfilled", fulfilled_at__gte=start, fulfilled_at__lt=end
    )
    if service:
        rows = rows.filter(service=service)
    return population.case_rows(rows.order_by("pk"))


def figures_of(cases: Sequence[CaseRow]) -> dict[str, float | None]:
    """The figures of that day, by the functions of the dashboards."""
    lead, promise = figures.lead(cases), figures.promise(cases, [], cases[0].submitted_at)
    return {
        "p50_business_s": lead.p50.business,
        "p50_calendar_s": lead.p50.calendar,
        "p85_business_s": lead.p85.business,
        "p85_calendar_s": lead.p85.calendar,
        "kept": promise.share,
        "day_s": cases[0].day_s,
        "back": sum(case.returns > 0 for case in cases) / len(cases),
    }


def before(turn: Turn) -> dict[str, int]:
    """By stream the newest baseline of the time before a version, since the one before; one
    query."""
    rows = Baseline.objects.filter(end__lte=turn.now.at, end__gt=turn.former.at)
    return dict(rows.order_by("pk").values_list("stream_key", "pk"))


def may_freeze(user: Account, person: Person | None, bp: Blueprint | None) -> dict[str, str]:
    """Names of the streams somebody may freeze a baseline of, by key; stewards all of them."""
    if bp is None:
        return {}
    owned = critical.owned_streams(person, bp)
    steward = facts_for(user).steward
    return {
        key: spec.name
        for key, spec in bp.find(kinds.ValueStream).items()
        if steward or key in owned
    }


def held(baseline: Baseline, scope: FlowScope) -> Held:
    """The baseline against requests sent since the next version; fifteen queries at most."""
    kept = population.general().filter(pk__in=baseline.requests)
    standing = _standing(baseline, population.case_rows(kept.order_by("pk")))
    known = in_force()
    place = next((n for n, one in enumerate(known) if n and one.at >= baseline.end), None)
    if place is None:
        return Held(standing)
    turn = Turn(known[place], known[place - 1], tuple(known))
    plain = replace(
        scope, stream=baseline.stream_key, service=baseline.service_key, version="",
        department="", period="custom",
    )  # fmt: skip
    at = Windows(
        before=replace(plain, start=baseline.start, end=baseline.end),
        after=replace(plain, start=turn.now.at, end=max(turn.now.until or scope.now, turn.now.at)),
    )
    (change,) = Sides(turn, at, kept).streams([baseline.stream_key])
    return Held(standing, turn, at, change)


def _standing(baseline: Baseline, cases: Sequence[CaseRow]) -> Standing:
    return Standing(
        rows=rows_hash(cases) == bytes(baseline.rows_hash), code=baseline.code == code_version()
    )


def stream_name(baseline: Baseline) -> str:
    """Name of its stream in the version that was in force."""
    spec = versions.blueprint(baseline.version_id).peek(kinds.ValueStream, baseline.stream_key)
    return spec.name if spec else baseline.stream_key
