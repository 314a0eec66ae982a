"""Value streams: what each promises, how it went, and how long each step holds a request."""

from collections import defaultdict
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from esm.accounts.models import User
from esm.common.errors import NotFound
from governance.blueprint.blueprint import Blueprint
from governance.selectors import people, versions
from valueflow.engine import figures
from valueflow.engine.statistics import median, ratio
from valueflow.engine.summary import FEW, CaseRow, Lead, Promise, Summary, Times
from valueflow.models import FactHandoff, FactVisit
from valueflow.selectors import flow, population, protected
from valueflow.selectors.naming import Names, Side, names
from valueflow.selectors.scope import FlowScope


@dataclass(frozen=True, slots=True)
class StreamRow:
    """One stream in the list."""

    key: str
    code: str
    name: str
    owner: str
    owner_key: str
    holders: tuple[str, ...]
    promise_s: int | None
    day_s: int
    lead: Lead
    promise: Promise
    in_flight: int


@dataclass(frozen=True, slots=True)
class StageRow:
    """One step of the map over the finished: how long it held them, how often it was needed.

    ``stay`` is the mean from offered or entered to left, on the service's calendar; ``wait`` the
    median from offered to accepted, on the receiver's.
    """

    key: str
    name: str
    side: Side
    kind: str
    needed: float | None
    n: int
    stay: Times
    wait: Times
    returned: float | None


@dataclass(frozen=True, slots=True)
class Sight:
    """One level of the line of sight; ``key`` is that of an objective."""

    kind: str
    text: str
    note: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True)
class Target:
    """A measure of an outcome of the stream."""

    key: str
    name: str
    unit: str
    direction: str
    baseline: str
    target: str


@dataclass(frozen=True, slots=True)
class StreamPage:
    """Everything one stream's page shows."""

    row: StreamRow
    trigger: str
    value: str
    summary: Summary
    stages: tuple[StageRow, ...]
    sights: tuple[Sight, ...]
    measures: tuple[Target, ...]
    names: Names


def rows(scope: FlowScope) -> list[StreamRow]:
    """All streams of the published model with their figures in the scope."""
    if scope.model_id is None:
        return []
    bp = versions.blueprint(scope.model_id)
    cases: dict[str, list[CaseRow]] = defaultdict(list)
    for case in population.cases(scope):
        cases[case.stream].append(case)
    return [_row(bp, key, cases[key], scope) for key in sorted(bp.find("ValueStream"))]


def _row(bp: Blueprint, key: str, cases: list[CaseRow], scope: FlowScope) -> StreamRow:
    spec = bp.get("ValueStream", key)
    done = [c for c in cases if c.finished and c.ended_at and scope.start <= c.ended_at < scope.end]
    flying = figures.in_flight_at(cases, scope.at)
    promises = [offering.promise_s for offering in _offerings(bp, key)]
    owner = str(spec.owner_role or "")
    held = people.holders(owner, stream=key) if owner else []
    role = bp.get("Role", owner) if owner else None
    return StreamRow(
        key=key,
        code=spec.code,
        name=spec.name,
        owner=role.name if role else "",
        owner_key=owner if role else "",
        holders=tuple(holder.name for holder in held),
        promise_s=max(promises) if promises else spec.promise_s,
        day_s=cases[0].day_s if cases else 28_800,
        lead=figures.lead(done),
        promise=figures.promise(done, flying, scope.at),
        in_flight=len(flying),
    )


def _offerings(bp: Blueprint, stream: str) -> list:  # type: ignore[type-arg]
    """Offerings whose workflow belongs to a stream; their promise is *the* promise."""
    flows = {k for k, w in bp.find("Workflow").items() if str(w.value_stream) == stream}
    return [o for o in bp.find("Offering").values() if str(o.workflow) in flows]


def page(key: str, scope: FlowScope, user: User) -> StreamPage:
    """One stream. Raises NotFound."""
    bp = versions.blueprint(scope.model_id) if scope.model_id else None
    if bp is None or key not in bp.find("ValueStream"):
        raise NotFound(_("There is no such stream."))
    spec = bp.get("ValueStream", key)
    within = replace(scope, stream=key)
    known = names(scope.model_id)
    cases = [case for case in population.cases(within) if case.stream == key]
    return StreamPage(
        row=_row(bp, key, cases, within),
        trigger=spec.trigger,
        value=spec.value,
        summary=flow.summary(within, user),
        stages=tuple(as_shown(stages(bp, key, within, known), within, user)),
        sights=tuple(_sights(bp, spec.outcomes)),
        measures=tuple(_measures(bp, spec.outcomes)),
        names=known,
    )


