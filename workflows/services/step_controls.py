"""Controls at a step: asked when somebody completes it or hands it over."""

from collections.abc import Mapping
from typing import Any

from governance.blueprint.controls import Place
from governance.models import Person
from governance.services.controls import Watched, hold, watched
from workflows.models import StageVisit
from workflows.services.case import Case


def hold_step(case: Case, visit: StageVisit, note: str) -> None:
    """Ask the controls of the pinned version; a waiver that lets it pass is noted on the request.

    Raises NotAllowed where one is not kept and no waiver covers it.
    """
    request = case.request
    step = Place(at="stage", workflow=request.workflow_key, stage=visit.stage_key)
    if not watched(request.version, step):
        return
    place = Place(
        at="stage",
        workflow=request.workflow_key,
        stage=visit.stage_key,
        scope={
            "department": {visit.department.key},
            "service": {request.service.key},
            "subject": {request.ref},
        },
    )

    def values() -> Mapping[str, Any]:
        return {
            **case.values(),
            "workflow": request.workflow_key,
            "stage": visit.stage_key,
            "team": visit.team.key,
            "requester": _ref(request.requester_id),
            "beneficiary": _ref(request.beneficiary_id),
            "performer": case.actor.ref,
            "note": note,
        }

    thing = Watched(
        kind="request", pk=request.pk, ref=request.ref, version=request.version, actor=case.actor
    )
    for event in hold(thing, place, values):
        case.note(event)


def _ref(person_id: int | None) -> str | None:
    """How events and controls name a person; no query."""
    return Person(pk=person_id).ref if person_id else None
