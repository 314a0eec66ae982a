"""What a workflow's shape implies without running it: who may follow whom, the longest way.

Conditions are taken as either true or false: every way that could happen counts.
"""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from governance.blueprint.kinds import Workflow
from governance.blueprint.kinds.workflows import Flow, Stage

if TYPE_CHECKING:
    from governance.blueprint.blueprint import Blueprint

SILENT = frozenset({"start", "end", "fork", "join"})


def stages_by_key(workflow: Workflow) -> dict[str, Stage]:
    """Stages of a workflow by key."""
    return {stage.key: stage for stage in workflow.stages}


def flows_by_source(workflow: Workflow, *, rework: bool = False) -> dict[str, list[Flow]]:
    """Outgoing flows by source; those of kind rework only when asked for."""
    found: dict[str, list[Flow]] = {}
    for flow in workflow.flows:
        if rework or flow.kind == "forward":
            found.setdefault(flow.source, []).append(flow)
    return found


def steps(workflow: Workflow) -> Iterator[tuple[Stage, Stage]]:
    """Every pair of stages of which the second can follow the first, optional ones skipped.

    Start, end, fork and join are passed through; a stage with `when` may be skipped.
    """
    stages = stages_by_key(workflow)
    flows = flows_by_source(workflow, rework=True)
    for stage in workflow.stages:
        if stage.kind in SILENT:
            continue
        for target in _followers(stage.key, stages, flows):
            yield stage, target


def steps_of(bp: "Blueprint", key: str) -> tuple[tuple[Stage, Stage], ...]:
    """The same of a workflow of a model, worked out once for its content."""
    return bp.compiled(Workflow.__name__, key, "steps", lambda workflow: tuple(steps(workflow)))


def _followers(
    source: str, stages: Mapping[str, Stage], flows: Mapping[str, list[Flow]]
) -> list[Stage]:
    found: list[Stage] = []
    seen: set[str] = set()
    waiting = [flow.target for flow in flows.get(source, [])]
    while waiting:
        key = waiting.pop(0)
        stage = stages.get(key)
        if stage is None or key in seen:
            continue
        seen.add(key)
        if stage.kind not in SILENT:
            found.append(stage)
        if stage.kind in SILENT or stage.when:
            waiting.extend(flow.target for flow in flows.get(key, []))
    return found


def longest_way(workflow: Workflow, seconds: Mapping[str, int]) -> tuple[int, list[str]]:
    """Business seconds and stage keys of the longest forward way, all conditions true.

    Branches of a fork run side by side, so the longest one counts. A workflow that runs in
    circles forward has no longest way; the stages of the circle are then counted once.
    """
    flows = flows_by_source(workflow)
    best: dict[str, tuple[int, list[str]]] = {}
    open_keys: set[str] = set()

    def visit(key: str) -> tuple[int, list[str]]:
        if key in best:
            return best[key]
        if key in open_keys:
            return 0, []
        open_keys.add(key)
        after = max(
            (visit(flow.target) for flow in flows.get(key, [])),
            key=lambda way: way[0],
            default=(0, []),
        )
        open_keys.discard(key)
        best[key] = (seconds.get(key, 0) + after[0], [key, *after[1]])
        return best[key]

    return max((visit(stage.key) for stage in workflow.stages), key=lambda w: w[0], default=(0, []))
