"""Steps that were completed, as controls that detect look at them at night."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models.functions import Coalesce

from governance.blueprint.controls import Place, bound
from governance.models import ModelVersion, Person
from governance.registries import register_observer, register_using
from governance.selectors.versions import blueprint
from workflows.models import StageVisit
from workflows.selectors.variables import values_of


@dataclass(frozen=True, slots=True)
class ObservedStep:
    """A step that somebody completed, with what tests of controls read."""

    version: ModelVersion
    place: Place
    values: Mapping[str, Any]
    happened_at: datetime
    subject_id: int
    subject_ref: str
    part: str
    subject_kind: str = "request"
    decision_id: None = None


def steps(since: datetime, until: datetime) -> Sequence[ObservedStep]:
    """Steps completed since then at which a control detects something."""
    rows = StageVisit.objects.filter(
        state=StageVisit.State.DONE, ended_at__gte=since, ended_at__lte=until
    )
    related = (
        "version",
        "request__version",
        "request__service",
        "request__offering",
        "team",
        "department",
    )
    found = []
    for visit in rows.select_related(
        *related, "department", "request__requester_department"
    ).order_by("pk"):
        request = visit.request
        workflow, stage = request.workflow_key, visit.stage_key
        asked = Place(at="stage", workflow=workflow, stage=stage)
        if bound(blueprint(visit.version or request.version), asked, "detect"):
            found.append(_observed(visit))
    return found


def _observed(visit: StageVisit) -> ObservedStep:
    request = visit.request
    scope = {
        "department": {visit.department.key},
        "service": {request.service.key},
        "subject": {request.ref},
    }
    return ObservedStep(
        version=visit.version or request.version,
        place=Place(at="stage", workflow=request.workflow_key, stage=visit.stage_key, scope=scope),
        values={
            **values_of(request),
            "workflow": request.workflow_key,
            "stage": visit.stage_key,
            "team": visit.team.key,
            "requester": _ref(request.requester_id),
            "beneficiary": _ref(request.beneficiary_id),
            "performer": _ref(visit.holder_id),
            "note": None,
        },
        happened_at=visit.ended_at or request.submitted_at,
        subject_id=request.pk,
        subject_ref=request.ref,
        part=str(visit.seq),
    )


def _ref(person_id: int | None) -> str | None:
    return Person(pk=person_id).ref if person_id else None


def worked_under(people: Mapping[int, Collection[int]]) -> set[tuple[int, int]]:
    """Version and person, of these people by version, who finished a step under it; one query."""
    of = Coalesce("version_id", "request__version_id")
    everybody = {one for each in people.values() for one in each}
    rows = StageVisit.objects.filter(holder_id__in=everybody, state=StageVisit.State.DONE)
    under = rows.order_by().annotate(of=of).filter(of__in=list(people))
    pairs = under.values_list("of", "holder_id").distinct()
    return {(of, one) for of, one in pairs if one is not None and one in people[of]}


def register() -> None:
    """Controls look at steps, and so does who asks who works by a version; called at start."""
    register_observer("steps", steps)
    register_using("steps", worked_under)
