"""An executive signs in and finds what is worst, in a browser over the demo's own history."""

import re

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.hands import Hands
from tests.browser.stack import Driver, Stack

pytestmark = [pytest.mark.browser, pytest.mark.slow]

EXECUTIVE = "adaora"
MOST_CLICKS = 4
# Long enough for what is in flight to outlive its promise.
FORWARD = (
    "from datetime import timedelta; from esm.events.services.offset import move_clock;"
    " move_clock(timedelta(days=21))"
)


def total(page: Page) -> int:
    """How many a list holds."""
    return int(page.locator("[data-total]").get_attribute("data-total") or 0)


def said(page: Page) -> str:
    return page.locator("[data-answer]").inner_text()


def test_an_executive_finds_each_answer_in_four_clicks(
    browser: Browser, history_stack: Stack
) -> None:
    history_stack.manage("shell", "-c", FORWARD)
    driver = Driver(browser, history_stack)
    try:
        page = driver.visit(EXECUTIVE, "/")
        driver.axe(page)
        hands = Hands(page)
        # The worst handoff, and the requests behind it.
        hands.press(page.locator("nav a[href='/flow/questions/']").first)
        driver.axe(page)
        hands.press(page.locator("main a[href='/flow/questions/handoffs/']").first)
        assert re.search(r"costs? the most|most", said(page)), said(page)
        driver.axe(page)
        figure = page.locator(".answer-table a[data-figure=handoffs]").first
        n = int(figure.get_attribute("data-n") or 0)
        hands.press(figure)
        assert total(page) == n > 0
        assert hands.clicks <= MOST_CLICKS
        # The broken promise: from the home page to those who did not get what was promised.
        page = driver.visit(EXECUTIVE, "/")
        hands = Hands(page)
        hands.press(page.locator("main a[href='/flow/questions/promises/']").first)
        assert re.search(r"promise", said(page), re.I)
        driver.axe(page)
        missed = page.locator(
            ".answer-table a[data-figure=missed-done], .answer-table a[data-figure=late]"
        ).first
        n = int(missed.get_attribute("data-n") or 0)
        hands.press(missed)
        assert total(page) == n > 0
        assert hands.clicks <= MOST_CLICKS
        # What the last version changed, against what was before.
        page = driver.visit(EXECUTIVE, "/")
        hands = Hands(page)
        hands.press(page.locator("main a[href='/flow/questions/last-version/']").first)
        assert said(page) and re.search(r"OM-\d", page.locator("main").inner_text())
        driver.axe(page)
        assert hands.clicks <= MOST_CLICKS
        assert driver.problems == []
    finally:
        driver.close()
