"""A steward changes a stage in a draft, sees what is wrong then, and applies the remedy."""

import re

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.hands import Hands
from tests.browser.stack import Driver, Stack

pytestmark = [pytest.mark.browser]
STEWARD, FLOW = "livia", "workflow/lens-surgery-path"
COVER_CHECK = "stages.4"


def control(page: Page, name: str) -> str:
    return f"#f-{COVER_CHECK.replace('.', '-')}-{name}"


def begun(hands: Hands) -> str:
    """The address of a draft that was just begun."""
    hands.type(hands.page.locator("input[name=title]"), "A longer check")
    hands.press(hands.page.get_by_role("button", name="Begin the draft"))
    return re.sub(r"^https?://[^/]+", "", hands.page.url)


def rules(page: Page) -> list[str]:
    """Codes of what is found, as the page of a draft shows them."""
    return page.locator("#findings .finding p:last-child").all_inner_texts()


def test_a_finding_appears_and_its_remedy_settles_it(browser: Browser, clinic_stack: Stack) -> None:
    driver = Driver(browser, clinic_stack)
    try:
        page = driver.visit(STEWARD, "/model/new-draft/")
        hands = Hands(page)
        draft = begun(hands)
        assert "PRC08" not in rules(page)

        driver.visit(STEWARD, f"{draft}{FLOW}/edit/?part={COVER_CHECK}")
        hands.type(page.locator(control(page, "accountable_role")), "Head Nurse")
        hands.type(page.locator(control(page, "complete_s")), "48 h")
        # The drawing follows what is typed before anything is saved.
        page.locator("#picture text", has_text="48 h").wait_for(state="attached")
        hands.press(page.get_by_role("button", name="Save").first)
        assert "Saved in" in page.inner_text("body")
        row = page.locator("table tr", has_text="Cover check").first.inner_text()
        assert "Head Nurse" in row and "6 bd" in row
        driver.axe(page)

        driver.visit(STEWARD, draft)
        assert "PRC08" in rules(page)
        driver.axe(page)
        finding = page.locator("#findings .finding", has_text="PRC08")
        hands.press(finding.locator("a.btn"))
        assert "84 h" in page.locator("#remedy-shown").inner_text()
        hands.tick(page.get_by_role("radio", name=re.compile("“Cover check” is done")))
        shown = page.locator("#remedy-shown").filter(has_text="44 h")
        shown.wait_for()
        assert "Gone" in shown.inner_text()
        driver.axe(page)
        hands.press(page.get_by_role("button", name="Apply it"))
        assert "PRC08" not in rules(page)

        hands.press(page.get_by_role("button", name="Undo"))
        assert "PRC08" in rules(page)
        driver.visit(STEWARD, f"{draft}discard/")
        hands.press(page.get_by_role("button", name="Discard the draft"))
        assert driver.problems == []
    finally:
        driver.close()
