"""The journey of an organisation in a real browser, with real broker and workers."""

import pytest
from playwright.sync_api import Browser

from tests.browser.journey import Journey
from tests.browser.stack import Driver, stack_of
from tests.support import CLINIC

pytestmark = [pytest.mark.browser]


def walk(browser: Browser, stack) -> Journey:
    """Ask, go through every step, and hold what the journey's file expects."""
    driver = Driver(browser, stack)
    try:
        journey = Journey(driver)
        journey.ask()
        journey.play()
        page = driver.visit(journey.data["persona"], f"/requests/{journey.ref}/")
        assert page.locator("h1 + .meta").inner_text().lower().count("fulfilled") == 1
        shown = page.locator("ol.flow > li:not(.is-skip)").count()
        assert shown == len(journey.data["expect"]["stages"])
        assert driver.problems == []
    finally:
        driver.close()
    assert "violations" not in stack.manage("check_invariants")
    return journey


@pytest.mark.claim("C05", "/requests/<number>/")
@pytest.mark.claim("C26", "/requests/<number>/")
@pytest.mark.claim("C32", "/requests/<number>/")
def test_another_organisation_passes_its_journey(browser):
    with stack_of(CLINIC, ("model",)) as stack:
        walk(browser, stack)
