"""One world for all tests of a module; what a test does to it is taken back."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test import override_settings
from pytest_django import DjangoDbBlocker

from esm.common import clock
from tests.permissions.world import Stage, build


@pytest.fixture(autouse=True)
def _files_of_tests() -> None:
    """The world keeps its files for as long as it lives."""


@pytest.fixture(scope="module")
def stage(
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Stage]:
    """Everything an address can name, and the accounts that ask."""
    # Only a test marked with django_db makes the database of the tests.
    assert connection.settings_dict["NAME"].startswith("test_")
    folder = tmp_path_factory.mktemp("files")
    settings = override_settings(MEDIA_ROOT=folder, DEMO=True)
    with django_db_blocker.unblock(), settings, transaction.atomic():
        try:
            yield build(folder)
        finally:
            transaction.set_rollback(True)
            clock.set_source(None)
            clock.set_offset(timedelta(0))
