"""Plays any organisation's journey.yaml in a browser: one way for all, no key of any model."""

import re
import time
from datetime import date
from typing import Any

from playwright.sync_api import Locator, Page

from governance.blueprint.weeks import first_week, resolve_weeks
from tests.browser.hands import Hands
from tests.browser.stack import Driver

POLL_S = 60.0


class Journey:
    """One request from the form to its end."""

    def __init__(self, driver: Driver) -> None:
        self.driver = driver
        self.data = driver.stack.journey
        week_one = first_week(date.today(), 43)
        self.values: dict[str, Any] = dict(resolve_weeks(self.data["values"], week_one))  # type: ignore[call-overload]
        self.ref = ""

    def ask(self) -> str:
        """Find the service, fill the form, check the answers, send; the request's number."""
        self.driver.axe(self.driver.visit(self.data["persona"], "/"))
        self.begin()
        page = self.driver.page
        self.driver.axe(page)
        Hands(page).press(page.get_by_role("button", name="Send request"))
        sent = re.search(r"/requests/(R-\d+)/$", page.url)
        assert sent, f"{page.url}: {page.inner_text('main')}"
        self.ref = sent.group(1)
        self.driver.axe(page)
        return self.ref

    def begin(self) -> str:
        """Fill the form up to where the answers are checked; the address of its last part."""
        page = self.driver.visit(self.data["persona"], f"/services/{self.data['service']}/")
        hands, part = Hands(page), ""
        self.driver.axe(page)
        hands.press(page.get_by_role("button", name="Start a request"))
        for _ in range(12):
            if page.url.endswith("/check/"):
                return part
            part = page.url
            self.driver.axe(page)
            self.fill(hands)
            hands.press(page.get_by_role("button", name="Continue"))
        raise AssertionError(f"{page.url}: {page.inner_text('main')}")

    def fill(self, hands: Hands) -> None:
        """Fill what the page asks; an answer may bring further questions."""
        page = hands.page
        done: set[str] = set()
        for _ in range(6):
            wanted = {**self.values, **(self.data.get("files") or {})}
            fresh = [
                name
                for name in wanted
                if name not in done and page.locator(f"#fields [name='{name}']").count()
            ]
            if not fresh:
                return
            for name in fresh:
                done.add(name)
                self._answer(page, name, wanted[name])
            page.wait_for_timeout(250)
            hands.settle()

    def _answer(self, page: Page, name: str, value: Any) -> None:
        controls = page.locator(f"#fields [name='{name}']")
        kind = controls.first.get_attribute("type") or ""
        if kind == "file":
            controls.first.set_input_files(self.driver.stack.directory / str(value))
        elif kind in ("radio", "checkbox"):
            self._tick(page, name, kind, value)
        elif controls.first.evaluate("e => e.tagName") == "SELECT":
            controls.first.select_option(str(value))
        else:
            controls.first.fill(str(value))
            controls.first.dispatch_event("change")

    def _tick(self, page: Page, name: str, kind: str, value: Any) -> None:
        chosen = value if isinstance(value, list) else [value]
        if chosen in ([True], [False]):
            boxes = page.locator(f"#fields [name='{name}']")
            if kind == "checkbox":
                boxes.last.set_checked(bool(value))
                return
            chosen = ["true" if value else "false"]
        for one in chosen:
            page.locator(f"#fields [name='{name}'][value='{one}']").check()

    def step(self, step: dict[str, Any]) -> None:
        """One step by whoever takes it."""
        action = step["action"]
        if action == "decide":
            self._decide(step)
            return
        page = self.driver.visit(step["actor"], f"/requests/{self.ref}/")
        hands = Hands(page)
        self.driver.axe(page)
        if action == "claim":
            hands.press(page.locator("form[action$='/claim/'] button"))
        elif action == "accept":
            hands.press(page.locator("form[action$='/accept/'] button"))
        elif action == "return":
            hands.press(page.locator("a[href$='/return/']"))
            self.driver.axe(page)
            page.locator(f"[name=reason][value='{step['reason']}']").check()
            page.locator("[name=note]").fill(step["note"])
            hands.press(page.get_by_role("button", name=re.compile("Return")))
        else:
            hands.press(page.locator("a[href$='/complete/']"))
            self.driver.axe(page)
            page.locator("[name=note]").fill(step.get("note", ""))
            hands.press(page.locator("main form button[type=submit]"))
        assert re.search(rf"/requests/{self.ref}/$", page.url), page.inner_text("main")

    def _decide(self, step: dict[str, Any]) -> None:
        page = self.driver.visit(step["actor"], "/decisions/")
        self.driver.axe(page)
        hands = Hands(page)
        hands.press(self._row(page))
        if step.get("rationale"):
            page.locator("[name=rationale]").first.fill(step["rationale"])
        hands.press(page.locator(f"button[name=outcome][value='{step['outcome']}']"))

    def _row(self, page: Page) -> Locator:
        """The decision about our request, once it has arrived."""
        give_up = time.monotonic() + POLL_S
        while True:
            rows = page.locator(f"[data-subject='{self.ref}']")
            if rows.count() or time.monotonic() > give_up:
                return rows.first
            page.wait_for_timeout(500)
            page.reload()

    def play(self) -> None:
        """All steps of the journey."""
        for step in self.data["steps"]:
            self.step(step)
