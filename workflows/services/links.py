"""A request that asks another team for a part of what somebody asked for."""

from esm.common.errors import Invalid, InvalidState
from esm.events.actors import Actor
from governance import policies
from workflows.event_types.following import RequestLinked
from workflows.models import Request
from workflows.selectors.scopes import scope_of
from workflows.services.case import Case

DEEPEST = 3


def open_parent(parent: Request, *, actor: Actor) -> Case:
    """Lock the request of which a part is asked; it is open and at most three deep."""
    case = Case.open(parent.pk, actor)
    above = case.request
    policies.require(actor, "request.link", scope_of(above))
    if not above.is_open:
        raise InvalidState("Another team can be asked while the request is open.", allowed=[])
    if _depth(above) >= DEEPEST:
        raise Invalid("This is a part of a part already; ask for it on the request above.")
    return case


def _depth(request: Request) -> int:
    """1 for a request that is no part; at most as many look-ups as parts may be deep."""
    depth, above = 1, request.parent
    while above is not None:
        depth, above = depth + 1, above.parent
    return depth


def note_child(case: Case, child: Request) -> None:
    """Put the new part on record where it was asked for."""
    case.note(RequestLinked(private={"ref": child.ref}))
    case.save()
