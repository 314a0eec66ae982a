"""One Chromium for all browser tests, and portals of organisations, started when asked for."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser.stack import ARGUMENTS, CHROMIUM, Stack, stack_of
from tests.support import CLINIC, DEMO


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield found
        found.close()


@pytest.fixture(scope="session")
def clinic_stack() -> Iterator[Stack]:
    """Another organisation than the demo; what a test leaves there stays for the next."""
    with stack_of(CLINIC, ("model",)) as found:
        yield found


@pytest.fixture(scope="session")
def demo_stack() -> Iterator[Stack]:
    """The demo organisation without its history; what a test leaves there stays for the next."""
    with stack_of(DEMO, ("om-1", "om-2")) as found:
        yield found


@pytest.fixture(scope="session")
def history_stack() -> Iterator[Stack]:
    """The demo organisation with its history; what a test leaves there stays for the next."""
    with stack_of(DEMO, (), seeded=True) as found:
        yield found