def as_shown(rows: list[StageRow], scope: FlowScope, user: User) -> list[StageRow]:
    """Steps with the share sent back as this viewer may see it; up to three queries."""
    guard = protected.handoffs(scope, user)
    if guard.exact:
        return rows
    firsts: dict[str, list[bool]] = defaultdict(list)
    offers = population.handoffs(guard.scope).filter(attempt=1).order_by()
    for stage, back in offers.values_list("to_stage", "sent_back"):
        firsts[stage].append(back)
    shown = {
        stage: ratio(sum(back), len(back))
        for stage, back in firsts.items()
        if guard.shows("first", "at", stage) and guard.shows("back", "at", stage)
    }
    return [replace(row, returned=shown.get(row.key)) for row in rows]


def stage_rows(workflow: str, scope: FlowScope) -> list[StageRow]:
    """The steps of a workflow in force, as the page of its stream shows them; [] for others."""
    bp = versions.blueprint(scope.model_id) if scope.model_id else None
    if bp is None or ("Workflow", workflow) not in bp:
        return []
    spec = bp.get("Workflow", workflow)
    keys = {stage.key for stage in spec.stages}
    key = str(spec.value_stream)
    found = stages(bp, key, replace(scope, stream=key), names(scope.model_id))
    return [row for row in found if row.key in keys]


def stages(bp: Blueprint, key: str, scope: FlowScope, known: Names) -> list[StageRow]:
    """The steps of a stream over the finished of a scope that asks for it; two queries."""
    done = population.finished(scope).order_by()
    total = done.count()
    stays: dict[str, list[tuple[int, Times]]] = defaultdict(list)
    visits = FactVisit.objects.filter(fact__in=done).values_list(
        "stage", "fact_id", "stay_cal_s", "stay_bus_s"
    )
    for stage, fact, cal, bus in visits:
        stays[stage].append((fact, Times(cal, bus)))
    waits: dict[str, list[Times]] = defaultdict(list)
    firsts: dict[str, list[bool]] = defaultdict(list)
    offers = FactHandoff.objects.filter(fact__in=done).values_list(
        "to_stage", "attempt", "outcome", "sent_back", "wait_cal_s", "wait_bus_s"
    )
    for stage, attempt, outcome, back, cal, bus in offers:
        if outcome == "accepted":
            waits[stage].append(Times(cal, bus))
        if attempt == 1:
            firsts[stage].append(back)
    found = []
    for workflow in bp.find("Workflow").values():
        if str(workflow.value_stream) != key:
            continue
        for spec in workflow.stages:
            if spec.kind not in ("work", "decision", "wait"):
                continue
            team = bp.get("Team", str(spec.team)) if spec.team else None
            here = stays[spec.key]
            needed = len({fact for fact, _times in here})
            enough = needed >= FEW
            found.append(
                StageRow(
                    key=spec.key,
                    name=spec.name,
                    side=known.side(str(team.department)) if team else Side("", "", ""),
                    kind=spec.kind,
                    needed=ratio(needed, total),
                    n=needed,
                    stay=_per_case(here) if enough else Times(None, None),
                    wait=figures.times(waits[spec.key], median) if enough else Times(None, None),
                    returned=ratio(sum(firsts[spec.key]), len(firsts[spec.key]))
                    if len(firsts[spec.key]) >= FEW
                    else None,
                )
            )
    return found


def _per_case(stays: list[tuple[int, Times]]) -> Times:
    """Mean stay per request that needed the step, its rework included."""
    needed = len({fact for fact, _times in stays})
    total = figures.times([times for _fact, times in stays], figures.total)
    return Times(
        None if total.calendar is None else total.calendar / needed,
        None if total.business is None else total.business / needed,
    )


def _sights(bp: Blueprint, outcomes: tuple[str, ...]) -> list[Sight]:
    found: list[Sight] = []
    for key in outcomes:
        outcome = bp.get("Outcome", str(key))
        found.append(Sight("outcome", outcome.statement))
        for ref in outcome.objectives:
            objective = bp.get("Objective", str(ref))
            found.append(Sight("objective", objective.title, objective.code, str(ref)))
    return list(dict.fromkeys(found))


def _measures(bp: Blueprint, outcomes: tuple[str, ...]) -> list[Target]:
    wanted = {str(key) for key in outcomes}
    return [
        Target(
            key=key,
            name=measure.name,
            unit=measure.unit,
            direction=measure.direction,
            baseline="" if measure.baseline is None else str(measure.baseline),
            target="" if measure.target is None else str(measure.target),
        )
        for key, measure in bp.find("Measure").items()
        if str(measure.outcome) in wanted
    ]
