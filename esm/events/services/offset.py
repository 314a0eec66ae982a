"""The demo's clock: one stored offset that every process follows."""

import time
from datetime import timedelta

from django.conf import settings
from django.db import transaction

from esm.common import clock
from esm.common.errors import Invalid, NotAllowed
from esm.events.locks import lock_clock_offset
from esm.events.models import ClockOffset

# An offset is looked up at most so often (s).
REFRESH_S = 1.0

_state = {"looked_at": float("-inf")}


def follow_clock(*, force: bool = False) -> None:
    """Take over the stored offset, at most once per second; free where there is no demo.

    Called at the start of each web request, task and sweep.
    """
    if not settings.DEMO:
        return
    moment = time.monotonic()
    if not force and moment - _state["looked_at"] < REFRESH_S:
        return
    _state["looked_at"] = moment
    stored = ClockOffset.objects.values_list("offset", flat=True).first()
    clock.set_offset(stored or timedelta(0))


def move_clock(by: timedelta) -> timedelta:
    """Move the demo's clock forward; returns the whole offset.

    Raises NotAllowed outside a demo, Invalid for a step back: what happened has happened.
    """
    if not settings.DEMO:
        raise NotAllowed("Only the clock of a demo can be moved.")
    if by <= timedelta(0):
        raise Invalid("The clock moves forward only.")
    with transaction.atomic():
        row = lock_clock_offset()
        moved: timedelta = row.offset + by
        row.offset = moved
        row.save(update_fields=["offset"])
    follow_clock(force=True)
    return moved
