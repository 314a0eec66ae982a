"""The path of a request: which steps are done, where it is now, what comes, what is not needed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from esm.common.expressions import holds
from governance.blueprint.blueprint import Blueprint
from governance.blueprint.kinds.workflows import Stage
from workflows.models import Request, StageVisit
from workflows.selectors import calendars, identities
from workflows.selectors.variables import values_of

WORKED = ("work", "decision", "wait")


@dataclass(frozen=True)
class PathStep:
    """One step as people see it; ``seconds`` is business time of the team spent so far."""

    key: str
    name: str
    code: str
    team: str
    department: str
    department_name: str
    slot: int
    state: str
    seconds: int | None
    since: datetime | None
    holder: str
    visit_state: str
    returns: int
    decides: bool


def steps_of(
    request: Request, blueprint: Blueprint, visits: Sequence[StageVisit], now: datetime
) -> list[PathStep]:
    """The steps of a request in the order of its workflow; the visits come with their holder."""
    by_stage: dict[str, list[StageVisit]] = {}
    for visit in visits:
        by_stage.setdefault(visit.stage_key, []).append(visit)
    stages = [s for s in blueprint.get("Workflow", request.workflow_key).stages if s.kind in WORKED]
    reached = max((i for i, s in enumerate(stages) if s.key in by_stage), default=-1)
    values = values_of(request)
    return [
        _step(request, blueprint, stage, by_stage.get(stage.key, []), index <= reached, now, values)
        for index, stage in enumerate(stages)
    ]


def _step(
    request: Request,
    blueprint: Blueprint,
    stage: Stage,
    visits: Sequence[StageVisit],
    passed: bool,
    now: datetime,
    values: Mapping[str, Any],
) -> PathStep:
    live = [v for v in visits if v.state in StageVisit.LIVE]
    done = [v for v in visits if v.state == StageVisit.State.DONE]
    current = live[-1] if live else None
    if current is not None:
        state = "now"
    elif done:
        state = "done"
    elif (
        passed or not request.is_open or (stage.when and not holds(stage.when, values_of(request)))
    ):
        state = "skipped"
    else:
        state = "next"
    team = identities.team(str(stage.team))
    seconds = None
    if visits:
        calendar = calendars.calendar_in(
            blueprint, calendars.team_calendar_key(blueprint, team.key)
        )
        seconds = sum(calendar.elapsed(v.entered_at, v.ended_at or now) for v in visits)
    return PathStep(
        key=stage.key,
        name=stage.name,
        code=stage.code,
        team=team.name,
        department=team.department.code,
        department_name=team.department.name,
        slot=team.department.slot,
        state=state,
        seconds=seconds,
        since=current.entered_at if current else None,
        holder=current.holder.name if current and current.holder else "",
        visit_state=current.state if current else "",
        returns=sum(1 for v in visits if v.state == StageVisit.State.RETURNED),
        decides=stage.kind == "decision",
    )


def position(steps: Sequence[PathStep]) -> tuple[int, int]:
    """(number of the step the request is at, number of steps it needs)."""
    needed = [s for s in steps if s.state != "skipped"]
    for index, step in enumerate(needed, start=1):
        if step.state == "now":
            return index, len(needed)
    done = sum(1 for s in needed if s.state == "done")
    return done, len(needed)
