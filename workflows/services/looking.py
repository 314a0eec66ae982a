"""Writing down who read a request without having a part in it."""

from governance.policies import codes_of
from governance.selectors import people
from governance.services import lookups
from workflows.models import Request


def look_at_request(user: people.Account, request: Request) -> bool:
    """Somebody read what a request says; whether it was written down.

    Not for who asked, is named on it, or is in a team or department it came to: only who sees it
    because their account sees all departments.
    """
    facts = people.facts_for(user)
    sight = lookups.sight_of(facts)
    if sight is None:
        return False
    codes = codes_of(people.actor_for(user), facts)
    person = people.person_for(user)
    asks = person is not None and person.pk in request.askers
    if asks or not codes.isdisjoint(request.principals):
        return False
    kind, about = lookups.Kind.REQUEST, request.requester_id
    subject = (request.CHAIN, request.pk)
    return lookups.note(
        user, kind=kind, ref=request.ref, sight=sight, about_id=about, subject=subject
    )
