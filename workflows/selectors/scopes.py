"""What the policies need to know of a request."""

from governance.policies import Scope
from workflows.models import Request


def scope_of(request: Request) -> Scope:
    """Who asked, who may see it, and, where persons alone may, the teams it came to.

    A query for a confidential request whose visits were not read yet, none for others.
    """
    came_to: tuple[int, ...] = ()
    if request.confidential:
        came_to = tuple({visit.team_id for visit in request.visits.all()})
    return Scope(
        requester_id=request.requester_id,
        beneficiary_id=request.beneficiary_id or 0,
        principals=tuple(request.principals),
        came_to=came_to,
    )
