"""Clocks of a request that follows another version: what they measure against from then on.

What a clock has counted stays as it was counted; from the moment of the move it counts on against
the target and by the calendar of the version that is followed, as after any other target (ADR
0013). A clock that the version knows no target for keeps the one it has: it was promised to
somebody. None is started: what began without a clock ends without one.
"""

from dataclasses import dataclass

from governance.blueprint.blueprint import Blueprint
from governance.blueprint.kinds import DecisionType, Offering
from governance.blueprint.kinds.workflows import HandoffAgreement
from governance.models import Team
from workflows.models import Clock, StageVisit
from workflows.selectors import calendars, identities
from workflows.services import clocks, entering
from workflows.services.case import Case

VERSION = "version"


@dataclass(frozen=True, slots=True)
class Aim:
    """What a clock measures against before priority, and by which calendar."""

    agreed_s: int
    calendar: str


def aims(case: Case, visits: dict[int, StageVisit]) -> dict[int, Aim]:
    """By number of a live clock, what the version that is followed by now says of it."""
    found = {}
    for row in case.live_clocks:
        visit = visits.get(row.visit_id) if row.visit_id is not None else None
        aim = _promise(case) if row.metric == Clock.Metric.PROMISE else None
        if visit is not None:
            aim = _of_visit(case.blueprint, row, visit, case.request.workflow_key)
        if aim is not None:
            found[row.seq] = aim
    return found


def _promise(case: Case) -> Aim:
    offering = case.blueprint.get(Offering, case.request.offering.key)
    return Aim(offering.promise_s, str(offering.calendar))


def _of_visit(bp: Blueprint, row: Clock, visit: StageVisit, workflow: str) -> Aim | None:
    stage = bp.stage(workflow, visit.stage_key)
    team = identities.row(Team, visit.team_id)
    calendar = calendars.team_calendar_key(bp, team.key)
    agreement = agreement_of(bp, visit, workflow)
    target: int | None = None
    if row.metric == Clock.Metric.COMPLETE:
        agreed = agreement[1].complete_s if agreement else None
        target = agreed if agreed is not None else stage.complete_s
    elif row.metric == Clock.Metric.STAGE:
        target = stage.whole_s
    elif row.metric == Clock.Metric.RESPOND:
        target = agreement[1].respond_s if agreement else entering.DEFAULT_RESPOND_S
    elif row.metric == Clock.Metric.DECISION and stage.decision_type is not None:
        target = bp.get(DecisionType, str(stage.decision_type)).latency_s
    elif row.metric == Clock.Metric.WAIT:
        target = clocks.policy_of(bp, row.metric, row.pause_party).wait_s
    return Aim(target, calendar) if target else None


def agreement_of(
    bp: Blueprint, visit: StageVisit, workflow: str
) -> tuple[str, HandoffAgreement] | None:
    """What a version agrees on for the handoff by which a visit was entered."""
    handoff = getattr(visit, "handoff", None)
    if handoff is None:
        return None
    giver = identities.row(Team, handoff.giver_team_id).key
    receiver = identities.row(Team, handoff.receiver_team_id).key
    return bp.agreement(giver, receiver, workflow, visit.stage_key)


def take_aim(case: Case, row: Clock, aim: Aim, target_s: int | None = None) -> None:
    """Count one clock on against another target; ``target_s`` where it is not found by priority."""
    if target_s is None:
        target_s = clocks.target_of(case, row.metric, aim.agreed_s)
    row.agreed_s = aim.agreed_s
    calendar = calendars.calendar_in(case.blueprint, aim.calendar)
    if (target_s, aim.calendar) != (row.target_s, row.calendar_key):
        clocks.retarget(case, row, target_s, VERSION, aim.calendar)
    elif calendar.content_hash != row.counted_by:
        clocks.project_again(case, row, "calendar")
    elif row.state == Clock.State.RUNNING:
        clocks.arm(row, calendar, clocks.policy_for(case.blueprint, row))
    if row not in case.touched:
        case.touched.append(row)
