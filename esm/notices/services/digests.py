"""Bundling what is due into one mail. Runs with the outbox, exactly once."""

from esm.common import clock
from esm.events.services.outbox import enqueue
from esm.notices import locks, registries
from esm.notices.choices import Following, Mail
from esm.notices.models import Digest, Notice, NoticeThread
from esm.notices.services.notify import MAIL
from esm.notices.services.wishes import chosen, preferences_of


def bundle(person_id: int) -> Digest | None:
    """Put all that is due for a person into one digest and owe its mail; None for nothing.

    Call within a transaction: the rows are locked, so a notice enters one digest only. What was
    read meanwhile, and what the person no longer wants by mail, is left out for good.
    """
    rows = locks.due_for_update(person_id, clock.now())
    wanted = _still_wanted(person_id, rows)
    left_out = [row.pk for row in rows if row.pk not in wanted]
    Notice.objects.filter(pk__in=left_out).update(bundle_at=None)
    if not wanted:
        return None
    digest = Digest.objects.create(person_id=person_id)
    Notice.objects.filter(pk__in=wanted).update(digest=digest)
    enqueue(MAIL, [f"digest/{digest.pk}"])
    return digest


def _still_wanted(person_id: int, rows: list[Notice]) -> set[int]:
    """Ids of those not yet read whose kind is still mailed and whose subject is not muted."""
    unread = [row for row in rows if row.read_at is None]
    if not unread:
        return set()
    preferences = preferences_of([person_id]).get(person_id, {})
    subjects = {row.subject for row in unread if row.subject}
    silent = set(
        NoticeThread.objects.filter(
            person_id=person_id, subject__in=subjects, choice=Following.MUTE
        ).values_list("subject", flat=True)
    )
    found = set()
    for row in unread:
        kind = registries.kind(row.kind)
        _inbox, how = chosen(preferences, kind, row.team)
        if how != Mail.NONE and not (kind.mutable and row.subject in silent):
            found.add(row.pk)
    return found
