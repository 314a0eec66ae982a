"""How a person works a page: by mouse, by keyboard alone, or with a thumb on a phone."""

from collections.abc import Callable
from datetime import date

from playwright.sync_api import Browser, Locator, Page

from tests.browser.stack import DESK, PHONE, Driver, Stack

MOST_TABS = 250
# To look at every frame makes the browser draw every frame.
LOOK_MS = 50
# The document is there, and nothing that htmx asked for is under way.
RESTS = "() => document.readyState === 'complete' && !document.querySelector('.htmx-request')"
# The text of what holds the focus, to say what the keyboard met on its way.
FOCUSED = "() => document.activeElement?.outerHTML.slice(0, 120)"
# A link or a form leads to another page; what htmx fetches is triggered by other events there.
LEAVES = """e => {
  const place = e.closest("a[href]") || e.closest("button[type=submit], button:not([type])");
  return !!place && !place.hasAttribute("hx-get") && !place.getAttribute("href")?.startsWith("#");
}"""


class Hands:
    """Presses and types on the page of one person, and counts.

    ``clicks`` are presses of links and buttons, ``answers`` what was typed, ticked or chosen.
    """

    def __init__(self, page: Page, way: str = "mouse") -> None:
        self.page = page
        self.way = way
        self.clicks = 0
        self.answers = 0

    def press(self, control: Locator) -> None:
        """Press a link or button and wait for what follows."""
        found = self._shown(control)
        self.clicks += 1
        leaves = found.evaluate(LEAVES)
        self.page.evaluate("() => { document.shown = true; }")
        if self.way == "keyboard":
            self._reach(found)
            self.page.keyboard.press("Enter")
        elif self.way == "phone":
            found.tap()
        else:
            found.click()
        if leaves:
            self.page.wait_for_function("() => !document.shown", polling=LOOK_MS)
        self.settle()

    def type(self, field: Locator, text: str) -> None:
        """Write into a field."""
        found = self._shown(field)
        self.answers += 1
        if self.way == "keyboard":
            self._reach(found)
            if found.get_attribute("type") == "date":
                # Month, day, year: the order of the browser's language.
                self.page.keyboard.type(date.fromisoformat(text).strftime("%m%d%Y"))
            else:
                self.page.keyboard.press("Control+a")
                self.page.keyboard.insert_text(text)
        else:
            found.fill(text)
        found.dispatch_event("change")

    def tick(self, box: Locator) -> None:
        """Tick a box or choose an option of a group."""
        found = self._shown(box)
        self.answers += 1
        if found.is_checked():
            return
        if self.way != "keyboard":
            found.check()
        elif found.get_attribute("type") == "radio":
            self._choose(found)
        else:
            self._reach(found)
            self.page.keyboard.press("Space")
        assert found.is_checked()

    def send(self, field: Locator) -> None:
        """Send the form of a field by Enter and wait for the page it leads to."""
        self.page.evaluate("() => { document.shown = true; }")
        field.press("Enter")
        self.page.wait_for_function("() => !document.shown", polling=LOOK_MS)
        self.settle()

    def settle(self) -> None:
        """Wait until the page has come to rest."""
        self.page.wait_for_load_state("load")
        self.page.wait_for_function(RESTS, polling=LOOK_MS)

    def _shown(self, control: Locator) -> Locator:
        control.first.wait_for(state="attached")
        shown = control.filter(visible=True).first
        shown.wait_for(state="visible")
        return shown

    def _choose(self, option: Locator) -> None:
        """One stop of Tab per group of options; arrows move within it."""
        name = option.get_attribute("name")
        group = self.page.locator(f"input[type=radio][name='{name}']")
        self._walk(lambda: group.evaluate_all("all => all.includes(document.activeElement)"))
        for _ in range(group.count() + 1):
            self.settle()
            if option.is_checked():
                return
            if option.evaluate("e => e === document.activeElement"):
                self.page.keyboard.press("Space")
            else:
                self.page.keyboard.press("ArrowDown")

    def _reach(self, control: Locator) -> None:
        self._walk(lambda: control.evaluate("e => e === document.activeElement"))

    def _walk(self, there: Callable[[], bool]) -> None:
        """Tab on until the focus is where it should be; the first stop leads to the content."""
        if there():
            return
        for _ in range(MOST_TABS):
            self.page.keyboard.press("Tab")
            if there():
                return
        raise AssertionError(
            f"the keyboard does not reach it; it is at {self.page.evaluate(FOCUSED)}"
        )


class Crowd:
    """Everybody's hands, at one browser after each other."""

    def __init__(self, browser: Browser, stack: Stack, way: str) -> None:
        phone = way == "phone"
        self.driver = Driver(browser, stack, PHONE if phone else DESK, touch=phone)
        self.way = way
        self.stack = stack

    def hands(self, username: str) -> Hands:
        """Somebody at their home page, nothing counted yet."""
        return Hands(self.driver.visit(username, "/"), self.way)

    def close(self) -> None:
        """Everybody goes."""
        self.driver.close()
