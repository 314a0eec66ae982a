"""Definition of ready: are the entry criteria of an agreement met by what the request holds?"""

from dataclasses import asdict, dataclass
from typing import Any

from esm.common.expressions import holds
from governance.blueprint.kinds.workflows import HandoffAgreement
from workflows.models import Request
from workflows.selectors.variables import values_of

ABSENT: tuple[Any, ...] = (None, "", [], {})


@dataclass(frozen=True)
class Check:
    """One criterion and how it came out; ``ok`` is None where a person has to look."""

    key: str
    text: str
    severity: str
    ok: bool | None
    how: str
    return_reason: str

    def data(self) -> dict[str, Any]:
        """What is kept on the handoff."""
        return asdict(self)


def check(agreement: HandoffAgreement | None, request: Request) -> list[Check]:
    """Check every criterion of an agreement against the request as it is now."""
    if agreement is None:
        return []
    values = values_of(request)
    result = []
    for criterion in agreement.criteria:
        ok: bool | None
        how = "system"
        if criterion.kind == "field":
            ok = request.data.get(criterion.field) not in ABSENT
        elif criterion.kind == "expression":
            ok = holds(criterion.expression, values)
        elif criterion.kind == "attachment":
            ok = _has_file(request, criterion.field)
        else:
            ok, how = None, "person"
        result.append(
            Check(
                criterion.key, criterion.text, criterion.severity, ok, how, criterion.return_reason
            )
        )
    return result


def _has_file(request: Request, field: str) -> bool:
    files = (file for file in request.attachments.all() if file.removed_at is None)
    return any(not field or file.field_key == field for file in files)


def missing(checks: list[Check]) -> list[Check]:
    """The *must* criteria that do not hold: with one of them work does not leave."""
    return [c for c in checks if c.severity == "must" and c.ok is False]


def complete(checks: list[Check]) -> bool:
    """True if every criterion was checked by the system and holds."""
    return all(c.ok is True or c.severity == "should" for c in checks)
