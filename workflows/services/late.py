"""What sweeps of this app work on, told to who looks after what they gave up; late clocks."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from esm.events import registry
from esm.events.registry import Late, LateKind, SweepKind
from esm.events.services import quarantine
from workflows.models import Clock
from workflows.services import closing, follow_ups, timers


def register() -> None:
    """Called once at start."""
    for name, label, let_be in (
        (timers.SWEEP, _("warnings and breaches"), timers.disarm),
        (closing.SWEEP, _("closing by itself"), closing.leave_open),
        (follow_ups.SWEEP, _("days to follow up"), follow_ups.wake_quietly),
    ):
        registry.register_sweep(SweepKind(name, label, _chains, let_be))
    registry.register_late(LateKind(timers.SWEEP, late_clocks, _tell))


def _chains(keys: Sequence[int]) -> dict[int, str]:
    return {key: f"request/{key}" for key in keys}


def late_clocks(before: datetime) -> QuerySet[Clock]:
    """Clocks of which a threshold was due before then, the oldest first.

    Those of requests that the sweep gave up stand there already, with what to do about them.
    """
    given_up = quarantine.given_up(timers.SWEEP)
    rows = Clock.objects.filter(state=Clock.State.RUNNING, next_due__lt=before)
    return rows.exclude(request__in=given_up).order_by("next_due", "pk")


def _tell(row: Clock) -> Late:
    assert row.next_due is not None
    return Late(f"request/{row.request_id}", row.get_metric_display(), row.next_due)
