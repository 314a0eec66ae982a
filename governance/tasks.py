"""Celery tasks: wake up and ask the rows what is due."""

from datetime import timedelta

from celery import shared_task

from esm.events.services.jobs import run_slot
from esm.events.services.offset import follow_clock
from governance.services import delegations_ending, lookups, publishing, reassigning


@shared_task(name="governance.tasks.sweep", ignore_result=True)
def sweep() -> int:
    """Publish what takes effect now; end what givers no longer hold; find a decider for decisions
    whose decider cannot act.
    """
    follow_clock()
    delegations_ending.sweep_unheld()
    return len(publishing.sweep_effective()) + len(reassigning.sweep_reassign())


@shared_task(name="governance.tasks.forget_lookups", ignore_result=True)
def forget_lookups() -> None:
    """Drop look-ups that are a year old, once a day."""
    follow_clock()
    run_slot("governance.forget_lookups", timedelta(days=1), lookups.forget_old)
