"""What a notice about a request is made of, and who is meant by «who works on it»."""

from dataclasses import dataclass

from esm.common import clock
from esm.notices.choices import Why
from governance.models import Decision, Membership
from governance.selectors import voting
from workflows.models import Request, StageVisit
from workflows.selectors import pins


@dataclass(frozen=True)
class Message:
    """What is said to whom: why they hear of it, and for which team it is.

    ``moved`` is what followers are told of the same event; nothing when it is empty.
    """

    people: frozenset[int]
    title: str
    body: str = ""
    why: Why = Why.CONCERNED
    team: str = ""
    moved: str = ""


def team_people(team_id: int) -> frozenset[int]:
    """Who works in a team now."""
    rows = Membership.objects.filter(team_id=team_id, valid__contains=clock.now())
    return frozenset(rows.values_list("person_id", flat=True))


def stage_name(request: Request, key: str) -> str:
    """The name of a step in the version the request follows, else in one it followed before."""
    return pins.stage_name(request, key)


def waited_on(request: Request, visit: StageVisit) -> tuple[frozenset[int], Why]:
    """Who can still do something about a step: the decider, who holds the step, else the team."""
    if visit.state == StageVisit.State.DECIDING:
        open_ones = Decision.objects.filter(
            subject_kind="request", subject_id=request.pk, state="open"
        )
        return frozenset(voting.waited_on(open_ones)), Why.DECIDER
    if visit.holder_id:
        return frozenset({visit.holder_id}), Why.HOLDER
    return team_people(visit.team_id), Why.TEAM
