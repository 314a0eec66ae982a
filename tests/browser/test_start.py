"""A small library on an island begins with nothing and fulfils its first request, in a browser."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page

from tests.browser.hands import Hands
from tests.browser.stack import DESK, GIVE_UP_MS, Stack, axe_violations, stack_of

pytestmark = [pytest.mark.browser, pytest.mark.slow]

MOST_STEPS = 25
PEOPLE = """name,mail,team
Desk One,desk@tern.example,Front desk
Stacks One,stacks@tern.example,Stack keepers
Chief One,chief@tern.example,
"""
ROLES = {"Head of the desk": "Desk One", "Keeper of the stacks": "Stacks One", "Chief": "Chief One"}


@pytest.fixture(scope="module")
def empty_stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """./up --empty: nobody, nothing."""
    place = tmp_path_factory.mktemp("tern")
    (place / "people.csv").write_text(PEOPLE)
    with stack_of(place, ()) as found:
        yield found


class Steps:
    """Presses buttons and sends forms on the pages of several people, and counts."""

    def __init__(self, browser: Browser, stack: Stack) -> None:
        self.browser, self.stack = browser, stack
        self.done: list[str] = []
        self.looked: set[str] = set()

    def somebody(self, path: str) -> Page:
        """A browser of somebody's own."""
        context = self.browser.new_context(
            viewport={"width": DESK[0], "height": DESK[1]}, reduced_motion="reduce"
        )
        context.set_default_timeout(GIVE_UP_MS)
        page = context.new_page()
        page.goto(self.stack.address + path)
        self.look(page)
        return page

    def press(self, page: Page, control: Locator) -> None:
        """One step."""
        self.done.append(f"{control.first.inner_text().strip()} on {page.url}")
        Hands(page).press(control)
        self.look(page)

    def button(self, page: Page, name: str) -> None:
        """Press a button or a link that looks like one."""
        self.press(page, page.locator("main .btn", has_text=re.compile(f"^\\s*{name}")))

    def look(self, page: Page) -> None:
        """Each kind of page breaks no rule of accessibility."""
        kind = re.sub(r"R-\d+|[0-9a-f-]{32,36}|/\d+/", "*", page.url)
        if kind not in self.looked:
            self.looked.add(kind)
            assert axe_violations(page) == [], page.url

    def sign_in(self, name: str, password: str) -> Page:
        page = self.somebody("/sign-in/")
        fill(page, username=name, password=password)
        self.button(page, "Sign in")
        return page


def fill(page: Page, **values: str) -> None:
    """Write into fields by name; what is to be chosen is chosen by its words."""
    for name, value in values.items():
        control = page.locator(f"main [name='{name.replace('__', '-')}']").first
        if control.evaluate("e => e.tagName") == "SELECT":
            control.select_option(label=value)
        else:
            control.fill(value)


def opened(stack: Stack) -> str:
    """The address that ./up prints while there is no account."""
    said = stack.manage("first_account")
    assert said.strip() in stack.portal.said.replace(stack.address, "")
    return said.split(": ")[1].strip()


def set_up(steps: Steps, page: Page) -> dict[str, str]:
    """From the guide's first page to accounts for the teams; their passwords by name."""
    steps.button(page, "Give a file of people")
    page.locator("input[type=file]").set_input_files(Path(steps.stack.directory) / "people.csv")
    steps.button(page, "Look at the file")
    assert "Not taken over" in page.inner_text("main")
    steps.button(page, "Apply the file")
    fill(page, name="Tern Island Library", zone="Atlantic/Reykjavik", currency="ISK", head="Chief")
    steps.button(page, "Save and go on")
    fill(page, department__1="Reading room", team__1="Front desk", lead__1="Head of the desk")
    fill(page, department__2="Stacks", team__2="Stack keepers", lead__2="Keeper of the stacks")
    steps.button(page, "Save and go on")
    page.get_by_role("radio", name="Chief").check()
    steps.button(page, "Save and go on")
    fill(page, name="A book from the stacks", questions="Which shelf mark?", days="2")
    steps.button(page, "Save and go on")
    steps.button(page, "Save and go on")
    assert "The agreement is not signed by Front desk and Stack keepers." in page.inner_text("main")
    steps.button(page, "Publish as it is")
    for role, person in ROLES.items():
        page.get_by_label(role).select_option(label=person)
    steps.button(page, "Save and go on")
    steps.button(page, "Open the accounts")
    rows = page.locator("main tbody tr").all()
    return {row.locator("td").nth(1).inner_text(): row.locator("code").inner_text() for row in rows}


def test_from_nothing_to_the_first_fulfilled_request(browser: Browser, empty_stack: Stack) -> None:
    steps = Steps(browser, empty_stack)
    page = steps.somebody(opened(empty_stack))
    fill(page, name="Founder", email="founder@tern.example", username="founder")
    fill(page, password="reykjavik-harbour-7")
    steps.button(page, "Open the account and begin")
    passwords = set_up(steps, page)
    assert set(passwords) == {"desk", "stacks"}
    steps.button(page, "I have them, go on")
    steps.button(page, "Start a request")
    page.locator("#fields input").first.fill("T 17")
    steps.button(page, "Continue")
    steps.button(page, "Send request")
    asked = page.url
    desk = steps.sign_in("desk", passwords["desk"])
    desk.goto(asked)
    steps.button(desk, "Take it")
    steps.button(desk, "Hand over to Stack keepers")
    steps.press(desk, desk.locator("main form button[type=submit]"))
    keeper = steps.sign_in("stacks", passwords["stacks"])
    keeper.goto(asked)
    steps.button(keeper, "Accept")
    steps.button(keeper, "Take it")
    steps.button(keeper, "Finish")
    steps.press(keeper, keeper.locator("main form button[type=submit]"))
    page.goto(f"{empty_stack.address}/start/")
    assert "You are through" in page.inner_text("main")
    assert len(steps.done) <= MOST_STEPS, steps.done
