"""Celery tasks: short, idempotent, take no state along."""

from datetime import timedelta

from celery import shared_task

from catalog.services import contents
from catalog.services.popularity import count_use
from esm.events.services.jobs import run_slot
from esm.events.services.offset import follow_clock


@shared_task(name="catalog.tasks.count_use", ignore_result=True)
def count_use_daily() -> bool:
    """Once a day: what is asked for most."""
    follow_clock()
    return run_slot("catalog.use", timedelta(days=1), count_use)


@shared_task(name="catalog.tasks.sweep_files", ignore_result=True)
def sweep_files() -> None:
    """Ask the scanner again about what is held; once a day, remove what nothing names."""
    follow_clock()
    contents.check_again()
    run_slot("catalog.sweep_files", timedelta(days=1), contents.sweep_orphans)
