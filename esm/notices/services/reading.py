"""Marking notices as read."""

from collections.abc import Iterable
from datetime import datetime

from django.contrib.auth.models import AnonymousUser

from esm.accounts.models import User
from esm.common import clock
from esm.notices.models import Notice
from esm.notices.selectors.inbox import visible_to


def mark_read(user: User | AnonymousUser, notice_ids: Iterable[int] | None = None) -> int:
    """Mark some of one's own notices (or all of them) as read; returns how many were unread.

    Notices of one subject are one line of the inbox, so they are read together.
    """
    rows = visible_to(user)
    if notice_ids is not None:
        named = rows.filter(pk__in=list(notice_ids))
        subjects = set(named.values_list("subject", flat=True)) - {""}
        rows = named | rows.filter(subject__in=subjects)
    return rows.filter(read_at__isnull=True).update(read_at=clock.now())


def settle(kind: str, chain: str, seq: int, person_id: int | None = None) -> int:
    """Mark as read what everybody was told of this kind by events of a chain before one of them.

    For things that were put right: nobody has to act any more, or one person has not. Returns how
    many were unread.
    """
    rows = Notice.objects.filter(
        kind=kind, dedupe_key__startswith=f"{chain}:", read_at__isnull=True
    )
    if person_id is not None:
        rows = rows.filter(person_id=person_id)
    before = [
        pk
        for pk, key in rows.values_list("pk", "dedupe_key")
        if int(key.removeprefix(f"{chain}:").partition(":")[0]) < seq
    ]
    return Notice.objects.filter(pk__in=before).update(read_at=clock.now())


def mark_past_read(*, before: datetime) -> int:
    """Mark everybody's notices of before a moment as read: for a history that was not lived here.

    Returns how many there were.
    """
    rows = Notice.objects.filter(read_at__isnull=True, created_at__lt=before)
    return rows.update(read_at=before)
