"""Fixtures that every suite shares."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from esm.common import clock
from tests.support import CLINIC, DEMO, World


@pytest.fixture(autouse=True)
def _files_of_tests(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path / "files"


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
