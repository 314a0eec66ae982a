"""Celery tasks: short, idempotent, take no state along."""

from celery import shared_task

from esm.events.services.offset import follow_clock
from workflows.services import timers


@shared_task(name="workflows.tasks.sweep_clocks", ignore_result=True)
def sweep_clocks() -> int:
    """Fire the clocks that are due."""
    follow_clock()
    return timers.sweep()
