"""Checking the whole ledger, and keeping what came of it for those who audit."""

from datetime import timedelta

from esm.events.models import Event, LedgerCheck
from esm.events.services.jobs import run_slot
from esm.events.services.verify import Fault, verify

KEPT = 400


def check_ledger() -> tuple[list[Fault], int]:
    """Read everything, keep the result; the faults and how many events there are."""
    faults = verify()
    count = Event.objects.count()
    row = LedgerCheck.objects.create(events=count, faults=len(faults))
    LedgerCheck.objects.filter(pk__lte=row.pk - KEPT).delete()
    return faults, count


def check_daily() -> bool:
    """The same once a day; whether it was done now.

    Outside of the transaction that takes the day: what is read must be of one moment.
    """
    due = run_slot("check_ledger", timedelta(days=1), lambda: None)
    if due:
        check_ledger()
    return due
