"""Each effect once, a failing one does not hold up the others."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from esm.common import clock
from esm.events import registry
from esm.events.models import Delivery, JobRun
from esm.events.registry import EventRow, Outgoing
from esm.events.services import dispatch
from esm.events.services.outbox import enqueue
from esm.events.services.verify import verify
from governance.models import ModelVersion
from tests.events.conftest import happen
from tests.events.test_concurrency import run_threads

pytestmark = pytest.mark.django_db


def effect(event: EventRow) -> None:
    """Writes a row that a second run of the same delivery would be refused."""
    JobRun.objects.create(job=f"effect {event.data['number']}", slot=event.occurred_at)


def effects() -> int:
    return JobRun.objects.count()


def end_leases() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE events_delivery SET lease_until = clock_timestamp() - interval '1 s'"
            " WHERE lease_until IS NOT NULL"
        )


def make_due() -> None:
    Delivery.objects.update(due_at=clock.now())


def test_a_delivery_is_done_once_and_gone(
    parent: ModelVersion, register: Callable[..., None]
) -> None:
    seen: list[EventRow] = []
    register("probe.effect", seen.append)
    (event_id,) = happen(parent, 5, text="words")
    assert dispatch.dispatch().done == 1
    assert dispatch.dispatch().worked == 0
    (event,) = seen
    assert (event.id, event.chain, event.seq, event.parent_id) == (
        event_id, parent.chain, 1, parent.pk,
    )  # fmt: skip
    assert (event.data, event.private) == ({"number": 5, "note": ""}, {"text": "words"})
    assert (event.actor, event.role, event.team) == ("P-7", "reviewer", "north")
    assert Delivery.objects.count() == 0


@pytest.mark.parametrize("point", ["outbox.after_claim", "outbox.after_effect"])
def test_dying_at_a_failpoint_loses_and_doubles_nothing(
    parent: ModelVersion, register: Callable[..., None], settings: Any, tmp_path: Any, point: str
) -> None:
    register("probe.effect", effect)
    happen(parent, 1, 2, 3)
    settings.FAILPOINT = f"{point}:raise"
    settings.FAILPOINT_LOG = str(tmp_path / "points")
    try:
        dispatch.dispatch()
    except RuntimeError as error:
        assert str(error) == point
    assert (tmp_path / "points").read_text() == f"{point}\n"
    settings.FAILPOINT = ""
    end_leases()
    make_due()
    dispatch.dispatch()
    assert effects() == 3
    assert Delivery.objects.count() == 0
    assert verify() == []


def test_a_lease_keeps_others_away_until_it_ends(
    parent: ModelVersion, register: Callable[..., None]
) -> None:
    register("probe.effect", effect)
    happen(parent, 1)
    (first,) = dispatch.claim("outbox")
    assert dispatch.claim("outbox") == []
    end_leases()
    (second,) = dispatch.claim("outbox")
    assert (second.id, second.attempt) == (first.id, 2)
    known = registry.consumer("probe.effect")
    assert known is not None
    with pytest.raises(dispatch.StaleClaimError):
        dispatch.deliver_once(first, known)
    assert effects() == 0
    dispatch.deliver_once(second, known)
    assert (effects(), Delivery.objects.count()) == (1, 0)


def test_a_poisonous_delivery_is_given_up_and_the_queue_moves_on(
    parent: ModelVersion, register: Callable[..., None]
) -> None:
    def consume(event: EventRow) -> None:
        if event.data["number"] == 2:
            effect(event)
            raise ValueError("poison")
        effect(event)

    register("probe.effect", consume)
    happen(parent, 1, 2, 3)
    outcomes = []
    for _ in range(6):
        outcome = dispatch.dispatch()
        outcomes.append((outcome.done, outcome.failed, outcome.dead))
        make_due()
    assert outcomes == [(2, 1, 0), (0, 1, 0), (0, 1, 0), (0, 1, 0), (0, 0, 1), (0, 0, 0)]
    assert effects() == 2
    dead = Delivery.objects.get()
    assert (dead.state, dead.attempts, dead.error) == ("dead", 5, "ValueError: poison")
    assert dispatch.revive([dead.pk]) == 1
    assert dispatch.dispatch().failed == 1


def test_a_delivery_that_kills_its_worker_is_given_up_alone(
    parent: ModelVersion, register: Callable[..., None]
) -> None:
    register("probe.effect", effect)
    happen(parent, *range(1, 6))
    poison = Delivery.objects.order_by("pk")[2].pk
    # The worker dies with the whole batch claimed, then each time it claims the poison.
    assert len(dispatch.claim("outbox")) == 5
    for _ in range(12):
        end_leases()
        claims = dispatch.claim("outbox")
        if not claims:
            break
        (one,) = claims
        known = registry.consumer(one.consumer)
        assert known is not None
        if one.id != poison:
            dispatch.deliver_once(one, known)
        elif one.attempt > dispatch.MAX_ATTEMPTS:
            dispatch._deliver(one, dispatch.Outcome())
    assert effects() == 4
    dead = Delivery.objects.get()
    assert (dead.pk, dead.state) == (poison, "dead")


def test_new_deliveries_do_not_starve_one_that_failed(
    parent: ModelVersion, register: Callable[..., None]
) -> None:
    register("probe.effect", effect)
    happen(parent, 0)
    dispatch.claim("outbox")
    end_leases()
    happen(parent, *range(1, 6))
    assert dispatch.dispatch(limit=1).done == 1
    assert JobRun.objects.get().job == "effect 0"


def test_a_failed_delivery_waits_before_it_is_tried_again(
    parent: ModelVersion, register: Callable[..., None]
) -> None:
    def fail(event: EventRow) -> None:
        raise ValueError("not yet")

    register("probe.effect", fail)
    happen(parent, 1)
    assert dispatch.dispatch().failed == 1
    assert dispatch.dispatch().worked == 0
    with clock.frozen(clock.now() + timedelta(seconds=2)):
        assert dispatch.dispatch().failed == 1
    row = Delivery.objects.get()
    assert (row.attempts, row.error) == (2, "ValueError: not yet")


def test_a_consumer_that_is_gone_is_a_failure_that_is_named(
    parent: ModelVersion, register: Callable[..., None]
) -> None:
    register("probe.effect", effect)
    happen(parent, 1)
    registry.unregister("probe.effect")
    assert dispatch.dispatch().failed == 1
    assert "probe.effect" in Delivery.objects.get().error


@pytest.mark.django_db(transaction=True)
def test_dispatchers_share_the_work(
    make_parent: Callable[[], ModelVersion], register: Callable[..., None]
) -> None:
    register("probe.effect", effect)
    for number in range(4):
        happen(make_parent(), *range(number * 100, number * 100 + 25))
    done: list[int] = []

    def work(number: int) -> None:
        done.append(dispatch.dispatch().done)

    assert run_threads(4, work) == []
    assert (sum(done), effects(), Delivery.objects.count()) == (100, 100, 0)


def test_what_leaves_the_house_is_sent_again_under_the_same_id(
    db: None, settings: Any, tmp_path: Any
) -> None:
    sent: list[Outgoing] = []
    registry.register_sender("probe.send", sent.append, queue="mail")
    try:
        enqueue("probe.send", ["thing/1"])
        settings.FAILPOINT = "mail.after_effect:raise"
        settings.FAILPOINT_LOG = str(tmp_path / "points")
        assert dispatch.dispatch("mail").failed == 1
        make_due()
        assert dispatch.dispatch("mail").done == 1
    finally:
        registry.unregister("probe.send")
    assert [(one.item, one.attempt) for one in sent] == [("thing/1", 1), ("thing/1", 2)]
    assert sent[0].delivery_id == sent[1].delivery_id
    assert Delivery.objects.count() == 0


def test_an_unknown_sender_cannot_be_owed(db: None) -> None:
    with pytest.raises(LookupError):
        enqueue("nobody", ["thing/1"])
