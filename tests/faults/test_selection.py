"""A short selection of ``manage.py faults``; all share one small portal."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.faults.harness import Harness
from tests.faults.kinds import KINDS

# Before the database's own fixtures: the harness brings its own.
pytestmark = pytest.mark.process
# Two walks that end early: with a question, and with both clocks breached.
WALKS = (9, 14)


@pytest.fixture(scope="module")
def harness(django_db_blocker: Any) -> Iterator[Harness]:
    """Without what these few faults do not touch: one beat, nobody for webhooks."""
    place = Path(tempfile.mkdtemp(prefix="esm-faults-"))
    place.chmod(0o755)
    small = Harness(place, pool=WALKS, side_by_side=len(WALKS), beats=1, webhooks=False)
    try:
        with django_db_blocker.unblock(), small.running() as made:
            yield made
    finally:
        shutil.rmtree(place, ignore_errors=True)


@pytest.mark.parametrize(
    ("key", "variant"),
    [
        # The sweep of clocks dies before it commits.
        ("F1", "sweep.before_commit:kill9child"),
        # A call is committed and never answered, and nobody is told of it.
        ("F4", "hint.before_publish:kill9child"),
        # What is put into queues is thrown away, again and again.
        ("F9", ""),
    ],
)
def test_nothing_is_lost_doubled_or_early(harness: Harness, key: str, variant: str) -> None:
    run = harness.run(1, KINDS[key], variant)
    print(run)
    assert run.wrong == []
    assert (run.lost, run.doubled, run.early) == (0, 0, 0)
