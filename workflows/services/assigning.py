"""A lead gives waiting work to a member of the team."""

from django.db import transaction

from esm.common.errors import Invalid
from esm.events.actors import Actor
from governance import policies
from governance.models import Absence, Person
from governance.selectors import people
from workflows.event_types.working import VisitAssigned
from workflows.models import StageVisit
from workflows.services import limits, stages
from workflows.services.case import Case


@transaction.atomic
def assign_visit(
    request_id: int, seq: int, *, to: Person, over_limit: str = "", actor: Actor
) -> StageVisit:
    """Let a member of its team hold a queued step; anybody of the team may name themselves.

    Raises NotAllowed for all but leads, Invalid for somebody who is not in the team or away.
    """
    case = Case.open(request_id, actor)
    visit = case.visit(seq)
    own = actor.person_id == to.pk
    policies.require(actor, "visit.claim" if own else "visit.assign", stages.scope_of(visit))
    check_member(case, visit, to)
    stages.need_queued(visit)
    limits.guard(case, visit, over_limit)
    stages.begin(case, visit, holder_id=to.pk, holder=to.ref)
    if not own:
        case.note(VisitAssigned(visit=visit.seq, to=to.ref))
    case.save()
    return visit


def check_member(case: Case, visit: StageVisit, to: Person) -> None:
    """Refuse who is not in the team of a step, or away. Raises Invalid."""
    if not to.active or not people.is_member(to.pk, visit.team_id):
        sentence = f"Choose somebody who works in {visit.team.name}."
        raise Invalid(sentence, {"to": [sentence]})
    if Absence.objects.filter(person=to, valid__contains=case.now).exists():
        sentence = f"{to.name} is away now; choose somebody who is here."
        raise Invalid(sentence, {"to": [sentence]})
