"""The journey of an organisation in a real browser, with real broker and workers.

One test for all: another organisation on an empty installation in every run; in a full run also the
demo with its history, and the demo with every key, code, name and threshold rewritten.
"""

import time
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser.hands import Hands
from tests.browser.journey import Journey
from tests.browser.rewrite import rewrite
from tests.browser.stack import Driver, Stack, stack_of
from tests.support import DEMO

pytestmark = [pytest.mark.browser]

PROJECTED_WITHIN_S = 60.0


def walk(browser: Browser, stack: Stack) -> None:
    """Ask, go through every step, and find the finished request behind the dashboard's figure."""
    driver = Driver(browser, stack)
    try:
        journey = Journey(driver)
        viewer = next(s["actor"] for s in journey.data["steps"] if s["action"] == "decide")
        journey.ask()
        # What was finished before this one has been counted by now.
        before = finished(driver, viewer)
        journey.play()
        page = driver.visit(journey.data["persona"], f"/requests/{journey.ref}/")
        assert page.locator("h1 + .meta").inner_text().lower().count("fulfilled") == 1
        shown = page.locator("ol.flow > li:not(.is-skip)").count()
        assert shown == len(journey.data["expect"]["stages"])
        assert page.locator("ol.flow").inner_text().count("returned once") == 1
        give_up = time.monotonic() + PROJECTED_WITHIN_S
        while finished(driver, viewer) == before and time.monotonic() < give_up:
            page.wait_for_timeout(500)
        assert finished(driver, viewer) == before + 1
        behind = driver.as_(viewer)
        driver.axe(behind)
        Hands(behind).press(behind.locator("[data-figure=finished]"))
        assert journey.ref in behind.locator("main").inner_text()
        driver.axe(behind)
        assert driver.problems == []
    finally:
        driver.close()
    assert "violations" not in stack.manage("check_invariants")


def finished(driver: Driver, username: str) -> int:
    """The dashboard's figure of finished requests."""
    page = driver.visit(username, "/flow/")
    return int(page.locator("[data-figure=finished]").first.get_attribute("data-n") or 0)


@pytest.mark.slow
def test_the_demo_with_its_history_passes_its_journey(
    browser: Browser, history_stack: Stack
) -> None:
    walk(browser, history_stack)


@pytest.mark.claim("C05", "/requests/<number>/")
@pytest.mark.claim("C09", "/requests/<number>/")
@pytest.mark.claim("C12", "/requests/<number>/")
@pytest.mark.claim("C26", "/requests/<number>/")
@pytest.mark.claim("C28", "/flow/")
@pytest.mark.claim("C31", "/services/<key>/")
@pytest.mark.claim("C32", "/model/")
@pytest.mark.claim("C36", "/decisions/")
def test_another_organisation_passes_its_journey(browser: Browser, clinic_stack: Stack) -> None:
    walk(browser, clinic_stack)


@pytest.mark.slow
def test_the_rewritten_demo_passes_its_journey(browser: Browser, tmp_path: Path) -> None:
    models = ("om-1", "om-2")
    rewrite(DEMO, tmp_path, models)
    with stack_of(tmp_path, models) as stack:
        walk(browser, stack)
