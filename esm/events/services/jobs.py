"""Jobs that run once per slot, however many tickers there are, and signs of life."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from django.db import transaction
from django.db.models.functions import Now

from esm.common import clock, failpoints
from esm.events.models import Heartbeat, JobRun
from esm.events.services.skew import guard

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
KEPT = timedelta(days=90)


def slot_of(moment: datetime, every: timedelta) -> datetime:
    """Start of the slot (UTC) that a moment lies in."""
    return moment - (moment - EPOCH) % every


def run_slot(job: str, every: timedelta, work: Callable[[], object]) -> bool:
    """Do the work unless this job's slot was done; True when it was done now.

    Mark and work commit together: a slot whose worker died is free again.
    """
    guard()
    slot = slot_of(clock.now(), every)
    with transaction.atomic():
        # A rival in the same slot makes this wait for its commit, then nothing is inserted.
        _run, fresh = JobRun.objects.get_or_create(job=job, slot=slot)
        if not fresh:
            return False
        failpoints.hit("jobs.after_claim")
        work()
        failpoints.hit("jobs.before_commit")
        JobRun.objects.filter(job=job, slot__lt=slot - KEPT).delete()
    return True


def beat(name: str, queue: str = "", note: str = "") -> None:
    """Write down that a process lives, on the database's clock; ``note`` is what is wrong."""
    Heartbeat.objects.bulk_create(
        [Heartbeat(name=name, queue=queue, at=Now(), note=note)],
        update_conflicts=True,
        unique_fields=["name"],
        update_fields=["queue", "at", "note"],
    )
