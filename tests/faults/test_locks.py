"""A projection and a service call on one request: neither makes the other fail."""

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from esm.common import clock
from esm.events.models import Dirty
from esm.events.services import dirty
from tests.platform.portal import wait_for
from tests.support import CLINIC, World
from valueflow.models import FactRequest
from workflows.services import requests

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def world(settings: Any, tmp_path: Path) -> Iterator[World]:
    settings.MEDIA_ROOT = tmp_path / "files"
    settings.FAILPOINT_LOG = str(tmp_path / "reached")
    yield World(CLINIC, ("model",))
    clock.set_source(None)


def test_a_call_during_the_first_projection_succeeds(
    world: World, settings: Any, tmp_path: Path
) -> None:
    """The mark is taken away and not committed; the call holds the request and marks it again."""
    sent = world.submit()
    settings.FAILPOINT = "projection.before_commit:sleep=2"
    done: list[int] = []

    def project() -> None:
        done.append(dirty.project_dirty())
        connection.close()

    thread = threading.Thread(target=project)
    thread.start()
    wait_for((tmp_path / "reached").exists, "the projection to reach its commit", 30)
    requests.comment(sent.pk, body="Is there news?", actor=world.actor("beat"))
    thread.join()
    settings.FAILPOINT = ""

    # The mark of the call may have been seen by the same run.
    assert done[0] + dirty.project_dirty() == 2
    assert Dirty.objects.count() == 0
    sent.refresh_from_db()
    assert FactRequest.objects.get(request=sent).last_seq == sent.chain_seq
