"""Templates of requests somebody may start from."""

from django.db.models import Q, QuerySet

from catalog.models import RequestTemplate
from catalog.selectors.portal import offerings_for
from esm.common.errors import NotFound
from governance.selectors import sharing
from governance.selectors.people import Account

PAGE = 50
OFFERED = 8


def visible_to(user: Account) -> QuerySet[RequestTemplate]:
    """Templates of what the user may ask for: their own, those of their teams, of everyone."""
    rows = RequestTemplate.objects.filter(offering__in=offerings_for(user).values("pk"))
    return sharing.shared_with(user, rows).select_related("offering__service")


def of_service(user: Account, key: str) -> list[RequestTemplate]:
    """The first of a service, by name."""
    return list(
        visible_to(user).filter(offering__service__key=key).order_by("name", "pk")[:OFFERED]
    )


def by_number(user: Account, number: int) -> RequestTemplate:
    """One of them. Raises NotFound, for hidden, removed and missing alike."""
    found = visible_to(user).filter(pk=number).first()
    if found is None:
        raise NotFound("This template does not exist.")
    return found


def page_of(user: Account, after: str = "") -> tuple[list[RequestTemplate], str]:
    """One page by name and where the next one begins."""
    rows = visible_to(user).order_by("name", "pk")
    mark = rows.filter(pk=int(after)).first() if after.isdecimal() and len(after) < 10 else None
    if mark is not None:
        rows = rows.filter(Q(name__gt=mark.name) | Q(name=mark.name, pk__gt=mark.pk))
    found = list(rows[: PAGE + 1])
    return found[:PAGE], str(found[PAGE - 1].pk) if len(found) > PAGE else ""
