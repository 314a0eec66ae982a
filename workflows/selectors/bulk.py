"""Several pieces of work at once: finding them, and what each of them allows."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from governance import policies
from governance.policies import RoleFacts, Scope
from governance.selectors import people
from workflows.models import StageVisit
from workflows.selectors import requests
from workflows.selectors.queue import number_of, with_parts
from workflows.selectors.queue_rows import named

MOST = 500
# What can be done to several rows at once, in the order in which it is offered.
ACTIONS = (
    "accept",
    "claim",
    "assign",
    "hand-over",
    "follow-up",
    "pause",
    "resume",
    "release",
    "reassign",
)
# Which right each needs, and in which states of a step it can be done.
_RIGHTS = {
    "accept": ("handoff.accept", ("offered",)),
    "claim": ("visit.claim", ("queued",)),
    "assign": ("visit.assign", ("queued",)),
    "hand-over": ("visit.complete", ("active",)),
    "follow-up": ("visit.follow-up", ("queued", "active", "blocked")),
    "pause": ("visit.pause", ("active",)),
    "resume": ("visit.pause", ("blocked",)),
    "release": ("visit.release", ("active",)),
    "reassign": ("visit.reassign", ("active", "blocked")),
}


@dataclass(frozen=True)
class Found:
    """A row that was named, and the step behind it; none where it is hidden or missing."""

    code: str
    visit: StageVisit | None


def find(user: Any, codes: Iterable[str]) -> list[Found]:
    """The steps behind codes such as R-101.2, each once and in the order given; one query."""
    wanted = {code: number_of(code) for code in dict.fromkeys(codes)}
    numbers = {pair[0] for pair in wanted.values() if pair}
    rows = StageVisit.objects.filter(
        request__in=requests.visible_to(user), request__number__in=numbers
    )
    seen = (
        {(row.request.number, row.seq): named(row) for row in with_parts(rows)} if numbers else {}
    )
    return [Found(code, seen.get(pair) if pair else None) for code, pair in wanted.items()]


def of_team(row: Found, team_id: int) -> Found:
    """The row, without its step where that is of another team."""
    mine = row.visit is not None and row.visit.team_id == team_id
    return row if mine else Found(row.code, None)


def refusal(action: str, visit: StageVisit, actor: Any, facts: RoleFacts) -> str:
    """Why an action is not possible on a step now; empty where it is."""
    right, states = _RIGHTS[action]
    if visit.state not in states:
        return f"It is {visit.get_state_display()}; that is not possible now."
    scope = Scope(
        team_id=visit.team_id,
        department_id=visit.department_id,
        holder_id=visit.holder_id or 0,
    )
    return policies.judge(actor, right, scope, facts).reason


def allowed(user: Any, visits: Iterable[StageVisit]) -> dict[int, list[str]]:
    """The actions each step allows to the user, by its id; no query of its own."""
    actor, facts = people.actor_for(user), people.facts_for(user)
    return {
        visit.pk: [one for one in ACTIONS if not refusal(one, visit, actor, facts)]
        for visit in visits
    }
