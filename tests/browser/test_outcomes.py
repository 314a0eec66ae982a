"""From a missed promise to where requests waited, in a real browser over the demo's own history."""

import re

import pytest
from playwright.sync_api import Browser

from tests.browser.hands import Hands
from tests.browser.stack import Driver, Stack

pytestmark = [pytest.mark.browser]

OWNER, TECHNOLOGY = "ines", "SignSwift"
MOST_CLICKS = 3


@pytest.mark.slow
@pytest.mark.claim("C01", "/technology/<key>/")
@pytest.mark.claim("C02", "/technology/<key>/why/<benefit>/")
@pytest.mark.claim("C07", "/objectives/")
def test_a_missed_promise_leads_to_a_named_step(browser: Browser, history_stack: Stack) -> None:
    driver = Driver(browser, history_stack)
    try:
        page = driver.as_(OWNER)
        hands = Hands(page)
        hands.press(page.locator("nav a[href='/technology/']").first)
        listed = page.locator("tr", has_text=TECHNOLOGY).inner_text()
        assert re.search(r"Realised|Not realised|Behind|Partly realised", listed), listed
        driver.axe(page)
        # From here on every click counts.
        begun = hands.clicks
        hands.press(page.get_by_role("link", name=TECHNOLOGY, exact=True))
        promise = page.locator("main").inner_text()
        assert "1.4 business days" in promise
        assert "0.7 business days" in promise
        assert re.search(r"Under OM-1 it did not come true: [\d.]+ business days, n = \d+", promise)
        driver.axe(page)
        hands.press(page.get_by_role("link", name="Why it was not kept"))
        step = page.locator("main table tbody tr").first
        named, waited = (
            step.locator("a.t").inner_text(),
            step.locator("td.num b").first.inner_text(),
        )
        assert named and float(waited) > 0
        assert f"waited longest at {named}: {waited} days" in page.locator("main").inner_text()
        # What is wrong at the step that the technology is for stands there, too.
        assert page.locator("li.finding", has_text="Signature").count() >= 1
        driver.axe(page)
        hands.press(step.locator("a.t"))
        assert int(page.locator("[data-total]").get_attribute("data-total") or 0) >= 5
        assert hands.clicks - begun <= MOST_CLICKS
        for path in ("/objectives/", "/measures/signature-stay/"):
            driver.axe(driver.visit(OWNER, path))
        assert driver.problems == []
    finally:
        driver.close()
