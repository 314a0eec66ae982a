"""What a role answers for in the model: its steps, and with whom it passes work on."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from governance.blueprint.blueprint import Blueprint
from governance.blueprint.kinds import DecisionRight, GovernanceBody, Service, ValueStream, Workflow
from governance.blueprint.kinds.workflows import Stage

# Steps that only steer: work passes through them to whoever comes next.
STEERING = frozenset({"start", "end", "fork", "join"})


@dataclass(frozen=True, slots=True)
class Duty:
    """A step of a workflow that the role answers for, or works on where ``accountable`` is no."""

    workflow: str
    stage: Stage
    accountable: bool


@dataclass(frozen=True, slots=True)
class Passed:
    """Work that goes from a step of the role to a step of another team, or comes from there."""

    workflow: str
    stage: Stage
    other: Stage


@dataclass(frozen=True, slots=True)
class Held:
    """A right of the role, or of a body it is a member of."""

    key: str
    right: DecisionRight
    body: str | None


def stages_of(bp: Blueprint, role: str) -> list[Duty]:
    """Steps the role is accountable for, then those it is only responsible for."""
    found = [
        Duty(key, stage, stage.accountable_role == role)
        for key, spec in bp.find(Workflow).items()
        for stage in spec.stages
        if role == stage.accountable_role or role in stage.responsible_roles
    ]
    return sorted(found, key=lambda one: not one.accountable)


def hands_to(bp: Blueprint, role: str) -> list[Passed]:
    """Where work goes from the steps the role is accountable for, when it leaves their team."""
    return [one for one in _passes(bp) if one.stage.accountable_role == role]


def receives_from(bp: Blueprint, role: str) -> list[Passed]:
    """Where work comes from to the steps the role is accountable for."""
    return [
        Passed(one.workflow, one.other, one.stage)
        for one in _passes(bp)
        if one.other.accountable_role == role
    ]


def _passes(bp: Blueprint) -> list[Passed]:
    found: list[Passed] = bp.memo("passes", lambda: list(_all(bp)))
    return found


def _all(bp: Blueprint) -> Iterator[Passed]:
    for key, spec in bp.find(Workflow).items():
        stages = {stage.key: stage for stage in spec.stages}
        ways: dict[str, list[str]] = {}
        for flow in spec.flows:
            if flow.kind == "forward":
                ways.setdefault(flow.source, []).append(flow.target)
        for stage in spec.stages:
            if stage.kind in STEERING or stage.team is None:
                continue
            for other in _next(stage.key, stages, ways):
                if other.team is not None and other.team != stage.team:
                    yield Passed(key, stage, other)


def _next(start: str, stages: dict[str, Stage], ways: dict[str, list[str]]) -> Iterable[Stage]:
    """The steps behind one, in the order of the model; steering ones are passed through."""
    seen: dict[str, None] = {}
    waiting = list(ways.get(start, ()))
    while waiting:
        key = waiting.pop(0)
        if key in seen or key not in stages:
            continue
        seen[key] = None
        if stages[key].kind in STEERING:
            waiting += ways.get(key, ())
    return [stages[key] for key in seen if stages[key].kind not in STEERING]


def rights_held(bp: Blueprint, role: str) -> list[Held]:
    """Its rights by type of decision, those of bodies it sits in beside its own."""
    bodies = {key for key, body in bp.find(GovernanceBody).items() if role in body.members}
    return [
        Held(key, right, right.body)
        for key, right in bp.find(DecisionRight).items()
        if right.role == role or (right.body is not None and right.body in bodies)
    ]


def owned(bp: Blueprint, role: str) -> tuple[list[str], list[str]]:
    """Keys of the services and of the value streams the role owns."""
    services = [key for key, spec in bp.find(Service).items() if spec.owner_role == role]
    streams = [key for key, spec in bp.find(ValueStream).items() if spec.owner_role == role]
    return services, streams
