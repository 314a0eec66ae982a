"""The twelve commonest jobs: by mouse always; by keyboard alone and with a thumb in --full.

Every run does them by mouse where the journey of the other organisation is walked.
"""

import pytest
from playwright.sync_api import Browser

from esm.common import daily_jobs
from tests.browser.daily import Daily
from tests.browser.stack import Stack
from tests.support import ROOT

pytestmark = [pytest.mark.browser]


def do_them(browser: Browser, stack: Stack, way: str) -> None:
    daily = Daily(browser, stack, way)
    try:
        found = daily.all()
        assert daily.crowd.driver.problems == []
    finally:
        daily.close()
    assert "violations" not in stack.manage("check_invariants")
    assert set(found) == set(daily_jobs.JOBS)
    assert {job: d.clicks for job, d in found.items() if d.clicks > daily_jobs.MOST_CLICKS} == {}
    daily_jobs.note(ROOT, way, found)


@pytest.mark.slow
def test_by_mouse(browser: Browser, demo_stack: Stack) -> None:
    do_them(browser, demo_stack, "mouse")


@pytest.mark.slow
def test_by_keyboard_alone(browser: Browser, demo_stack: Stack) -> None:
    do_them(browser, demo_stack, "keyboard")


@pytest.mark.slow
def test_on_a_phone(browser: Browser, demo_stack: Stack) -> None:
    do_them(browser, demo_stack, "phone")
