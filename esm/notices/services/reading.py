"""Marking notices as read."""

from collections.abc import Iterable

from django.contrib.auth.models import AnonymousUser

from esm.accounts.models import User
from esm.common import clock
from esm.notices.models import NoticePreference
from esm.notices.selectors.inbox import visible_to


def mark_read(user: User | AnonymousUser, notice_ids: Iterable[int] | None = None) -> int:
    """Mark some of one's own notices (or all of them) as read; returns how many were unread."""
    rows = visible_to(user).filter(read_at__isnull=True)
    if notice_ids is not None:
        rows = rows.filter(pk__in=list(notice_ids))
    return rows.update(read_at=clock.now())


def set_preference(person_id: int, *, kind: str = "", mail: bool) -> NoticePreference:
    """Choose whether notices of a kind (all others when empty) also come by mail."""
    row, _created = NoticePreference.objects.update_or_create(
        person_id=person_id, kind=kind, defaults={"mail": mail}
    )
    return row
