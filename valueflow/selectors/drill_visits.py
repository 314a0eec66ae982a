"""Visits of steps that need a skill, themselves or by the role that answers for them."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import Q, QuerySet

from governance.blueprint import coverage as core
from governance.blueprint.coverage import Covered
from governance.blueprint.kinds import Role
from governance.selectors import versions
from valueflow.models import FactVisit
from valueflow.selectors import population
from valueflow.selectors.scope import FlowScope


def visits(scope: FlowScope) -> QuerySet[FactVisit]:
    """Visits of steps that were entered in the period."""
    return FactVisit.objects.filter(
        fact__in=population.within(scope).order_by(),
        entered_at__gte=scope.start,
        entered_at__lt=scope.end,
    )


def places_of(rows: Iterable[Covered]) -> tuple[set[tuple[str, str]], set[str]]:
    """Where needs stand: stages as (workflow, stage), and roles."""
    stages, roles = set(), set()
    for row in rows:
        if row.need.kind == Role.__name__:
            roles.add(row.need.key)
        else:
            stages.add((row.need.key, row.need.stage))
    return stages, roles


def needing(rows: QuerySet[Any], extra: Mapping[str, str]) -> QuerySet[Any]:
    """Visits that need the skill that ``extra`` names; all where none is named."""
    skill = extra.get("skill", "")
    if not skill:
        return rows
    version = versions.current()
    found = core.coverage(versions.blueprint(version), {}) if version else []
    stages, roles = places_of(row for row in found if row.need.need.skill == skill)
    wanted = Q(role__in=roles)
    for workflow, stage in sorted(stages):
        wanted |= Q(fact__workflow=workflow, stage=stage)
    return rows.filter(wanted)
