"""Projections catch up with every chain that grew, and forget none."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from threading import Event as Signal
from threading import Thread
from typing import Any

import pytest
from django.db import connection
from django.db.models import F

from esm.events import registry
from esm.events.models import Dirty, Suspect
from esm.events.services import quarantine
from esm.events.services.dirty import project_dirty
from governance.models import ModelVersion
from tests.events.conftest import happen

pytestmark = pytest.mark.django_db


class Projection:
    """Remembers which parents it was told about; fails for those in ``broken``."""

    def __init__(self) -> None:
        self.calls: list[list[int]] = []
        self.broken: set[int] = set()
        self.meanwhile: Callable[[], None] = lambda: None

    def __call__(self, parents: list[int]) -> None:
        if self.broken & set(parents):
            raise ValueError("cannot project")
        self.calls.append(parents)
        self.meanwhile()


@pytest.fixture
def projection() -> Iterator[Projection]:
    made = Projection()
    registry.register_projector("model", made)
    yield made
    registry.unregister("model")


def test_chains_that_grew_are_projected_once(
    make_parent: Callable[[], ModelVersion], projection: Projection
) -> None:
    one, two = make_parent(), make_parent()
    happen(two, 1)
    happen(one, 1)
    happen(one, 2)
    assert project_dirty() == 2
    assert project_dirty() == 0
    assert projection.calls == [[one.pk, two.pk]]
    assert Dirty.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_a_chain_that_grows_meanwhile_is_projected_again(
    parent: ModelVersion, projection: Projection
) -> None:
    happen(parent, 1)

    def grow() -> None:
        projection.meanwhile = lambda: None
        thread = Thread(target=lambda: (happen(parent, 2), connection.close()))
        thread.start()
        # Recording does not wait for the projection that runs here.
        thread.join(timeout=30)
        assert not thread.is_alive()

    projection.meanwhile = grow
    assert project_dirty(limit=1) == 1
    assert Dirty.objects.get().mark == 2
    assert project_dirty() == 1
    assert Dirty.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_two_projectors_never_take_the_same_chain(
    parent: ModelVersion, projection: Projection
) -> None:
    happen(parent, 1)
    inside, go_on = Signal(), Signal()

    def hold() -> None:
        inside.set()
        assert go_on.wait(timeout=30)

    projection.meanwhile = hold
    thread = Thread(target=lambda: (project_dirty(), connection.close()))
    thread.start()
    assert inside.wait(timeout=30)
    assert project_dirty() == 0
    go_on.set()
    thread.join(timeout=30)
    assert projection.calls == [[parent.pk]]
    assert Dirty.objects.count() == 0


def test_a_chain_that_cannot_be_projected_waits_alone(
    make_parent: Callable[[], ModelVersion], projection: Projection
) -> None:
    one, two = make_parent(), make_parent()
    happen(one, 1)
    happen(two, 1)
    projection.broken = {one.pk}
    assert project_dirty() == 1
    assert Dirty.objects.get().chain == one.chain
    row = Suspect.objects.get()
    assert (row.sweep, row.attempts, row.error) == ("projection", 1, "ValueError: cannot project")
    quarantine.look_now()
    assert project_dirty() == 0
    projection.broken = set()
    quarantine.look_now()
    Suspect.objects.update(due_at=F("due_at") - timedelta(minutes=1))
    assert project_dirty() == 1
    assert Suspect.objects.count() == 0
    assert projection.calls == [[two.pk], [one.pk]]


def test_dying_before_the_commit_forgets_nothing(
    parent: ModelVersion, projection: Projection, settings: Any, tmp_path: Any
) -> None:
    happen(parent, 1)
    settings.FAILPOINT = "projection.before_commit:raise"
    settings.FAILPOINT_LOG = str(tmp_path / "points")
    # The batch fails at the point, the chain alone passes: the point acts once.
    assert project_dirty() == 1
    assert (tmp_path / "points").read_text() == "projection.before_commit\n"
    assert projection.calls == [[parent.pk], [parent.pk]]
    assert Dirty.objects.count() == 0
