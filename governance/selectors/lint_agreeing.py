"""What the checks ask of how versions are agreed and taken in: who has not read, who objects."""

from dataclasses import replace
from datetime import datetime

from governance.blueprint.blueprint import Blueprint
from governance.blueprint.lint.facts import Flow
from governance.models import Acknowledgement, ModelVersion, Objection
from governance.selectors import change_rules


def agreeing_part(bp: Blueprint, at: datetime, flow: Flow) -> Flow:
    """Acknowledgements of the version in force, and objections that are open; three queries.

    Of a version for which nobody was asked nothing is said.
    """
    version = ModelVersion.objects.filter(state=ModelVersion.State.PUBLISHED).first()
    if version is None:
        return flow
    rows = Acknowledgement.objects.filter(version=version, person__active=True).order_by("pk")
    asked = list(rows.values_list("person_id", "given_at", "due_at"))
    began = version.published_at
    in_time = [given for _pk, given, _due in asked if given and began and given <= began]
    late = [pk for pk, given, due in asked if given is None and due < at]
    return replace(
        flow,
        acknowledged=(len(in_time), len(asked)) if asked else None,
        overdue=tuple(f"P-{pk}" for pk in late),
        objections=_objections(bp, at),
    )


def _objections(bp: Blueprint, at: datetime) -> dict[str, int]:
    """Working days for which each open objection has been open."""
    rows = Objection.objects.filter(state__in=Objection.OPEN).order_by("pk")
    found = list(rows.values_list("version__code", "number", "raised_at"))
    if not found:
        return {}
    days = change_rules.days_of(bp)
    return {f"{code}, {number}": days.between(raised, at) for code, number, raised in found}
