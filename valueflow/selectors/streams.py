"""Value streams: what each promises, how it went, and how long each step holds a request."""

from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from esm.accounts.models import User
from esm.common.errors import NotFound
from governance.blueprint.blueprint import Blueprint
from governance.selectors import people, versions
from valueflow.engine import figures
from valueflow.engine.groups import Flow, Steps
from valueflow.engine.statistics import ratio
from valueflow.engine.summary import FEW, Lead, Promise, Summary, Times
from valueflow.selectors import flow, protected, tallies
from valueflow.selectors.naming import Names, Side, names
from valueflow.selectors.protected import Protected
from valueflow.selectors.scope import FlowScope
from valueflow.selectors.tallies import Source


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
    source = tallies.source(scope)
    found, day_s = source.by("stream"), source.day_s()
    return [_row(bp, key, found.get(key, Flow()), day_s) for key in sorted(bp.find("ValueStream"))]


def _row(bp: Blueprint, key: str, flow: Flow, day_s: int) -> StreamRow:
    spec = bp.get("ValueStream", key)
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
        day_s=day_s,
        lead=figures.lead(flow.done),
        promise=figures.kept(flow.done, flow.flying.late),
        in_flight=flow.flying.n,
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
    source = tallies.source(within)
    return StreamPage(
        row=_row(bp, key, source.by("all").get("", Flow()), source.day_s()),
        trigger=spec.trigger,
        value=spec.value,
        summary=flow.summary(within, user),
        stages=tuple(as_shown(stages(bp, key, source, known), protected.handoffs(within, user))),
        sights=tuple(_sights(bp, spec.outcomes)),
        measures=tuple(_measures(bp, spec.outcomes)),
        names=known,
    )


def as_shown(rows: list[StageRow], guard: Protected) -> list[StageRow]:
    """Steps with the share sent back as far as a guard lets it through."""
    if guard.exact:
        return rows
    shown = {
        stage: ratio(here.back, here.first)
        for (_stream, stage), here in tallies.steps(guard.scope).items()
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
    source = tallies.source(replace(scope, stream=key))
    found = stages(bp, key, source, names(scope.model_id))
    return [row for row in found if row.key in keys]


def stages(bp: Blueprint, key: str, source: Source, known: Names) -> list[StageRow]:
    """The steps of a stream over the finished of a source that is about it."""
    total = source.by("all").get("", Flow()).done.n
    steps = source.steps()
    found = []
    for workflow in bp.find("Workflow").values():
        if str(workflow.value_stream) != key:
            continue
        for spec in workflow.stages:
            if spec.kind not in ("work", "decision", "wait"):
                continue
            team = bp.get("Team", str(spec.team)) if spec.team else None
            here = steps.get((key, spec.key), Steps())
            enough = here.n >= FEW
            found.append(
                StageRow(
                    key=spec.key,
                    name=spec.name,
                    side=known.side(str(team.department)) if team else Side("", "", ""),
                    kind=spec.kind,
                    needed=ratio(here.n, total),
                    n=here.n,
                    stay=here.held if enough else Times(None, None),
                    wait=here.wait.quantile(0.5) if enough else Times(None, None),
                    returned=ratio(here.back, here.first) if here.first >= FEW else None,
                )
            )
    return found


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
