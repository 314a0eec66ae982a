"""What was compared is said at the end of the run."""

from collections.abc import Iterator

import pytest

from tests.permissions.noninterference.comparing import Comparison
from tests.permissions.world import Stage

_done: list[Comparison] = []


@pytest.fixture(scope="module")
def comparison(stage: Stage) -> Iterator[Comparison]:
    """The world of the module and its answers."""
    stage.world.settle()
    found = Comparison(stage)
    yield found
    _done.append(found)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """One line for each world."""
    for found in _done:
        if found.answers:
            terminalreporter.write_line(f"non-interference: {found.summary()}")
