"""What fills the parameters of addresses of the model."""

from collections.abc import Callable
from typing import Any

from governance.models import Decision, ElementComment
from governance.selectors import versions
from governance.selectors.people import actor_for
from governance.services.element_comments import say
from tests.permissions import making, making_outcomes
from valueflow.selectors.questions import everything

Place = Callable[[Any, Any], dict[str, Any]]
FOLDER, KIND = "decision-type", "DecisionType"


def _type_key(stage: Any) -> str:
    """The type of what the request in decision waits for."""
    request = stage.requests["deciding"]
    rows = Decision.objects.filter(subject_kind="request", subject_id=request.pk)
    return str(rows.latest("seq").type_key)


def _first(kind: str) -> str:
    """The first element of a kind that is in force."""
    version = versions.published()
    assert version is not None
    return versions.blueprint(version).keys(kind)[0]


def _thread(stage: Any) -> dict[str, Any]:
    """What the requester said on an element in force."""
    said = ElementComment.objects.first()
    if said is None:
        version = versions.published()
        assert version is not None
        actor = actor_for(stage.accounts["requester"])
        said = say(version, "Technology", _first("Technology"), body="Who says so?", actor=actor)
    return {"code": said.version.code, "number": said.number}


def _folder(code: str) -> Place:
    return lambda stage, request: {"code": code, "folder": FOLDER}


def _element(code: str) -> Place:
    return lambda stage, request: {"code": code, "folder": FOLDER, "key": _type_key(stage)}


def _of_kind(code: str) -> Place:
    return lambda stage, request: {"code": code, "kind": KIND, "key": _type_key(stage)}


def _first_question() -> str:
    return next((one.slug for one in everything.questions()), "slow")


# In what is in force, and in the draft beside it.
MODEL_PLACES: dict[str, Place] = {
    "kind": lambda stage, request: {"kind": "Team"},
    "folder": _folder("OM-2"),
    "element": _element("OM-2"),
    "kind-element": _of_kind("OM-2"),
    "department": lambda stage, request: {"key": _first("Department")},
    "question": lambda stage, request: {"slug": _first_question()},
    "question-file": lambda stage, request: {"slug": _first_question(), "kind": "xlsx"},
    "flow-view": lambda stage, request: {"pk": making_outcomes.flow_view_of(stage).pk},
    "value-file": lambda stage, request: {"kind": "json"},
    "technology": lambda stage, request: {"key": _first("Technology")},
    "thread": lambda stage, request: _thread(stage),
    "setup-key": lambda stage, request: {"key": "0" * 32},
    "start-part": lambda stage, request: {"name": "teams"},
    "body": lambda stage, request: {"key": _first("GovernanceBody")},
    "folder-element": lambda stage, request: {"folder": FOLDER, "key": _type_key(stage)},
    "kind-key": lambda stage, request: {"kind": KIND, "key": _type_key(stage)},
    "draft-folder": _folder("OM-4"),
    "new-workflow": lambda stage, request: {"code": "OM-4", "key": _first("Workflow")},
    "old-draft": lambda stage, request: {"code": "OM-9"},
    "draft-finding": lambda stage, request: making.at_finding("OM-4"),
    "draft-element": _element("OM-4"),
    "draft-kind-element": _of_kind("OM-4"),
}
