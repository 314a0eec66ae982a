"""A sweep must not run on a machine whose clock is wrong."""

from datetime import datetime, timedelta

from django.db import connection

from esm.common import clock

TOLERANCE = timedelta(minutes=5)


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
    check(clock.machine(), theirs)


def check(ours: datetime, theirs: datetime) -> None:
    """Raise ClockSkewError when the two moments are more than 5 minutes apart."""
    apart = abs(ours - theirs)
    if apart > TOLERANCE:
        raise ClockSkewError(
            f"This machine's clock is {int(apart.total_seconds())} s off the database's"
            f" ({ours:%H:%M:%S} here, {theirs:%H:%M:%S} there). Sweeps stop until it is set."
        )
