"""The limit of work in hand a team agreed on: above it, taking more needs a reason on record."""

from esm.common.errors import Invalid
from governance.models import Team
from workflows.event_types.working import LimitExceeded
from workflows.models import StageVisit
from workflows.services.case import Case

CODE = "wip-limit"
IN_HAND = (StageVisit.State.ACTIVE, StageVisit.State.BLOCKED)


def in_hand(team: Team) -> int:
    """How much a team has in hand; confidential work is left out, so that nobody learns of it."""
    rows = StageVisit.objects.filter(team=team, state__in=IN_HAND, request__confidential=False)
    return rows.count()


def guard(case: Case, visit: StageVisit, reason: str) -> None:
    """Let a person take more than the team agreed on only with a reason; it is recorded.

    The team must be at hand. Teams without a limit cost no query. Raises Invalid.
    """
    limit = visit.team.wip_limit
    if limit is None or case.actor.person_id is None:
        return
    found = in_hand(visit.team)
    if found < limit:
        return
    why = reason.strip()[:2000]
    if not why:
        sentence = (
            f"{visit.team.name} has {found} in hand and agreed on {limit}."
            " Finish or put back something first, or say why this cannot wait."
        )
        raise Invalid(sentence, {"over_limit": [sentence]}, code=CODE, limit=limit, in_hand=found)
    case.note(
        LimitExceeded(
            visit=visit.seq,
            team=visit.team.key,
            limit=limit,
            in_hand=found,
            private={"why": why},
        )
    )
