"""The variables that conditions and controls may use: answers of a form, facts of the case."""

from collections.abc import Iterable, Mapping

from esm.common.expressions import VarType
from governance.blueprint.kinds import Control, Offering
from governance.blueprint.kinds.controls import At
from governance.blueprint.kinds.services import FieldType

CASE_VARIABLES: Mapping[str, VarType] = {
    "amount": VarType.NUMBER,
    "currency": VarType.TEXT,
    "department": VarType.TEXT,
    "service": VarType.TEXT,
    "offering": VarType.TEXT,
}

_TYPES: Mapping[FieldType, VarType] = {
    "text": VarType.TEXT,
    "textarea": VarType.TEXT,
    "money": VarType.NUMBER,
    "number": VarType.NUMBER,
    "choice": VarType.TEXT,
    "choices": VarType.TEXTS,
    "boolean": VarType.BOOLEAN,
    "date": VarType.DATE,
    "file": VarType.FILE,
}


def form_variables(offering: Offering) -> dict[str, VarType]:
    """Name and type of every answer of an offering's form."""
    return {field.key: _TYPES[field.type] for field in offering.form.all_fields()}


def case_variables(offerings: Iterable[Offering]) -> dict[str, VarType]:
    """What a workflow's conditions may use: facts of a request and answers of its forms.

    A name that two forms type differently is checked when it is evaluated.
    """
    names = dict(CASE_VARIABLES)
    for offering in offerings:
        for name, kind in form_variables(offering).items():
            names[name] = kind if names.get(name, kind) == kind else VarType.ANY
    return names


TEXT, NUMBER, YES = VarType.TEXT, VarType.NUMBER, VarType.BOOLEAN

# What happens at a place that controls hold at. Persons are references such as ``P-17``, teams,
# roles, departments and services their keys.
OF_PLACE: Mapping[At, Mapping[str, VarType]] = {
    "decision": {
        "decision_type": TEXT, "outcome": TEXT, "amount": NUMBER, "currency": TEXT,
        "department": TEXT, "service": TEXT, "role": TEXT, "requester": TEXT, "beneficiary": TEXT,
        "decider": TEXT, "conditions": TEXT, "rationale": TEXT,
    },
    "stage": {
        "workflow": TEXT, "stage": TEXT, "team": TEXT, "requester": TEXT, "beneficiary": TEXT,
        "performer": TEXT, "note": TEXT,
    },
    "assignment": {
        "role": TEXT, "person": TEXT, "given_by": TEXT, "focus_kind": TEXT, "focus": TEXT,
        "held": VarType.TEXTS, "teams": VarType.TEXTS, "departments": VarType.TEXTS,
        "until": VarType.DATE,
    },
    "publish": {
        "version": TEXT, "kind": TEXT, "author": TEXT, "published_by": TEXT,
        "without_consent": YES, "release_note": TEXT, "changes": NUMBER, "blockers": NUMBER,
        "errors": NUMBER,
    },
}  # fmt: skip


def control_variables(control: Control, offerings: Iterable[Offering]) -> dict[str, VarType]:
    """Names and types that the test of a control may use.

    At a decision and at a step the answers of the forms are there, too; facts of the case win over
    answers of the same name.
    """
    answers = case_variables(offerings) if control.at in ("decision", "stage") else {}
    return {**answers, **OF_PLACE[control.at]}
