"""A lead gives held work to another member of the team, or back to the team's queue."""

from django.db import transaction

from esm.common.errors import Invalid, InvalidState
from esm.events.actors import Actor
from governance import policies
from governance.models import Person
from workflows.event_types import VisitReleased
from workflows.event_types.working import TaskReassigned
from workflows.models import StageVisit, Task
from workflows.services import assigning, sessions, stages, visibility
from workflows.services.case import Case, fields_of

MAX_REASON = 1_000
WHY = "Say why, in at most 1,000 characters; both of them read it."


@transaction.atomic
def reassign_visit(
    request_id: int, seq: int, *, to: Person | None, reason: str, actor: Actor
) -> StageVisit:
    """Give a held step to a member of its team; without ``to`` back into the team's queue.

    Raises NotAllowed for all but leads of the team, Invalid without a reason or for somebody who
    cannot take it, InvalidState where nobody holds it, or where it waits for an answer and has to
    be somebody's.
    """
    reason = reason.strip()
    if not reason or len(reason) > MAX_REASON:
        raise Invalid(WHY, {"reason": [WHY]})
    case = Case.open(request_id, actor)
    visit = case.visit(seq)
    policies.require(actor, "visit.reassign", stages.scope_of(visit))
    _check(case, visit, to)
    giver = f"P-{visit.holder_id}"
    sessions.end(case, visit, "released")
    visit.tasks.filter(state=Task.State.CLAIMED).update(
        state=Task.State.CANCELLED, ended_at=case.now
    )
    visit.holder_id = to.pk if to else None
    if to is None:
        visit.state = StageVisit.State.QUEUED
        case.note(VisitReleased(visit=visit.seq))
    else:
        _claim(case, visit, to)
    StageVisit.objects.filter(pk=visit.pk).update(**fields_of(visit, "state", "holder_id"))
    receiver = to.ref if to else ""
    case.note(
        TaskReassigned(visit=visit.seq, giver=giver, receiver=receiver, private={"reason": reason})
    )
    case.save()
    return visit


def _check(case: Case, visit: StageVisit, to: Person | None) -> None:
    if visit.holder_id is None or visit.state not in ("active", "blocked"):
        raise InvalidState("Nobody holds this step now.")
    if to is None:
        if visit.state == StageVisit.State.BLOCKED:
            raise InvalidState("It waits for an answer, so it has to be somebody’s: choose who.")
        return
    if to.pk == visit.holder_id:
        sentence = f"{to.name} holds it already; choose somebody else."
        raise Invalid(sentence, {"to": [sentence]})
    assigning.check_member(case, visit, to)


def _claim(case: Case, visit: StageVisit, to: Person) -> None:
    Task.objects.create(
        visit=visit,
        seq=visit.tasks.count() + 1,
        title=case.blueprint.stage(case.request.workflow_key, visit.stage_key).name,
        state=Task.State.CLAIMED,
        assignee_id=to.pk,
        created_at=case.now,
    )
    visibility.take_part(case, to.pk)
