"""Requests somebody may see. Every queryset starts from ``visible_to``; invisible is not there."""

from collections.abc import Sequence
from typing import Any

from django.db.models import BooleanField, Func, Q, QuerySet

from esm.common.errors import NotFound
from esm.common.rows import one
from governance.selectors import people
from workflows.models import Request

# What every page and answer about one request names.
RELATED = (
    "service",
    "offering",
    "value_stream",
    "version",
    "requester",
    "requester_department",
    "beneficiary",
)


def visible_to(user: Any) -> QuerySet[Request]:
    """The requests a user may see: by department, team or person, from one indexed array."""
    codes = people.principal_codes(user)
    if not codes:
        return Request.objects.none()
    return Request.objects.filter(principals__overlap=codes)


def checked_for(user: Any) -> QuerySet[Request]:
    """The same requests, each checked when something narrower has found it.

    A list that starts from a team or a person must not gather all that the user may see first.
    """
    codes = people.principal_codes(user)
    if not codes:
        return Request.objects.none()
    return Request.objects.filter(Checked(Q(principals__overlap=codes)))


class Checked(Func):
    """A condition that no index answers."""

    template = "(%(expressions)s) IS TRUE"
    output_field = BooleanField()


def by_ref(
    user: Any,
    ref: str,
    *,
    related: Sequence[str] = RELATED,
    only: Sequence[str] = (),
    **more: Any,
) -> Request:
    """One visible request by its number (R-10482); raises NotFound for all else.

    ``related`` are the rows and ``more`` the expressions that are read along with it; ``only``
    names the columns where not all are needed.
    """
    rows = checked_for(user).filter(number=number_of(ref)).annotate(**more)
    if related:
        rows = rows.select_related(*related)
    request = one(rows.only(*only) if only else rows)
    if request is None:
        raise NotFound("This request does not exist.")
    return request


def number_of(ref: str) -> int:
    """The number in a reference such as R-10482; raises NotFound for all else."""
    digits = ref.removeprefix("R-")
    if not ref.startswith("R-") or not _is_number(digits):
        raise NotFound("This request does not exist.")
    return int(digits)


def _is_number(text: str) -> bool:
    """Plain digits; other alphabets have digits that are no number."""
    return text.isascii() and text.isdigit() and len(text) <= 9


def asked_by(user: Any) -> QuerySet[Request]:
    """What the user's person asked for, or others for them, newest first."""
    person = people.person_for(user)
    if person is None:
        return Request.objects.none()
    asked = Q(requester=person) | Q(beneficiary=person)
    return checked_for(user).filter(asked).order_by("-id")


def bounded_count(rows: QuerySet[Any], limit: int = 1000) -> tuple[int, bool]:
    """How many, and whether there are more than the bound: long counts cost too much."""
    found = rows.order_by()[: limit + 1].count()
    return min(found, limit), found > limit
