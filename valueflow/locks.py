"""The only place of this app that takes row locks; each row is locked alone."""

from datetime import datetime

from django.db import connection
from django.db.models import Q
from django.utils.translation import gettext as _

from esm.common.errors import NotFound
from esm.events.locks import mark_locked
from valueflow.models import (
    EventLog,
    FlowSubscription,
    FlowView,
    ImprovementOpportunity,
    StreamProblem,
)


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


def flow_view_for_update(pk: int) -> FlowView:
    """Lock one saved view that was not removed; call inside a transaction. Raises NotFound."""
    rows = FlowView.objects.select_for_update(of=("self",))
    view = rows.filter(pk=pk, removed_at=None).first()
    if view is None:
        raise NotFound(_("This view does not exist."))
    mark_locked(view)
    return view


def lock_due_subscription(now: datetime) -> FlowSubscription | None:
    """One that is due and that nobody else is sending; the longest due first."""
    rows = FlowSubscription.objects.select_for_update(of=("self",), skip_locked=True)
    return rows.filter(next_at__lte=now).select_related("view").order_by("next_at", "pk").first()


def lock_improvement(pk: int) -> ImprovementOpportunity:
    """One opportunity with whose it is. Raises NotFound."""
    rows = ImprovementOpportunity.objects.select_for_update(of=("self",)).filter(pk=pk)
    row = rows.select_related("owner", "raised_by", "problem", "proposal").first()
    if row is None:
        raise NotFound(_("There is no such opportunity."))
    mark_locked(row)
    return row


def lock_problem(pk: int) -> StreamProblem:
    """One problem that its owner was shown. Raises NotFound."""
    row = StreamProblem.objects.select_for_update().filter(pk=pk).first()
    if row is None:
        raise NotFound(_("There is no such problem."))
    mark_locked(row)
    return row


# Keeps two that tell the causes of waits apart; nothing else waits for it.
WEEKS = 0x57414954


def lock_weeks() -> None:
    """Causes of waits are told by one at a time."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [WEEKS])
