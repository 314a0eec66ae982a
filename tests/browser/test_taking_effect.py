"""Somebody reads what changes for them and objects; it is worked in, agreed, and followed."""

import re
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.browser.hands import Hands
from tests.browser.journey import Journey
from tests.browser.stack import Driver, Stack

pytestmark = [pytest.mark.browser, pytest.mark.slow]
STEWARD, WORKS, DECIDES = "livia", "alva", "meret"
FLOW, STAGE = "workflow/lens-surgery-path", "stages.4"
VERSION = "from workflows.models import Request; print(Request.objects.get({}).version.code)"
FORWARD = (
    "from datetime import timedelta; from esm.events.services.offset import move_clock;"
    " move_clock(timedelta(days={}))"
)


class Change:
    """One version from a draft to its day, by the pages."""

    def __init__(self, driver: Driver) -> None:
        self.driver = driver
        page = driver.visit(STEWARD, "/model/new-draft/")
        hands = Hands(page)
        hands.type(page.locator("input[name=title]"), "Cover is checked sooner")
        hands.press(page.get_by_role("button", name="Begin the draft"))
        found = re.search(r"/model/([^/]+)/", page.url)
        assert found, page.url
        self.code = found.group(1)

    def press(self, who: str, path: str, button: str, **typed: str) -> str:
        """Open an address as somebody, type, press; what the page says then."""
        page = self.driver.visit(who, path)
        hands = Hands(page)
        for name, text in typed.items():
            field = page.locator(f"main [name='{name.replace('_0', '')}']").first
            if field.evaluate("e => e.tagName") == "SELECT":
                field.select_option(text)
            else:
                hands.type(field, text)
        self.driver.axe(page)
        hands.press(page.locator("main").get_by_role("button", name=button, exact=True))
        return str(page.locator("body").inner_text())

    def edit(self, time: str) -> None:
        """The check of the cover takes another time."""
        page = self.driver.visit(STEWARD, f"/model/{self.code}/{FLOW}/edit/?part={STAGE}")
        hands = Hands(page)
        hands.type(page.locator("#f-stages-4-complete_s"), time)
        hands.press(page.get_by_role("button", name="Save").first)
        assert "Saved in" in page.inner_text("body")

    def answer(self, who: str, what: str, text: str = "") -> str:
        """Answer on the page that says what changes for them."""
        page = self.driver.visit(who, f"/changes/{self.code}/")
        hands = Hands(page)
        assert "Cover check" in page.locator("main").inner_text()
        hands.tick(page.get_by_role("radio", name=what))
        if text:
            hands.type(page.locator("#f-text"), text)
        self.driver.axe(page)
        hands.press(page.get_by_role("button", name="Give my answer"))
        return str(page.locator("body").inner_text())

    def page(self, who: str, path: str) -> str:
        """What a page says to somebody."""
        page = self.driver.visit(who, path)
        self.driver.axe(page)
        return str(page.locator("main").inner_text())


def version_of(stack: Stack, ref: str) -> str:
    """Under which version a request runs."""
    code = VERSION.format(f"number={ref.partition('-')[2]}")
    return run(stack, code).strip().splitlines()[-1]


def run(stack: Stack, code: str) -> str:
    """Run a line in the portal."""
    return stack.manage("shell", "-c", code)


@pytest.mark.claim("C16", "/changes/<code>/")
@pytest.mark.claim("C17", "/objections/<code>/<number>/")
def test_a_change_is_objected_to_worked_in_agreed_and_followed(
    browser: Browser, clinic_stack: Stack
) -> None:
    driver = Driver(browser, clinic_stack)
    try:
        running, another = Journey(driver).ask(), Journey(driver).ask()
        before = version_of(clinic_stack, running)
        change = Change(driver)
        code, review = change.code, f"/model/{change.code}/review/"
        change.edit("12 h")
        assert "Nothing stands in the way" in change.page(STEWARD, review)
        assert "1 person is asked" in change.press(
            STEWARD, f"/model/{code}/submit/", "Ask for consent"
        )

        said = change.answer(WORKS, re.compile("I object"), "Half a day is too short for insurers.")
        assert "on record" in said
        objection = f"/objections/{code}/1/"
        assert "Raised" in change.page(WORKS, objection)
        said = change.press(STEWARD, f"/model/{code}/end-round/", "Ask for the decision")
        assert "Who can clear it: Who raised it (Alva Hodel) or Steward" in said
        answers = dict.fromkeys(("harm", "caused", "known_now", "own_role"), "yes")
        said = change.press(
            STEWARD, f"{objection}test/", "Answer the questions", **answers, breaks_rule="no"
        )
        assert "It is valid." in said
        change.press(STEWARD, f"{objection}integrate/", "Work it in")
        change.edit("20 h")
        change.press(
            STEWARD, f"{objection}resolve/", "Say so", changed="Two and a half days instead."
        )
        assert "Two and a half days instead." in change.page(WORKS, objection)

        change.press(STEWARD, f"/model/{code}/submit/", "Ask for consent")
        change.answer(WORKS, re.compile("I consent"))
        change.press(STEWARD, f"/model/{code}/end-round/", "Ask for the decision")
        decide(driver, code)
        assert "Agreed" in change.page(WORKS, review)
        assert "has its day" in publish_ahead(change, clinic_stack)
        said = change.press(WORKS, f"/changes/{code}/", "I read it")
        assert "You read it" in said

        assert version_of(clinic_stack, running) == before
        run(clinic_stack, FORWARD.format(4))
        following = Journey(driver).ask()
        assert version_of(clinic_stack, following) == code
        assert version_of(clinic_stack, running) == before
        change.press(STEWARD, f"/requests/{another}/move/", "Move it")
        assert version_of(clinic_stack, another) == code
        change.press(STEWARD, f"/requests/{another}/move-back/", "Take the move back")
        assert [version_of(clinic_stack, ref) for ref in (running, another)] == [before] * 2
        assert "1 of 1" in change.page(STEWARD, f"/model/{code}/adoption/")
        assert [one for one in driver.problems if "400" not in one] == []
    finally:
        driver.close()
    assert "violations" not in clinic_stack.manage("check_invariants")


def decide(driver: Driver, code: str) -> None:
    """Whoever decides on the model says yes."""
    page = driver.visit(DECIDES, "/decisions/")
    hands = Hands(page)
    hands.press(page.locator(f"[data-subject='{code}']").first)
    driver.axe(page)
    hands.press(page.locator("button[name=outcome][value='approve']"))


def publish_ahead(change: Change, stack: Stack) -> str:
    """It takes effect in three days."""
    day: Any = run(
        stack,
        "from datetime import timedelta; from esm.common import clock;"
        " print((clock.now() + timedelta(days=3)).date())",
    )
    at = day.strip().splitlines()[-1]
    return change.press(STEWARD, f"/model/{change.code}/publish/", "Publish it", at=at)
