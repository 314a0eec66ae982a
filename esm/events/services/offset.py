"""The demo's clock: one stored offset that every process follows."""

import time
from datetime import timedelta

from django.conf import settings
from django.db import transaction

from esm.common import clock
from esm.common.errors import Invalid, NotAllowed
from esm.events.locks import lock_clock_offset
from esm.events.models import ClockOffset
from esm.events.services.skew import guard

# An offset is looked up at most so often (s), the database's own time too.
REFRESH_S = 1.0
HELD_S = 5.0

# A machine's clock that was set is noticed at once: it moved against its own monotonic one (s).
MOVED_S = 60.0

_state = {"looked_at": float("-inf"), "held_at": float("-inf"), "apart": 0.0}


def follow_clock(*, force: bool = False) -> None:
    """Take over the stored offset, at most once per second; free where there is no demo.

    Called at the start of each web request, task and sweep. Raises ClockSkewError on a machine
    whose clock is wrong: what it would write would be due at the wrong moment.
    """
    if settings.DATABASE_WATCHED:
        _hold_against_database()
    if not settings.DEMO:
        return
    moment = time.monotonic()
    if not force and moment - _state["looked_at"] < REFRESH_S:
        return
    _state["looked_at"] = moment
    stored = ClockOffset.objects.values_list("offset", flat=True).first()
    clock.set_offset(stored or timedelta(0))


def _hold_against_database() -> None:
    """Ask the database for its time now and then, and whenever this machine's was set."""
    moment = time.monotonic()
    apart = clock.machine().timestamp() - moment
    if moment - _state["held_at"] < HELD_S and abs(apart - _state["apart"]) < MOVED_S:
        return
    guard()
    _state["held_at"], _state["apart"] = moment, apart


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
