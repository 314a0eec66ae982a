"""Celery tasks: short, idempotent, take no state along."""

from celery import shared_task

from esm.events.services.offset import follow_clock
from workflows.services import closing, follow_ups, indexing, sessions, timers


@shared_task(name="workflows.tasks.fire_clocks", ignore_result=True)
def fire_clocks() -> int:
    """Fire the clocks that are due."""
    follow_clock()
    return timers.sweep()


@shared_task(name="workflows.tasks.sweep_clocks", ignore_result=True)
def sweep_clocks() -> int:
    """Fire the clocks that are due, and wake what somebody wanted to follow up on by now."""
    follow_clock()
    return timers.sweep() + follow_ups.wake()


@shared_task(name="workflows.tasks.close_silent", ignore_result=True)
def close_silent() -> int:
    """Close what was fulfilled and neither confirmed nor reopened in time."""
    follow_clock()
    return closing.close_silent()


@shared_task(name="workflows.tasks.index_missing", ignore_result=True)
def index_missing() -> int:
    """Make findable what is not, such as requests from before there was a search."""
    return indexing.write_missing()


@shared_task(name="workflows.tasks.close_sessions", ignore_result=True)
def close_sessions() -> int:
    """Close the work sessions whose day is over."""
    follow_clock()
    return sessions.close_forgotten()
