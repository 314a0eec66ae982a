"""One world for all tests of a module; what a test does to it is taken back."""

from collections.abc import Iterator
from copy import deepcopy
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection, transaction
from django.test import override_settings
from pytest_django import DjangoDbBlocker

from esm.common import clock
from tests.permissions.world import Stage, build
from tests.snapshots import once


@pytest.fixture(autouse=True)
def _files_of_tests() -> None:
    """The world keeps its files for as long as it lives."""


_kept: list[Stage] = []


def _made(folder: Path) -> Stage:
    """Built once per process; for later modules its rows and what is known of them come back."""
    once(Stage, lambda: _kept.append(build(folder)))
    stage = deepcopy(_kept[-1])
    stage.world.begin()
    return stage


@pytest.fixture(scope="module")
def stage(
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Stage]:
    """Everything an address can name, and the accounts that ask."""
    # Only a test marked with django_db makes the database of the tests.
    assert connection.settings_dict["NAME"].startswith("test_")
    folder = tmp_path_factory.getbasetemp() / "stage"
    folder.mkdir(exist_ok=True)
    settings = override_settings(MEDIA_ROOT=folder, DEMO=True, MAIL_DECISIONS_BELOW=10**9)
    with django_db_blocker.unblock(), settings, transaction.atomic():
        try:
            yield _made(folder)
        finally:
            transaction.set_rollback(True)
            clock.set_source(None)
            clock.set_offset(timedelta(0))
