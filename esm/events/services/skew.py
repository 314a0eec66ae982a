"""A sweep must not run on a machine whose clock is wrong."""

import socket
import time
from datetime import datetime, timedelta

from django.db import connection
from django.db.models.functions import Now

from esm.common import clock
from esm.events.models import Heartbeat

TOLERANCE = timedelta(minutes=5)
# The queue under which a wrong clock is told among the signs of life; told at most so often (s).
ALARM, ALARM_S = "clock", 5.0

_told = {"at": -ALARM_S}


class ClockSkewError(RuntimeError):
    """This machine and the database disagree about the time; nothing is swept."""


def guard() -> None:
    """Raise ClockSkewError when this machine's UTC is more than 5 minutes off the database's.

    The demo's offset does not count, and an injected clock is not a machine's.
    """
    if clock.is_injected():
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        (theirs,) = cursor.fetchone()
    try:
        check(clock.machine(), theirs)
    except ClockSkewError as error:
        _alarm(str(error))
        raise


def _alarm(sentence: str) -> None:
    """Let the page of administration and /readyz say so."""
    if time.monotonic() - _told["at"] < ALARM_S:
        return
    _told["at"] = time.monotonic()
    Heartbeat.objects.bulk_create(
        [Heartbeat(name=f"clock@{socket.gethostname()}", queue=ALARM, at=Now(), note=sentence)],
        update_conflicts=True,
        unique_fields=["name"],
        update_fields=["queue", "at", "note"],
    )


def check(ours: datetime, theirs: datetime) -> None:
    """Raise ClockSkewError when the two moments are more than 5 minutes apart."""
    apart = abs(ours - theirs)
    if apart > TOLERANCE:
        raise ClockSkewError(
            f"This machine's clock is {int(apart.total_seconds())} s off the database's"
            f" ({ours:%H:%M:%S} here, {theirs:%H:%M:%S} there). Sweeps stop until it is set."
        )
