"""Celery tasks: wake up and ask the rows what is due."""

from celery import shared_task

from esm.events.services.offset import follow_clock
from governance.services import delegations_ending, publishing, reassigning


@shared_task(name="governance.tasks.sweep", ignore_result=True)
def sweep() -> int:
    """Publish what takes effect now; end what givers no longer hold; find a decider for decisions
    whose decider cannot act.
    """
    follow_clock()
    delegations_ending.sweep_unheld()
    return len(publishing.sweep_effective()) + len(reassigning.sweep_reassign())
