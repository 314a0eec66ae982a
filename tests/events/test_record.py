"""What one call of record leaves behind."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from esm.common import clock
from esm.common.errors import Conflict
from esm.events import registry
from esm.events.locks import mark_locked
from esm.events.models import Delivery, Dirty, Event, EventPrivate
from esm.events.sealing import GENESIS, private_hash
from esm.events.services.ledger import Entry, record, record_many
from esm.events.types import DomainEvent, declared, plain
from governance.models import ModelVersion
from tests.events.conftest import ACTOR, Happened, Ignored, happen, lock

pytestmark = pytest.mark.django_db


def test_events_of_one_call_are_numbered_and_chained(parent: ModelVersion) -> None:
    moment = datetime(2026, 7, 1, 9, 30, tzinfo=UTC)
    with transaction.atomic():
        row = lock(parent.pk)
        ids = record(row, [Happened(number=1), Happened(number=2)], actor=ACTOR, at=moment)
    first, second = Event.objects.filter(bucket=parent.chain_bucket, chain=parent.chain)
    assert [first.pk, second.pk] == ids
    assert [first.seq, second.seq] == [1, 2]
    assert bytes(first.prev_hash) == GENESIS
    assert bytes(second.prev_hash) == bytes(first.hash)
    assert first.occurred_at == moment
    assert (first.actor, first.role, first.team, first.department) == (
        "P-7", "reviewer", "north", "legal",
    )  # fmt: skip
    assert first.data == {"number": 1, "note": ""}
    parent.refresh_from_db()
    assert (parent.chain_seq, bytes(parent.chain_hash)) == (2, bytes(second.hash))
    assert (row.chain_seq, bytes(row.chain_hash)) == (2, bytes(second.hash))


def test_record_is_one_statement(parent: ModelVersion, register: Callable[..., None]) -> None:
    register("probe.count", lambda event: None)
    happen(parent, 1, text="words")
    with transaction.atomic():
        row = lock(parent.pk)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            record(row, [Happened(number=2, private={"text": "more"})], actor=ACTOR)
    assert len(queries) == 1


def test_free_text_lies_beside_the_chain(parent: ModelVersion) -> None:
    (event_id,) = happen(parent, 1, text="Ann said so")
    event = Event.objects.get(bucket=parent.chain_bucket, pk=event_id)
    side = EventPrivate.objects.get(pk=event_id)
    assert "Ann" not in str(event.data)
    assert side.content == {"text": "Ann said so"}
    assert bytes(event.private_hash) == private_hash(bytes(side.salt), side.content)


def test_only_subscribed_types_make_deliveries(
    parent: ModelVersion, register: Callable[..., None]
) -> None:
    register("probe.one", lambda event: None)
    register("probe.two", lambda event: None, queue="mail")
    with transaction.atomic():
        ids = record(lock(parent.pk), [Happened(number=1), Ignored()], actor=ACTOR)
    found = Delivery.objects.values_list("event_id", "bucket", "consumer", "queue", "state")
    assert sorted(found) == [
        (ids[0], parent.chain_bucket, "probe.one", "outbox", "due"),
        (ids[0], parent.chain_bucket, "probe.two", "mail", "due"),
    ]


def test_a_chain_with_a_projector_is_marked_each_time(parent: ModelVersion) -> None:
    registry.register_projector("model", print)
    try:
        happen(parent, 1)
        first = Dirty.objects.get(chain=parent.chain)
        happen(parent, 2)
        second = Dirty.objects.get(chain=parent.chain)
    finally:
        registry.unregister("model")
    assert (first.mark, second.mark) == (1, 2)
    assert first.since == second.since


def test_an_unlocked_parent_is_refused(parent: ModelVersion) -> None:
    with transaction.atomic(), pytest.raises(RuntimeError, match="not locked"):
        record(ModelVersion.objects.get(pk=parent.pk), [Ignored()], actor=ACTOR)
    assert Event.objects.count() == 0


def test_an_old_copy_of_the_parent_is_refused(parent: ModelVersion) -> None:
    old = ModelVersion.objects.get(pk=parent.pk)
    happen(parent, 1)
    with transaction.atomic():
        mark_locked(old)
        with pytest.raises(Conflict), transaction.atomic():
            record(old, [Happened(number=2)], actor=ACTOR)
    assert Event.objects.count() == 1


def test_many_chains_in_one_statement(make_parent: Callable[[], ModelVersion]) -> None:
    parents = [make_parent() for _ in range(5)]
    happen(parents[0], 0)
    with transaction.atomic():
        locked = [lock(parent.pk) for parent in parents]
        entries = [Entry(row, [Happened(number=n)]) for n, row in enumerate(locked)]
        with CaptureQueriesContext(connection) as queries:
            ids = record_many(entries, actor=ACTOR)
    assert len(queries) == 1
    assert [e.data["number"] for e in Event.objects.filter(pk__in=ids).order_by("pk")] == [
        0, 1, 2, 3, 4,
    ]  # fmt: skip
    assert [row.chain_seq for row in locked] == [2, 1, 1, 1, 1]


def test_a_month_nobody_opened_is_opened_by_recording(
    make_parent: Callable[[], ModelVersion],
) -> None:
    with clock.frozen(datetime(2019, 3, 5, tzinfo=UTC)):
        parent = make_parent()
        happen(parent, 1)
    assert parent.chain_bucket == date(2019, 3, 1)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM events_event_2019_03")
        assert cursor.fetchone() == (1,)
        cursor.execute("SELECT count(*) FROM events_event_default")
        assert cursor.fetchone() == (0,)


def test_values_are_kept_as_they_can_be_read_again() -> None:
    assert plain(Decimal("99999.990")) == "99999.990"
    assert plain(datetime(2026, 1, 2, tzinfo=UTC)) == "2026-01-02T00:00:00.000000Z"
    assert plain(("a", date(2026, 1, 2), None, True)) == ["a", "2026-01-02", None, True]
    assert plain("a\x00b\ud800") == "a\ufffdb\ufffd"
    with pytest.raises(TypeError, match="float"):
        plain({"share": 0.5})


def test_a_type_is_declared_once() -> None:
    assert declared()["probe.happened"] is Happened
    with pytest.raises(ValueError, match="already"):
        type("Another", (DomainEvent,), {"TYPE": "probe.happened", "__module__": "elsewhere"})
    with pytest.raises(ValueError, match="dotted"):
        type("Wrong", (DomainEvent,), {"TYPE": "Probe"})
