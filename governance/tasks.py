"""Celery tasks: wake up and ask the rows what is due."""

from datetime import timedelta

from celery import shared_task

from esm.events.services.jobs import run_slot
from esm.events.services.offset import follow_clock
from governance.services import (
    assessments,
    commitments,
    delegations_ending,
    detecting,
    findings,
    lookups,
    reassigning,
    taking_effect,
    waivers,
)


@shared_task(name="governance.tasks.sweep", ignore_result=True)
def sweep() -> int:
    """Publish what takes effect now; end what givers no longer hold and waivers whose day is over;
    find a decider for decisions whose decider cannot act.
    """
    follow_clock()
    delegations_ending.sweep_unheld()
    waivers.sweep_waivers()
    return len(taking_effect.sweep_effective()) + len(reassigning.sweep_reassign())


@shared_task(name="governance.tasks.forget_lookups", ignore_result=True)
def forget_lookups() -> None:
    """Drop look-ups that are a year old, once a day."""
    follow_clock()
    run_slot("governance.forget_lookups", timedelta(days=1), lookups.forget_old)


@shared_task(name="governance.tasks.detect", ignore_result=True)
def detect_daily() -> bool:
    """Once a day: what controls and rules find in what happened."""
    follow_clock()
    return run_slot("governance.detect", timedelta(days=1), detecting.detect)


@shared_task(name="governance.tasks.check_model", ignore_result=True)
def check_model() -> bool:
    """Once a day, and soon after a version was published: all findings of the one in force."""
    follow_clock()
    fresh = findings.keep_unchecked()
    return run_slot("governance.check_model", timedelta(days=1), findings.keep_findings) or fresh


def _adopt() -> None:
    commitments.sweep_commitments()
    assessments.sweep_assessments()


@shared_task(name="governance.tasks.sweep_commitments", ignore_result=True)
def sweep_commitments() -> bool:
    """Once a day: what sponsors missed or do within a week; assessments whose time is over."""
    follow_clock()
    return run_slot("governance.commitments", timedelta(days=1), _adopt)
