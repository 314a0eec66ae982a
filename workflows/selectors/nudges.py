"""Who is waited on at each open step, and when they may be reminded again."""

from dataclasses import dataclass, replace
from datetime import datetime

from esm.events.actors import Actor
from governance import policies
from governance.blueprint.blueprint import Blueprint
from governance.policies import RoleFacts, Scope
from workflows.models import Handoff, Request, StageVisit
from workflows.selectors import calendars
from workflows.selectors.scopes import scope_of

# Business seconds on the calendar of what was asked for.
EVERY_S = 14_400


@dataclass(frozen=True)
class Waits:
    """An open step, the party it waits for, and the team that waits beside the requester."""

    visit: StageVisit
    party: str
    asking_team_id: int


def waits(visit: StageVisit, handoff: Handoff | None) -> Waits | None:
    """Whom a step waits for: team, holder, decider, giver or requester; None for outsiders."""
    giver = handoff.giver_team_id if handoff is not None else 0
    if visit.state == StageVisit.State.OFFERED:
        if handoff is not None and handoff.state == Handoff.State.CLARIFYING:
            return Waits(visit, "giver", visit.team_id)
        return Waits(visit, "team", giver)
    if visit.state == StageVisit.State.QUEUED:
        return Waits(visit, "team", giver)
    if visit.state == StageVisit.State.DECIDING:
        return Waits(visit, "decider", giver)
    if visit.state == StageVisit.State.BLOCKED:
        asked = visit.blocked_party == "requester"
        return Waits(visit, "requester", visit.team_id) if asked else None
    return Waits(visit, "holder", giver)


def may(request: Request, step: Waits, actor: Actor, facts: RoleFacts) -> bool:
    """Whether the actor may remind whoever this step waits for; nobody reminds themselves."""
    own = step.party == "holder" and step.visit.holder_id == actor.person_id
    scope = Scope(team_id=step.asking_team_id)
    if step.party != "requester":
        scope = replace(scope_of(request), team_id=step.asking_team_id)
    return not own and policies.judge(actor, "request.nudge", scope, facts).ok


def next_at(request: Request, bp: Blueprint) -> datetime | None:
    """The next moment at which somebody may be reminded; None before the first time."""
    if request.nudged_at is None:
        return None
    offering = bp.get("Offering", request.offering.key)
    calendar = calendars.calendar_in(bp, offering.calendar)
    return calendar.add(request.nudged_at, EVERY_S)
