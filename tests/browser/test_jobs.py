"""The twelve commonest jobs: by mouse always; by keyboard alone and with a thumb in --full."""

import pytest
from playwright.sync_api import Browser

from esm.common import daily_jobs
from tests.browser.daily import Daily
from tests.browser.stack import stack_of
from tests.support import DEMO, ROOT

pytestmark = [pytest.mark.browser]


def do_them(browser: Browser, way: str) -> None:
    with stack_of(DEMO, ("om-1", "om-2")) as stack:
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


@pytest.mark.claim("C21", "/")
@pytest.mark.claim("C26", "/requests/<number>/")
def test_by_mouse(browser: Browser) -> None:
    do_them(browser, "mouse")


@pytest.mark.slow
def test_by_keyboard_alone(browser: Browser) -> None:
    do_them(browser, "keyboard")


@pytest.mark.slow
def test_on_a_phone(browser: Browser) -> None:
    do_them(browser, "phone")
