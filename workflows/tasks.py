"""Celery tasks: short, idempotent, take no state along."""

from celery import shared_task

from workflows.services import timers


@shared_task(name="workflows.tasks.sweep_clocks", ignore_result=True)
def sweep_clocks() -> int:
    """Fire the clocks that are due."""
    return timers.sweep()
