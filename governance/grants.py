"""Exceptions: this row is shared with that person. The only module that calls guardian.

guardian's rows are the truth; the array by which lists are read is refreshed through the hook its
app registered, in the same transaction. A grant is given to every account of the person.
"""

from collections.abc import Iterable

from django.db.models import Model
from guardian.shortcuts import assign_perm, get_user_perms, remove_perm
from guardian.utils import get_user_obj_perms_model

from governance.models import Person
from governance.registries import refresh_visibility


def _permission(row: Model, action: str) -> str:
    return f"{action}_{row._meta.model_name}"


def grant(row: Model, person: Person, *, action: str = "view") -> bool:
    """Share ``row`` with every account of ``person``; False when it was shared already."""
    permission = _permission(row, action)
    changed = False
    for user in person.users.all():
        if permission not in get_user_perms(user, row):
            assign_perm(permission, user, row)
            changed = True
    if changed:
        refresh_visibility(row._meta.label_lower, [row.pk])
    return changed


def revoke(row: Model, person: Person, *, action: str = "view") -> bool:
    """Take the exception back; False when there was none."""
    permission = _permission(row, action)
    changed = False
    for user in person.users.all():
        if permission in get_user_perms(user, row):
            remove_perm(permission, user, row)
            changed = True
    if changed:
        refresh_visibility(row._meta.label_lower, [row.pk])
    return changed


def granted_persons(
    model: type[Model], pks: Iterable[int], *, action: str = "view"
) -> dict[int, set[int]]:
    """Person ids by row for the exceptions on rows of ``model``; one query."""
    rows = get_user_obj_perms_model(model).objects.filter(
        content_object_id__in=list(pks), permission__codename=f"{action}_{model._meta.model_name}"
    )
    found: dict[int, set[int]] = {}
    for row_id, person_id in rows.values_list("content_object_id", "user__persons"):
        if person_id is not None:
            found.setdefault(row_id, set()).add(person_id)
    return found
