"""Requests as the subjects of notices: who may still see them, and how they are named."""

from collections.abc import Collection, Mapping

from esm.accounts.models import User
from esm.common.errors import NotFound
from esm.notices.registries import Line
from governance.selectors import people
from workflows.models import Request
from workflows.selectors import requests


def find(user: User, name: str) -> int | None:
    """The pk of a visible request by its number; None when it is hidden or missing."""
    try:
        return requests.by_ref(user, name).pk
    except NotFound:
        return None


def visible(person_id: int, pks: Collection[int]) -> set[int]:
    """Those that a person may see at this moment."""
    codes = people.codes_of_person(person_id)
    if not codes or not pks:
        return set()
    rows = Request.objects.filter(pk__in=pks, principals__overlap=codes)
    return set(rows.values_list("pk", flat=True))


def seen(user: User, pks: Collection[int]) -> set[int]:
    """Those that the account that asks may see."""
    return set(requests.checked_for(user).filter(pk__in=pks).values_list("pk", flat=True))


def lines(pks: Collection[int]) -> Mapping[int, Line]:
    """Number, title and the requester's department; a confidential one is named by its service."""
    rows = Request.objects.filter(pk__in=pks).select_related("service", "requester_department")
    found = {}
    for row in rows:
        department = row.requester_department
        found[row.pk] = Line(
            name=row.ref,
            title=row.service.name if row.confidential else row.title,
            url=f"/requests/{row.ref}/",
            code=department.code if department else "",
            slot=department.slot if department else 0,
        )
    return found
