"""The daily jobs at another organisation than the demo, by mouse."""

import pytest
from playwright.sync_api import Browser

from tests.browser.stack import Stack
from tests.browser.test_jobs import do_them

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.mark.claim("C21", "/")
@pytest.mark.claim("C26", "/requests/<number>/")
def test_the_daily_jobs_by_mouse(browser: Browser, clinic_stack: Stack) -> None:
    do_them(browser, clinic_stack, "mouse")
