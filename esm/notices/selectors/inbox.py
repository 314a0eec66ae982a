"""What somebody was told."""

from dataclasses import dataclass

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q, QuerySet

from esm.accounts.models import User
from esm.notices.models import Notice
from esm.notices.registries import person_of

PAGE = 50
# Counts without a bound are shown up to here.
CAP = 1000


@dataclass(frozen=True, slots=True)
class InboxPage:
    """One page of notices, newest first; ``older`` is the id to continue below, 0 at the end."""

    rows: list[Notice]
    older: int


def visible_to(user: User | AnonymousUser) -> QuerySet[Notice]:
    """Notices for the person behind an account, or for the account itself."""
    if not isinstance(user, User):
        return Notice.objects.none()
    person_id = person_of(user)
    own = Q(user_id=user.pk) if person_id is None else Q(person_id=person_id)
    return Notice.objects.filter(own)


def page(user: User | AnonymousUser, *, below: int = 0, unread: bool = False) -> InboxPage:
    """Up to 50 notices with ids below ``below`` (0: from the newest)."""
    rows = visible_to(user).order_by("-pk")
    if unread:
        rows = rows.filter(read_at__isnull=True)
    if below:
        rows = rows.filter(pk__lt=below)
    found = list(rows[: PAGE + 1])
    return InboxPage(found[:PAGE], found[PAGE - 1].pk if len(found) > PAGE else 0)


def unread_count(user: User | AnonymousUser) -> int:
    """How many notices nobody has read yet, at most one above a thousand."""
    return visible_to(user).filter(read_at__isnull=True).order_by()[: CAP + 1].count()
