"""The commonest jobs of department staff, done on the journey of any organisation.

Each job begins at somebody's home page. What the journey needs in between is done the same way but
not measured, so that one request goes through all of them.
"""

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, Locator, Page

from esm.common.daily_jobs import Measured
from tests.browser.hands import Crowd, Hands
from tests.browser.journey import Journey
from tests.browser.stack import Stack

REF = re.compile(r"/requests/(R-\d+)/")
ARRIVES_WITHIN_S = 60.0


class Daily:
    """Does the jobs in one way and keeps what each of them took."""

    def __init__(self, browser: Browser, stack: Stack, way: str) -> None:
        self.crowd = Crowd(browser, stack, way)
        self.journey = Journey(self.crowd.driver)
        self.asker = str(self.journey.data["persona"])
        self.found: dict[str, Measured] = {}
        self.ref = ""

    @contextmanager
    def job(self, key: str, username: str) -> Iterator[Hands]:
        """Measure what is done inside, from the home page on; the first time counts."""
        hands = self.crowd.hands(username)
        started = time.monotonic()
        yield hands
        measured = Measured(hands.clicks, hands.answers, time.monotonic() - started)
        self.found.setdefault(key, measured)

    def ask(self) -> None:
        """From home to the page of the sent request."""
        with self.job("ask", self.asker) as hands:
            page = hands.page
            hands.press(page.locator(f"main a[href='/services/{self.journey.data['service']}/']"))
            hands.press(page.get_by_role("button", name="Start a request"))
            for _ in range(12):
                if page.url.endswith("/check/"):
                    break
                self._fill(hands)
                hands.press(page.get_by_role("button", name="Continue"))
            assert page.url.endswith("/check/"), page.inner_text("main")
            hands.press(page.get_by_role("button", name="Send request"))
            self.ref = REF.search(page.url).group(1)  # type: ignore[union-attr]

    def _fill(self, hands: Hands) -> None:
        """Answer what the page asks; an answer may bring further questions."""
        done: set[str] = set()
        wanted = {**self.journey.values, **(self.journey.data.get("files") or {})}
        while True:
            fresh = [
                name
                for name in wanted
                if name not in done and hands.page.locator(f"#fields [name='{name}']").count()
            ]
            if not fresh:
                return
            for name in fresh:
                done.add(name)
                self._answer(hands, name, wanted[name])
            hands.settle()
            hands.page.wait_for_timeout(250)

    def _answer(self, hands: Hands, name: str, value: object) -> None:
        controls = hands.page.locator(f"#fields [name='{name}']")
        kind = controls.first.get_attribute("type") or ""
        if kind == "file":
            hands.answers += 1
            controls.first.set_input_files(self.crowd.stack.directory / str(value))
        elif kind in ("radio", "checkbox"):
            for one in value if isinstance(value, list) else [value]:
                text = str(one).lower() if isinstance(one, bool) else str(one)
                hands.tick(hands.page.locator(f"#fields [name='{name}'][value='{text}']"))
        elif controls.first.evaluate("e => e.tagName") == "SELECT":
            hands.answers += 1
            controls.first.select_option(str(value))
        else:
            hands.type(controls.first, str(value))

    def follow(self) -> None:
        """Where it is, with whom, by when."""
        with self.job("follow", self.asker) as hands:
            hands.press(self._mine(hands.page))
            shown = hands.page.locator("ol.flow .is-now").inner_text()
            assert shown.strip() and hands.page.locator(".clock").count()

    def _mine(self, page: Page) -> Locator:
        return page.locator(f"main a[href='/requests/{self.ref}/']")

    def write(self) -> None:
        """One message to everybody on it."""
        with self.job("write", self.asker) as hands:
            hands.press(self._mine(hands.page))
            self._say(hands, "Their lawyer answers by Thursday.")
            assert "Their lawyer answers by Thursday." in hands.page.locator("main").inner_text()

    def _say(self, hands: Hands, text: str) -> None:
        form = hands.page.locator("form[action$='/comments/']")
        hands.type(form.locator("textarea[name=body]"), text)
        hands.press(form.get_by_role("button", name="Send"))

    def question(self, username: str) -> None:
        """The step waits for the requester, and its clock with it."""
        with self.job("question", username) as hands:
            self._open_held(hands)
            hands.press(hands.page.locator("a[href$='/pause/']"))
            hands.tick(hands.page.locator("[name=party][value=requester]"))
            hands.type(hands.page.locator("[name=reason]"), "Which of the two annexes is meant?")
            hands.press(hands.page.locator("main form[method=post] button.btn-primary"))

    def answer(self, username: str) -> None:
        """The requester says what was asked; whoever holds the step goes on."""
        with self.job("answer", self.asker) as hands:
            hands.press(self._mine(hands.page))
            self._say(hands, "The one of May.")
        holder = self.crowd.hands(username)
        holder.page.goto(f"{self.crowd.stack.address}/requests/{self.ref}/")
        holder.press(holder.page.locator("form[action$='/resume/'] button"))

    def _open_held(self, hands: Hands) -> None:
        """What is in one's hands stands on the home page."""
        hands.press(self._mine(hands.page))

    def find(self, username: str) -> None:
        """By its number, from the search of the home page."""
        with self.job("find", username) as hands:
            box = hands.page.locator("main input[type=search]")
            hands.type(box, self.ref)
            hands.send(box)
            if not REF.search(hands.page.url):
                hands.press(self._mine(hands.page))
            assert self.ref in hands.page.url

    def step(self, step: dict[str, str]) -> None:
        """One step of the journey, as the job it is."""
        doing: dict[str, Callable[[dict[str, str]], None]] = {
            "claim": self._take,
            "accept": self._accept,
            "return": self._return,
            "decide": self._decide,
        }
        doing.get(step["action"], self._hand_over)(step)

    def _take(self, step: dict[str, str]) -> None:
        claim = f"form[action*='{self.ref}'][action$='/claim/'] button"
        with self.job("take", step["actor"]) as hands:
            hands.press(hands.page.locator("nav a[href^='/queue/']"))
            # Its row may be open already; on a phone every row is a page of its own.
            if not hands.page.locator(claim).filter(visible=True).count():
                hands.press(hands.page.locator(f"main tr:has-text('{self.ref}') a.t"))
            hands.press(hands.page.locator(claim))

    def _accept(self, step: dict[str, str]) -> None:
        with self.job("accept", step["actor"]) as hands:
            self._arrive(hands, self._mine(hands.page))
            hands.press(self._mine(hands.page))
            hands.press(hands.page.locator("form[action$='/accept/'] button"))

    def _return(self, step: dict[str, str]) -> None:
        with self.job("return", step["actor"]) as hands:
            self._arrive(hands, self._mine(hands.page))
            hands.press(self._mine(hands.page))
            hands.press(hands.page.locator("a[href$='/return/']"))
            hands.tick(hands.page.locator(f"[name=reason][value='{step['reason']}']"))
            hands.type(hands.page.locator("[name=note]"), step["note"])
            hands.press(hands.page.get_by_role("button", name=re.compile("Return")))

    def _hand_over(self, step: dict[str, str]) -> None:
        with self.job("hand-over", step["actor"]) as hands:
            self._open_held(hands)
            hands.press(hands.page.locator("a[href$='/complete/']"))
            if step.get("note"):
                hands.type(hands.page.locator("[name=note]"), step["note"])
            hands.press(hands.page.locator("main form[method=post] button.btn-primary"))

    def _decide(self, step: dict[str, str]) -> None:
        with self.job("decide", step["actor"]) as hands:
            row = hands.page.locator("main a[href*='/decisions/']").filter(has_text=re.compile("."))
            self._arrive(hands, row)
            hands.press(hands.page.locator(f"main li:has-text('{self.ref}') a"))
            if step.get("rationale"):
                hands.type(hands.page.locator("[name=rationale]"), step["rationale"])
            hands.press(hands.page.locator(f"button[name=outcome][value='{step['outcome']}']"))

    def _arrive(self, hands: Hands, control: Locator) -> None:
        """Consumers bring it within seconds; nobody reloads by hand more than they must."""
        give_up = time.monotonic() + ARRIVES_WITHIN_S
        while not control.count() and time.monotonic() < give_up:
            hands.page.wait_for_timeout(500)
            hands.page.reload()

    def confirm(self) -> None:
        """It was delivered; the requester says so."""
        with self.job("confirm", self.asker) as hands:
            self._arrive(hands, self._mine(hands.page))
            hands.press(self._mine(hands.page))
            hands.press(hands.page.locator("form[action$='/confirm/'] button"))

    def all(self) -> dict[str, Measured]:
        """Every job, on one request from its form to its end."""
        self.ask()
        self.follow()
        self.write()
        asked = False
        for step in self.journey.data["steps"]:
            if step["action"] in ("hand-over", "complete") and not asked:
                asked = True
                self.question(step["actor"])
                self.answer(step["actor"])
                self.find(step["actor"])
            self.step(step)
        self.confirm()
        return self.found

    def close(self) -> None:
        """Everybody goes."""
        self.crowd.close()
