"""Turns a version's elements into the identity rows that work, people and grants point at.

Rows are never deleted: what the new version no longer names is retired. Every projector is
rebuildable: running it again changes nothing.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from esm.common import clock
from esm.common.errors import NotFound
from governance.blueprint import kinds
from governance.blueprint.blueprint import Blueprint
from governance.models import Department, ModelVersion, Role, Team
from governance.models.people import Projected
from governance.registries import Projection, projectors
from governance.selectors.versions import blueprint, published

COLOURS = 10


def upsert_rows(
    model: type[Projected], rows: Mapping[str, Mapping[str, Any]], at: datetime
) -> Projection:
    """Make the rows of ``model`` those of ``rows`` (fields by key); at most four queries.

    A row that comes back after retirement keeps its id. ``at`` is when the others retire.
    """
    manager = model._default_manager
    known = {row.key: row for row in manager.all()}
    added = [model(key=key, **fields) for key, fields in rows.items() if key not in known]
    changed: list[Projected] = []
    names: set[str] = set()
    for key, fields in rows.items():
        row = known.get(key)
        if row is None:
            continue
        wanted = {**fields, "retired_at": None}
        different = [name for name, value in wanted.items() if getattr(row, name) != value]
        for name in different:
            setattr(row, name, wanted[name])
        if different:
            names |= set(different)
            changed.append(row)
    gone = [row for key, row in known.items() if key not in rows and row.retired_at is None]
    if added:
        manager.bulk_create(added)
    if changed:
        manager.bulk_update(changed, sorted(names))
    if gone:
        manager.filter(pk__in=[row.pk for row in gone]).update(retired_at=at)
    return Projection(
        added=tuple(sorted(row.key for row in added)),
        changed=tuple(sorted(row.key for row in changed)),
        retired=tuple(sorted(row.key for row in gone)),
    )


def moment_of(version: ModelVersion) -> datetime:
    """When what this version no longer names is retired."""
    return version.published_at or clock.now()


def project_departments(version: ModelVersion, bp: Blueprint) -> Projection:
    """Departments; the first ten by order and key get a colour, the others none."""
    specs = bp.find(kinds.Department)
    ordered = sorted(specs, key=lambda key: (specs[key].order, key))
    slots = {key: place if place <= COLOURS else 0 for place, key in enumerate(ordered, start=1)}
    rows = {
        key: {"name": spec.name, "code": spec.code[:12], "slot": slots[key]}
        for key, spec in specs.items()
    }
    done = upsert_rows(Department, rows, moment_of(version))
    ids = dict(Department.objects.values_list("key", "pk"))
    for department in Department.objects.filter(key__in=specs):
        parent_key = specs[department.key].parent
        parent_id = ids[parent_key] if parent_key else None
        if department.parent_id != parent_id:
            Department.objects.filter(pk=department.pk).update(parent_id=parent_id)
    return done


def project_teams(version: ModelVersion, bp: Blueprint) -> Projection:
    """Teams with their department, the calendar they work by and their limit of work."""
    departments = dict(Department.objects.values_list("key", "pk"))
    rows = {
        key: {
            "name": spec.name,
            "department_id": departments[spec.department],
            "calendar_key": bp.team_calendar(key),
            "wip_limit": spec.wip_limit,
        }
        for key, spec in bp.find(kinds.Team).items()
    }
    return upsert_rows(Team, rows, moment_of(version))


def project_roles(version: ModelVersion, bp: Blueprint) -> Projection:
    """Roles with their department, category and what narrows a holding."""
    departments = dict(Department.objects.values_list("key", "pk"))
    rows = {
        key: {
            "name": spec.name,
            "department_id": departments[spec.department] if spec.department else None,
            "category": spec.category,
            "focus": "" if spec.focus == "none" else spec.focus,
        }
        for key, spec in bp.find(kinds.Role).items()
    }
    return upsert_rows(Role, rows, moment_of(version))


def project(version: ModelVersion, bp: Blueprint) -> dict[str, Projection]:
    """Run every registered projector in the order of kinds, inside the caller's transaction."""
    return {kind: func(version, bp) for kind, func in projectors()}


def project_published() -> dict[str, Projection]:
    """Rebuild all identity rows from the version in force. Raises NotFound without one."""
    with transaction.atomic():
        version = published()
        if version is None:
            raise NotFound("No version of the model is published yet.")
        return project(version, blueprint(version))
