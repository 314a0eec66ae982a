"""One demo organisation for all tests of a module; what a test does to it is taken back.

``from tests.workflows.shared import demo_of_module, world_of_module`` in a module whose tests are
marked with django_db; a test takes ``demo_of_module``.
"""

from collections.abc import Iterator

import pytest
from django.db import connection, transaction
from pytest_django import DjangoDbBlocker

from esm.common import clock
from tests.support import DEMO, World


@pytest.fixture(scope="module")
def world_of_module(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[World]:
    """The demo organisation under its second version, made once."""
    # Only a test marked with django_db makes the database of the tests.
    assert connection.settings_dict["NAME"].startswith("test_")
    with django_db_blocker.unblock(), transaction.atomic():
        try:
            yield World(DEMO, ("om-1", "om-2"))
        finally:
            transaction.set_rollback(True)
            clock.set_source(None)


@pytest.fixture
def demo_of_module(world_of_module: World) -> Iterator[World]:
    """The same for one test: its moment is put back afterwards."""
    moment = world_of_module.now
    clock.set_source(lambda: world_of_module.now)
    yield world_of_module
    world_of_module.now = moment
