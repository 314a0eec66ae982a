"""Fixtures that every suite shares."""

import functools
import gc
import itertools
import socket
from collections.abc import Iterator
from ipaddress import ip_address
from typing import Any

import pytest
from hypothesis import settings as hypothesis_settings

from esm.common import claims, clock
from governance.blueprint import files as model_files
from governance.selectors import versions
from tests.depth import examples
from tests.support import CLINIC, DEMO, ROOT, World
from workflows.selectors import calendars

_count = itertools.count()
# Looking through many living objects for garbage again and again is a twentieth of the time.
gc.set_threshold(50_000, 20, 20)

# The same examples in every run, so that a change alone can turn a test red; new ones are looked
# for with `./test --hypothesis-profile=search PATH`. A busy machine is no finding: no deadline.
hypothesis_settings.register_profile(
    "fixed", derandomize=True, deadline=None, max_examples=examples(100)
)
hypothesis_settings.register_profile("search", deadline=None)
hypothesis_settings.load_profile("fixed")


_connect = socket.socket.connect


def _connect_here(self: socket.socket, address: Any) -> None:
    """No test leaves this machine, whatever address a webhook of its has."""
    if self.family in (socket.AF_INET, socket.AF_INET6):
        host = str(address[0])
        if host != "localhost" and not ip_address(host).is_loopback:
            raise ConnectionRefusedError(f"A test must not connect to {host}.")
    _connect(self, address)


socket.socket.connect = _connect_here  # type: ignore[method-assign]

# Hundreds of worlds are made of the same files; what is read of the same bytes is the same.
model_files.read_yaml = functools.cache(model_files.read_yaml)


@pytest.fixture(autouse=True)
def _files_of_tests(settings: Any, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Every test stores its files in a folder of its own, made when one is stored."""
    settings.MEDIA_ROOT = tmp_path_factory.getbasetemp() / "files" / str(next(_count))


@pytest.fixture(autouse=True)
def _remembered_for_the_whole_test(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is read anew after some seconds would be counted as a query on a busy machine."""
    monkeypatch.setattr(calendars, "_AGE_S", float("inf"))
    monkeypatch.setattr(versions, "AGE_S", float("inf"))
    # What another test published was taken back with its other rows.
    versions.forget_current()


@pytest.fixture
def demo(db: None) -> Iterator[World]:
    """The demo organisation under its second version."""
    yield World(DEMO, ("om-1", "om-2"))
    clock.set_source(None)


@pytest.fixture
def clinic(db: None) -> Iterator[World]:
    """Another organisation: other departments and keys, one fork and join."""
    yield World(CLINIC, ("model",))
    clock.set_source(None)


_ends: dict[str, bool] = {}


# Files that take longest, the longest first; the others follow as they are found.
DEAREST = (
    "permissions/test_matrix.py", "permissions/test_query_counts.py",
    "noninterference/test_noninterference.py", "concurrency/test_races.py",
    "governance/test_machine.py", "faults/test_invariants.py", "audit/test_read_only.py",
    "permissions/test_invisible.py", "permissions/test_field_privacy.py",
    "attacks/test_closure.py", "oracle/test_calendar.py", "attacks/test_objects.py",
    # Of the browsers: these two share a portal on one core, the others follow on the other.
    "browser/test_journey.py", "browser/test_editing.py",
)  # fmt: skip


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest, so that no core waits for it at the end."""
    turn = {name: number for number, name in enumerate(DEAREST)}

    def place(item: pytest.Item) -> int:
        return turn.get("/".join(item.path.parts[-2:]), len(turn))

    items.sort(key=place)


def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> None:
    """Marked tests carry their name in their report, also from a worker to the one who collects."""
    if call.when == "setup" and item.get_closest_marker("claim"):
        item.user_properties.append(("claim", item.nodeid.partition("[")[0]))


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Good is a test whose every part and every parameter passed."""
    for name, value in report.user_properties:
        if name == "claim":
            _ends[str(value)] = _ends.get(str(value), True) and report.passed


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Write down which claims were shown; workers report to the process that started them."""
    if _ends and not hasattr(session.config, "workerinput"):
        claims.note(ROOT, _ends)
