"""The only place of this app that takes row locks; a log is locked alone."""

from datetime import datetime

from django.db import connection
from django.db.models import Q

from valueflow.models import EventLog


def lock_log(pk: int) -> EventLog | None:
    """One imported log."""
    return EventLog.objects.select_for_update().filter(pk=pk).first()


def lock_next_log(*, abandoned_before: datetime) -> EventLog | None:
    """The oldest log that waits for a reader, or whose reader claimed it before this moment."""
    dead = Q(state=EventLog.State.IMPORTING, claimed_at__lt=abandoned_before)
    return (
        EventLog.objects.select_for_update(skip_locked=True)
        .filter(Q(state=EventLog.State.QUEUED) | dead)
        .order_by("pk")
        .first()
    )


# Keeps two that tell the causes of waits apart; nothing else waits for it.
WEEKS = 0x57414954


def lock_weeks() -> None:
    """Causes of waits are told by one at a time."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [WEEKS])
