"""Why a promise was not kept: where requests of supported streams waited, and what is wrong there.

The figures are those of the dashboards over one period; the findings are those of the definitions
that were in force at its end.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from esm.accounts.models import User
from esm.common.errors import NotFound
from governance.blueprint import kinds
from governance.blueprint.blueprint import Blueprint
from governance.blueprint.findings import Finding
from governance.blueprint.kinds.workflows import Stage
from governance.blueprint.lint import NOTHING
from governance.blueprint.paths import steps_of
from governance.selectors import versions
from governance.selectors.plans import findings_of
from governance.selectors.roles import Wanted, holders_of
from valueflow.engine.summary import FEW, Pair
from valueflow.selectors import flow, population, protected, streams, tallies
from valueflow.selectors.naming import Names, names
from valueflow.selectors.scope import FlowScope
from valueflow.selectors.streams import StageRow

WORKED = ("work", "decision", "wait")


@dataclass(frozen=True, slots=True)
class Place:
    """One step of a stream: how long requests waited there, who answers for it, what is wrong.

    ``waited`` is what was not working time, in business days over all that finished; ``supported``
    says that the technology in question is used there.
    """

    key: str
    workflow: str
    row: StageRow
    waited: float
    share: float
    role: str
    role_key: str
    holders: tuple[str, ...]
    findings: tuple[Finding, ...]
    supported: bool


@dataclass(frozen=True, slots=True)
class StreamWhy:
    """One supported stream: its steps by days waited, its handoffs by days lost."""

    key: str
    name: str
    owner: str
    owner_key: str
    finished: int
    waited: float
    places: tuple[Place, ...]
    pairs: tuple[Pair, ...]
    findings: tuple[Finding, ...]
    day_s: int

    @property
    def enough(self) -> bool:
        """Whether there are so many that figures may be shown."""
        return self.finished >= FEW


@dataclass(frozen=True, slots=True)
class Why:
    """All supported streams over a period, and what is wrong with the technology itself."""

    version: str
    version_id: int
    streams: tuple[StreamWhy, ...]
    findings: tuple[Finding, ...]
    names: Names


def supported(bp: Blueprint, technology: str, spec: kinds.Technology) -> dict[str, set[str]]:
    """Streams that a technology supports, each with the stages at which it is used."""
    found: dict[str, set[str]] = defaultdict(set)
    workflows = bp.find(kinds.Workflow)
    for one in spec.supports:
        if one.stage:
            for key, workflow in workflows.items():
                if one.workflow in (None, key) and any(s.key == one.stage for s in workflow.stages):
                    found[str(workflow.value_stream)].add(str(one.stage))
        elif one.service:
            for stream in _streams_of(bp, str(one.service)):
                found[stream].update(())
    for workflow in workflows.values():
        for stage in workflow.stages:
            if technology in (str(ref) for ref in stage.technologies):
                found[str(workflow.value_stream)].add(stage.key)
    return dict(found)


def _streams_of(bp: Blueprint, service: str) -> Iterator[str]:
    own = bp.get(kinds.Service, service).value_stream
    if own:
        yield str(own)
    for offering in bp.find(kinds.Offering).values():
        if str(offering.service) == service and offering.workflow:
            yield str(bp.get(kinds.Workflow, offering.workflow).value_stream)


def why(technology: str, scope: FlowScope, version_id: int, user: User) -> Why:
    """What stood in the way over a scope, by the model of a version. Raises NotFound.

    Ten queries for the first stream, six for each further one.
    """
    version = versions.version_for(version_id)
    bp = versions.blueprint(version_id)
    spec = bp.peek(kinds.Technology, technology)
    if spec is None or version is None:
        raise NotFound(_("There is no such technology."))
    scope = replace(scope, model_id=version_id)
    known = names(version_id)
    found = findings_of(bp, NOTHING)
    made = [
        _stream(bp, key, stages, replace(scope, stream=key), found, known, user)
        for key, stages in supported(bp, technology, spec).items()
    ]
    own = [one for one in found if (one.kind, one.key) == ("Technology", technology)]
    ranked = sorted(made, key=lambda one: (-one.waited, one.name))
    return Why(version.code, version_id, tuple(ranked), tuple(own), known)


def _stream(
    bp: Blueprint,
    key: str,
    used: set[str],
    scope: FlowScope,
    findings: tuple[Finding, ...],
    known: Names,
    user: User,
) -> StreamWhy:
    """One stream; six queries and one for holders."""
    finished, day_s = _finished(scope)
    source = tallies.source(scope)
    guard = protected.handoffs(scope, user)
    shown = streams.as_shown(streams.stages(bp, key, source, known), guard)
    rows = {row.key: row for row in shown}
    waits = _waits(scope, day_s) if finished >= FEW else {}
    pairs = flow.handoffs_shown(scope, guard, source).pairs
    spec = bp.get(kinds.ValueStream, key)
    sorted_out = dict(_by_stage(bp, key, findings))
    total = sum(waits.values())
    places = []
    steps = [(name, stage) for name, stage in _stages(bp, key) if stage.key in rows]
    asked = {stage.key: _wanted(bp, key, stage) for _name, stage in steps}
    held = holders_of({one for one in asked.values() if one.role})
    for workflow, stage in steps:
        role = bp.peek(kinds.Role, stage.accountable_role) if stage.accountable_role else None
        waited = waits.get(stage.key, 0.0)
        places.append(
            Place(
                key=stage.key,
                workflow=workflow,
                row=rows[stage.key],
                waited=waited,
                share=waited / total if total else 0.0,
                role=role.name if role else "",
                role_key=str(stage.accountable_role) if role else "",
                holders=tuple(one.name for one in held.get(asked[stage.key], ())),
                findings=tuple(sorted_out.get(stage.key, ())),
                supported=stage.key in used,
            )
        )
    owner = bp.peek(kinds.Role, spec.owner_role) if spec.owner_role else None
    places.sort(key=lambda one: -one.waited)
    return StreamWhy(
        key=key,
        name=spec.name,
        owner=owner.name if owner else "",
        owner_key=str(spec.owner_role) if owner else "",
        finished=finished,
        waited=total,
        places=tuple(places),
        pairs=pairs,
        findings=tuple(sorted_out.get("", ())),
        day_s=day_s,
    )


def waited_each(stream: str, scope: FlowScope) -> dict[str, float]:
    """Business days that each finished request waited on average, by stage; empty for too few.

    Two queries: what is shown beside another time.
    """
    within = replace(scope, stream=stream)
    finished, day_s = _finished(within)
    if finished < FEW:
        return {}
    return {stage: days / finished for stage, days in _waits(within, day_s).items()}


def _finished(scope: FlowScope) -> tuple[int, int]:
    """How many finished, and the seconds of their business day; one query."""
    days = list(population.finished(scope).order_by().values_list("day_s", flat=True))
    return len(days), Counter(days).most_common(1)[0][0] if days else 28_800


def _waits(scope: FlowScope, day_s: int) -> dict[str, float]:
    """Business days that were no working time, by stage; the spans of «where the time goes»."""
    found: dict[str, float] = defaultdict(float)
    for row in population.span_sums(scope):
        if row.state != "working":
            found[row.stage] += (row.seconds.business or 0) / day_s
    return found


def _stages(bp: Blueprint, stream: str) -> list[tuple[str, Stage]]:
    return [
        (key, stage)
        for key, workflow in bp.find(kinds.Workflow).items()
        if str(workflow.value_stream) == stream
        for stage in workflow.stages
        if stage.kind in WORKED
    ]


def _wanted(bp: Blueprint, stream: str, stage: Stage) -> Wanted:
    team = str(stage.team or "")
    department = str(bp.get(kinds.Team, team).department) if team else ""
    return Wanted(str(stage.accountable_role or ""), department, stream, team)


def _by_stage(
    bp: Blueprint, stream: str, findings: tuple[Finding, ...]
) -> Iterator[tuple[str, list[Finding]]]:
    """The findings of a stream by the stage they are about; "" holds those of the whole."""
    steps = _stages(bp, stream)
    flows = {name for name, _stage in steps}
    agreed = _receiving(bp, flows)
    found: dict[str, list[Finding]] = defaultdict(list)
    for one in findings:
        for stage in _places(bp, one, stream, flows, agreed, steps):
            found[stage].append(one)
    yield from found.items()


def _receiving(bp: Blueprint, flows: set[str]) -> dict[tuple[str, str], set[str]]:
    """Stages that are entered over each pair of teams."""
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    for name in flows:
        for source, target in steps_of(bp, name):
            if source.team and target.team and source.team != target.team:
                found[str(source.team), str(target.team)].add(target.key)
    return found


def _places(
    bp: Blueprint,
    one: Finding,
    stream: str,
    flows: set[str],
    agreed: dict[tuple[str, str], set[str]],
    steps: list[tuple[str, Stage]],
) -> set[str]:
    """Where in the stream a finding belongs; nowhere where it is about something else."""
    if one.kind == "Workflow" and one.key in flows:
        keys = {stage.key for name, stage in steps if name == one.key}
        named = [part for part in one.part.split("/") if part in keys]
        return {named[-1]} if named else {""}
    if one.kind == "ValueStream" and one.key == stream:
        return {""}
    if one.kind == "Offering":
        return {""} if str(bp.get(kinds.Offering, one.key).workflow) in flows else set()
    if one.kind == "HandoffAgreement":
        agreement = bp.get(kinds.HandoffAgreement, one.key)
        return agreed.get((str(agreement.giver_team), str(agreement.receiver_team)), set())
    question = _question(bp, one)
    return {s.key for _name, s in steps if question and str(s.decision_type or "") == question}


def _question(bp: Blueprint, one: Finding) -> str:
    """The type of decision a finding is about."""
    if one.kind == "DecisionType":
        return one.key
    right = bp.peek(kinds.DecisionRight, one.part or one.key)
    if one.kind in ("Role", "DecisionRight") and right is not None:
        return str(right.decision_type)
    return ""
