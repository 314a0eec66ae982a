"""Celery tasks: short to call, idempotent, take no state along."""

import logging
from datetime import timedelta

from celery import current_app, shared_task
from django.db import transaction

from esm.events.services.jobs import run_slot
from esm.events.services.offset import follow_clock
from valueflow.services import flow_mails, import_log, rollups
from valueflow.services.attribute import attribute_waits
from valueflow.services.observe import observe_measures
from valueflow.services.stream_problems import keep_problems

log = logging.getLogger(__name__)

IMPORT_QUEUED = "valueflow.import_queued"


@shared_task(name=IMPORT_QUEUED, ignore_result=True)
def import_queued() -> int:
    """Read the logs that wait."""
    return import_log.import_queued()


@shared_task(name="valueflow.tasks.observe", ignore_result=True)
def observe() -> bool:
    """Once a day: what computed measures were in the periods that ended."""
    follow_clock()
    return run_slot("valueflow.observe", timedelta(days=1), observe_measures)


@shared_task(name="valueflow.tasks.recount", ignore_result=True)
def recount() -> bool:
    """Count value flow anew where its counts are missing or of another zone."""
    return rollups.recount_if_needed()


@shared_task(name="valueflow.tasks.send_figures", ignore_result=True)
def send_figures() -> int:
    """Saved figures to those who asked to be sent them."""
    follow_clock()
    return flow_mails.send_due()


@shared_task(name="valueflow.tasks.tell_waits", ignore_result=True)
def tell_waits() -> bool:
    """Every ten minutes why the waits of the last weeks lasted, once a day of all, and problems."""
    follow_clock()
    recent = run_slot("valueflow.waits", timedelta(minutes=10), attribute_waits)
    return run_slot("valueflow.problems", timedelta(days=1), _look) or recent


def _look() -> None:
    """Why all waits lasted, then the problems that are new by that."""
    attribute_waits(weeks=None)
    keep_problems()


def wake_import() -> None:
    """Hint after the commit that a log waits; the sweep finds it anyway."""
    transaction.on_commit(_publish, robust=True)


def _publish() -> None:
    if not current_app.conf.broker_url:
        return
    try:
        current_app.send_task(
            IMPORT_QUEUED, queue="bulk", retry=False, ignore_result=True, expires=60
        )
    except Exception as error:
        # The row waits; whatever the broker's client raises must not look like a failed upload.
        log.warning("No wake-up for the import: %s", error)
