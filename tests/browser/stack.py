"""A real portal for a browser: ./up with an organisation in it, and Chromium in front of it."""

import json
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import yaml
from playwright.sync_api import Browser, Page

from esm.embedded.folder import DataFolder
from tests.made import lend_from_run
from tests.platform.portal import Portal, plain_environment
from tests.support import ROOT

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    # Nothing is drawn for anybody: a process of its own for it costs a third of each page.
    "--in-process-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]
AXE = ROOT / "tests" / "browser" / "vendor" / "axe.min.js"
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]
GIVE_UP_MS = 30_000
DESK, PHONE = (1440, 900), (390, 844)


def axe_violations(page: Page) -> list[str]:
    """What breaks WCAG 2.2 AA on a page as it stands: rule and the first places."""
    page.evaluate(AXE.read_text())
    found = page.evaluate("tags => axe.run({runOnly: {type: 'tag', values: tags}})", AXE_TAGS)
    return [
        f"{v['id']}: {json.dumps([n['target'] for n in v['nodes']][:3])}"
        for v in found["violations"]
    ]


class Stack:
    """A running portal and what its tests do with it."""

    def __init__(self, portal: Portal, directory: Path) -> None:
        self.portal = portal
        self.directory = directory

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.portal.port}"

    def manage(self, *command: str) -> str:
        """Run a management command against the running servers; its output."""
        done = self.portal.run([sys.executable, "manage.py", *command])
        assert done.returncode == 0, f"{command}: {done.stdout}\n{done.stderr}"
        return done.stdout

    def apply(self, models: tuple[str, ...]) -> None:
        """Publish the models one after the other, with the people after the first."""
        today = date.today().isoformat()
        for number, name in enumerate(models):
            at = datetime.now(UTC).isoformat()
            weeks = ("--anchor", today, "--anchor-week", "43")
            self.manage("model", "apply", str(self.directory / name), "--publish", "--at", at)
            if number == 0:
                self.manage("people", "apply", str(self.directory / "people.yaml"), *weeks)

    @property
    def journey(self) -> dict[str, Any]:
        return dict(yaml.safe_load((self.directory / "journey.yaml").read_text()))


@contextmanager
def stack_of(directory: Path, models: tuple[str, ...], *, seeded: bool = False) -> Iterator[Stack]:
    """Run ./up for an organisation: the demo with its history, or empty and then applied."""
    place = Path(tempfile.mkdtemp(prefix="esm-"))
    home = place / "home"
    home.mkdir()
    environment = plain_environment(
        home,
        ESM_VENV=sys.prefix,
        ESM_DEMO="1",
        ESM_DATA=str(place / "data"),
        # Webhooks of these portals have addresses of this machine alone.
        OUTWARD_ALLOWED="127.0.0.1",
    )
    portal = Portal(ROOT, place / "data", home, environment)
    lend_from_run(DataFolder(portal.data))
    try:
        portal.start(seeded=seeded)
        found = Stack(portal, directory)
        if not seeded:
            found.apply(models)
        yield found
    finally:
        portal.close()
        shutil.rmtree(place, ignore_errors=True)


class Driver:
    """One browser page at which people come and go; every page they see is checked.

    It is one context: what a browser keeps of a portal it keeps for whoever comes next, and only
    the cookies change. Nobody's page stays open behind and goes on asking.
    """

    def __init__(
        self, browser: Browser, stack: Stack, size: tuple[int, int] = DESK, *, touch: bool = False
    ) -> None:
        self.browser = browser
        self.stack = stack
        self.context = browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            has_touch=touch,
            reduced_motion="reduce",
        )
        self.context.set_default_timeout(GIVE_UP_MS)
        self.page = self.context.new_page()
        self.page.on("console", self._listen)
        self.here: str | None = None
        self.away: dict[str, list[Any]] = {}
        self.problems: list[str] = []
        self.checked: set[str] = set()

    def as_(self, username: str) -> Page:
        """The page of somebody who is signed in."""
        if username != self.here:
            self._leave()
            if username in self.away:
                self.context.add_cookies(self.away[username])
            else:
                self.page.goto(f"{self.stack.address}/sign-in/")
                self.page.locator(f"button[name=persona][value='{username}']").click()
                self.page.wait_for_url(re.compile(r"/$"))
            self.here = username
        return self.page

    def _leave(self) -> None:
        if self.here is not None:
            self.page.goto("about:blank")
            self.away[self.here] = self.context.cookies()
            self.context.clear_cookies()
            self.here = None

    def _listen(self, message: Any) -> None:
        # A fragment that the next page overtook is no problem; a broken policy or script is.
        overtaken = message.text.startswith(("htmx:afterRequest", "htmx:sendAbort"))
        # A form that asks again answers 400: that is its answer, and the test fills on.
        asked_again = "400" in message.text and "/drafts/" in message.location["url"]
        if message.type == "error" and not overtaken and not asked_again:
            self.problems.append(f"{message.text} {message.location['url']}")

    def visit(self, username: str, path: str) -> Page:
        """Open an address as somebody."""
        page = self.as_(username)
        page.goto(self.stack.address + path)
        return page

    def axe(self, page: Page) -> None:
        """No violation of WCAG 2.2 AA on the page as it stands; each kind of page once."""
        kind = re.sub(r"R-\d+|[0-9a-f-]{36}|/\d+/", "*", page.url)
        if kind in self.checked:
            return
        self.checked.add(kind)
        wrong = axe_violations(page)
        assert wrong == [], f"{page.url}: {wrong}"

    def close(self) -> None:
        self.context.close()
