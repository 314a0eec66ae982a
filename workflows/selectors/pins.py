"""Steps of a request by the version they were done under: it may follow another one since."""

from collections.abc import Iterator

from governance.blueprint.blueprint import Blueprint
from governance.blueprint.kinds import Role
from governance.blueprint.kinds.workflows import HandoffAgreement, Stage, Workflow
from governance.selectors import versions
from workflows.models import Request, RequestMigration, StageVisit


def blueprint_of(request: Request, visit: StageVisit) -> Blueprint:
    """The model a visit was done under."""
    return versions.blueprint(visit.version_id or request.version_id)


def stage_of(request: Request, visit: StageVisit) -> Stage:
    """The step of a visit, as the version says under which it was done."""
    return blueprint_of(request, visit).stage(request.workflow_key, visit.stage_key)


def find_stage(request: Request, key: str) -> Stage | None:
    """A step by key: of the version the request follows, else of one it followed before.

    A query only where the first does not know it; so with the two below.
    """
    for model in _models(request):
        workflow = model.peek(Workflow, request.workflow_key)
        for stage in workflow.stages if workflow is not None else ():
            if stage.key == key:
                return stage
    return None


def stage_name(request: Request, key: str) -> str:
    """What a step is called; its key where no version knows it."""
    found = find_stage(request, key)
    return str(found.name) if found is not None else key


def find_agreement(request: Request, key: str) -> HandoffAgreement | None:
    """A handoff agreement of the version the request follows, else of one it followed before."""
    found = (model.peek(HandoffAgreement, key) for model in _models(request))
    return next((one for one in found if one is not None), None)


def role_name(request: Request, key: str) -> str:
    """What a role is called; its key where no version knows it."""
    found = (model.peek(Role, key) for model in _models(request))
    return next((str(one.name) for one in found if one is not None), key)


def _models(request: Request) -> Iterator[Blueprint]:
    yield versions.blueprint(request.version_id)
    rows = RequestMigration.objects.filter(request=request).order_by("-seq")
    for pair in rows.values_list("before_version_id", "version_id"):
        yield from (versions.blueprint(pk) for pk in pair if pk != request.version_id)
