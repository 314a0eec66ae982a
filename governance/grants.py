"""Exceptions: this row is shared with that person. The only module that calls guardian.

guardian's rows are the truth; the array by which lists are read is refreshed through the hook its
app registered, in the same transaction. A grant is given to every account of the person.
"""

from collections.abc import Iterable
from typing import Any

from django.db.models import Model
from guardian.shortcuts import assign_perm, get_user_perms, remove_perm
from guardian.utils import get_user_obj_perms_model

from governance.models import Person
from governance.registries import refresh_visibility


def grant(permission: str, row: Model, person: Person) -> bool:
    """Give ``permission`` ("view_request") on ``row`` to every account of ``person``.

    False when they had it already.
    """
    changed = False
    for user in person.users.all():
        if permission not in get_user_perms(user, row):
            assign_perm(permission, user, row)
            changed = True
    if changed:
        refresh_visibility(row._meta.label_lower, [row.pk])
    return changed


def revoke(permission: str, row: Model, person: Person) -> bool:
    """Take the exception back; False when there was none."""
    changed = False
    for user in person.users.all():
        if permission in get_user_perms(user, row):
            remove_perm(permission, user, row)
            changed = True
    if changed:
        refresh_visibility(row._meta.label_lower, [row.pk])
    return changed


def granted_persons(permission: str, model: type[Model], pks: Iterable[int]) -> dict[int, set[int]]:
    """Person ids by row for the exceptions on rows of ``model``; one query."""
    table: Any = get_user_obj_perms_model(model)  # type: ignore[arg-type]
    rows = table.objects.filter(content_object_id__in=list(pks), permission__codename=permission)
    found: dict[int, set[int]] = {}
    for row_id, person_id in rows.values_list("content_object_id", "user__persons"):
        if person_id is not None:
            found.setdefault(row_id, set()).add(person_id)
    return found
