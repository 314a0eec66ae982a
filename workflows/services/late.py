"""What sweeps of this app work on, told to who looks after what they gave up; late clocks."""

from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from esm.events import registry
from esm.events.registry import Late, SweepKind
from workflows.models import Clock
from workflows.services import closing, follow_ups, timers

MOST = 1000


def register() -> None:
    """Called once at start."""
    for name, label, let_be in (
        (timers.SWEEP, _("warnings and breaches"), timers.disarm),
        (closing.SWEEP, _("closing by itself"), closing.leave_open),
        (follow_ups.SWEEP, _("days to follow up"), follow_ups.wake_quietly),
    ):
        registry.register_sweep(SweepKind(name, label, _chains, let_be))
    registry.register_late(timers.SWEEP, late_clocks)


def _chains(keys: Sequence[int]) -> dict[int, str]:
    return {key: f"request/{key}" for key in keys}


def late_clocks(before: datetime, most: int) -> tuple[int, list[Late]]:
    """Clocks of which a threshold was due before then; counted to a thousand."""
    rows = Clock.objects.filter(state=Clock.State.RUNNING, next_due__lt=before)
    found = [
        Late(f"request/{row.request_id}", row.get_metric_display(), row.next_due)
        for row in rows.order_by("next_due", "pk")[:most]
        if row.next_due is not None
    ]
    return rows.order_by()[:MOST].count(), found
