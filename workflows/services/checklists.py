"""Ticking the items that the model asks for on a step; who and when is recorded."""

from django.db import transaction

from esm.common.errors import Invalid, InvalidState, NotFound
from esm.events.actors import Actor
from governance import policies
from governance.policies import Scope
from workflows.event_types.working import ChecklistTicked, ChecklistUnticked
from workflows.models import StageVisit
from workflows.selectors import checklists
from workflows.services.case import Case

TICKABLE = (StageVisit.State.ACTIVE, StageVisit.State.BLOCKED)


@transaction.atomic
def tick_item(request_id: int, seq: int, *, item: str, done: bool, actor: Actor) -> StageVisit:
    """Tick an item of a visit's checklist or take the tick back; nothing where it is so already.

    Raises NotFound for an item the step does not ask for, NotAllowed for all but who took the
    step, InvalidState once the step has ended.
    """
    case = Case.open(request_id, actor)
    visit = case.visit(seq)
    found = checklists.of_visit(case.blueprint, case.request, visit)
    wanted = next((i for i in found.items if i.key == item), None)
    if wanted is None:
        raise NotFound("This step has no such item.")
    scope = Scope(team_id=visit.team_id, holder_id=visit.holder_id or 0)
    policies.require(actor, "visit.tick", scope)
    if visit.state not in TICKABLE:
        raise InvalidState(f"This step is {visit.get_state_display()}; its checklist is closed.")
    if wanted.done == done:
        return visit
    ticked = dict(visit.ticked)
    if done:
        ticked[item] = {"by": actor.ref, "at": case.now.isoformat()}
    else:
        del ticked[item]
    visit.ticked = ticked
    StageVisit.objects.filter(pk=visit.pk).update(ticked=ticked)
    event = ChecklistTicked if done else ChecklistUnticked
    case.note(event(visit=visit.seq, stage=visit.stage_key, item=item))
    case.save()
    return visit


def require_done(case: Case, visit: StageVisit) -> None:
    """Raises Invalid naming each *must* item that is open: the step cannot be finished yet."""
    gaps = checklists.of_visit(case.blueprint, case.request, visit).open_musts
    if not gaps:
        return
    listed = "; ".join(item.text for item in gaps)
    raise Invalid(
        f"This step cannot be finished yet. Still open on its checklist: {listed}.",
        {"checklist": [f"Still open: {item.text}" for item in gaps]},
        code="checklist-open",
        missing=[item.key for item in gaps],
    )
