"""One organisation for all tests of a module; what a test does to it is taken back."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import connection, transaction
from pytest_django import DjangoDbBlocker

from esm.common import clock
from tests.support import DEMO, World


@pytest.fixture(scope="module")
def _organisation(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[World]:
    # Only a test marked with django_db makes the database of the tests.
    assert connection.settings_dict["NAME"].startswith("test_")
    with django_db_blocker.unblock(), transaction.atomic():
        try:
            yield World(DEMO, ("om-1", "om-2"))
        finally:
            transaction.set_rollback(True)
            clock.set_source(None)
            clock.set_offset(timedelta(0))


@pytest.fixture
def desk(_organisation: World, db: None) -> Iterator[World]:
    """The demo organisation as it was before the test."""
    start = _organisation.now
    clock.set_source(lambda: _organisation.now)
    yield _organisation
    _organisation.now = start
