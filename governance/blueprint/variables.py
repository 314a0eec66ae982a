"""The case variables that conditions may use: the answers of a form and facts of every request."""

from collections.abc import Iterable, Mapping

from esm.common.expressions import VarType
from governance.blueprint.kinds import Offering
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
