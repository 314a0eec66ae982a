"""Fixtures that every suite shares."""

import itertools
from collections.abc import Iterator
from typing import Any

import pytest

from esm.common import clock
from tests.support import CLINIC, DEMO, World

_count = itertools.count()


@pytest.fixture(autouse=True)
def _files_of_tests(settings: Any, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Every test stores its files in a folder of its own, made when one is stored."""
    settings.MEDIA_ROOT = tmp_path_factory.getbasetemp() / "files" / str(next(_count))


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
