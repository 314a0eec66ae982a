"""Asking for the same again: a draft with the answers of before that are still asked."""

from dataclasses import dataclass

from django.db import transaction

from catalog.models import Draft
from catalog.selectors import beneficiaries
from catalog.services import drafts
from esm.common.errors import InvalidState, NotAllowed
from governance.blueprint.kinds import Offering
from governance.models import Person
from governance.selectors import people, versions
from workflows.models import Request

NOT_YOURS = "Only the person who asked, or for whom it is, can ask for it again."


@dataclass(frozen=True)
class Again:
    """What a new request starts from: the answers taken over, and how many were not."""

    spec: Offering
    data: dict[str, object]
    left_out: int
    whom: Person | None = None


def answers_again(request: Request, *, user: people.Account) -> Again:
    """The answers of a request that the form in force still asks for and takes; no files.

    Raises NotAllowed for somebody else's, InvalidState for what is no longer offered.
    """
    person = people.person_for(user)
    if person is None or person.pk not in request.askers:
        raise NotAllowed(NOT_YOURS)
    version = versions.published()
    bp = versions.blueprint(version) if version else None
    spec = bp.peek(Offering, request.offering.key) if bp else None
    if spec is None:
        raise InvalidState(f"“{request.offering.name}” is no longer offered.", allowed=[])
    data = drafts.answers_still_asked(spec, request.data)
    return Again(spec, data, len(request.data) - len(data), _whom(request, spec, person))


def _whom(request: Request, spec: Offering, person: Person) -> Person | None:
    """For whom it was asked, where the same person may ask for them again."""
    whom = request.beneficiary
    if whom is None or person.pk != request.requester_id:
        return None
    return beneficiaries.by_key(spec, person, whom.key)


@transaction.atomic
def draft_again(request: Request, *, user: people.Account) -> Draft:
    """Begin a draft from a former request of one's own.

    Raises as ``answers_again``, and NotAllowed for who may no longer ask for it.
    """
    again = answers_again(request, user=user)
    person = people.person_for(user)
    draft = drafts.start_draft(request.offering, user=user, person=person, data=again.data)
    if again.whom is not None:
        draft = drafts.set_beneficiary(draft.pk, again.whom.key, user=user)
    return draft
