"""A busy queue is read on from where it stands, and from its beginning often enough."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest

from esm.events.models import Delivery
from esm.events.services import dispatch
from esm.events.services.heads import BEGINNING, Head
from governance.models import ModelVersion
from tests.events.conftest import happen

LAST = (datetime(2026, 3, 2, 9, tzinfo=UTC), 7)


def test_behind_a_full_batch_until_two_seconds_are_over() -> None:
    head = Head()
    assert head.begin(100.0) == BEGINNING
    head.end(LAST)
    assert head.begin(101.9) == LAST
    head.end(LAST)
    assert head.begin(102.0) == BEGINNING
    head.end(LAST)
    assert head.begin(103.9) == LAST


def test_from_the_beginning_after_a_batch_that_was_not_full() -> None:
    head = Head()
    head.begin(100.0)
    head.end(LAST)
    head.begin(100.5)
    head.end(None)
    assert head.begin(100.6) == BEGINNING


def test_what_was_tried_before_is_looked_for_once_a_second() -> None:
    head = Head()
    assert [head.wants_tried(at) for at in (5.0, 5.9, 6.0, 6.5)] == [True, False, True, False]


@pytest.fixture
def in_real_time() -> Iterator[None]:
    """As workers run: the moment is not injected, and nothing is remembered from before."""
    dispatch.forget_heads()
    yield
    dispatch.forget_heads()


@pytest.mark.django_db
@pytest.mark.usefixtures("in_real_time")
def test_what_came_to_lie_before_the_head_is_not_left(
    parent: ModelVersion, register: Callable[..., None]
) -> None:
    """Of 45 rows the first is put before all that were taken: it comes, at the end."""
    seen: list[int] = []
    register("probe.effect", lambda event: seen.append(event.data["number"]))
    happen(parent, *range(1, 46))
    first, *others = Delivery.objects.order_by("pk").values_list("pk", flat=True)
    Delivery.objects.filter(pk=first).update(due_at=datetime(2099, 1, 1, tzinfo=UTC))
    assert dispatch.dispatch(limit=20).done == 20
    moment = Delivery.objects.get(pk=others[-1]).due_at - timedelta(days=1)
    Delivery.objects.filter(pk=first).update(due_at=moment)
    assert dispatch.dispatch().done == 25
    assert sorted(seen) == list(range(1, 46))
