"""What tests of controls read at a place; names and types: ``governance.blueprint.variables``."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from governance.models import Decision, Membership, Person, Role


def decision_values(
    decision: Decision, given: Mapping[str, Any], *, decider: str, outcome: str, rationale: str,
    conditions: str,
) -> dict[str, Any]:  # fmt: skip
    """What tests of controls at a decision read."""
    return {
        **given,
        "decision_type": decision.type_key,
        "outcome": outcome,
        "amount": decision.amount,
        "currency": decision.currency,
        "department": decision.department_key,
        "service": decision.service_key,
        "role": decision.role_key,
        "requester": decision.requester.ref,
        "beneficiary": decision.beneficiary.ref if decision.beneficiary else None,
        "decider": decider,
        "conditions": conditions,
        "rationale": rationale,
    }


def assignment_values(
    person: Person,
    role: Role,
    valid: Any,
    *,
    given_by: str | None,
    focus_kind: str,
    focus: str,
    held: Iterable[str],
) -> dict[str, Any]:
    """What tests of controls at giving a role read; ``held`` are the other roles of that time."""
    works = Membership.objects.filter(person=person, valid__overlap=valid)
    places = list(works.values_list("team__key", "team__department__key"))
    return {
        "role": role.key,
        "person": person.ref,
        "given_by": given_by,
        "focus_kind": focus_kind,
        "focus": focus,
        "held": sorted(set(held)),
        "teams": sorted({team for team, _ in places}),
        "departments": sorted({department for _, department in places}),
        "until": _day(valid.upper),
    }


def _day(moment: datetime | None) -> date | None:
    return moment.date() if moment is not None else None
