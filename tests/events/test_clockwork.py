"""Slots, signs of life, months, clocks, hints and what the health page asks."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client

from esm.common import clock
from esm.common.errors import Invalid, NotAllowed
from esm.common.postgresql import presence
from esm.events import tasks
from esm.events.models import Delivery, Event, JobRun
from esm.events.partitions import months_around
from esm.events.selectors import health
from esm.events.selectors.events import events_of_parent
from esm.events.services import hints, jobs, offset, partitions, skew
from governance.models import ModelVersion
from tests.events.conftest import happen
from tests.events.test_concurrency import run_threads

DAY = timedelta(days=1)


@pytest.mark.django_db
def test_a_slot_is_run_once_and_again_after_a_failure() -> None:
    ran: list[str] = []

    def fail() -> None:
        ran.append("failed")
        raise ValueError

    with clock.frozen(datetime(2026, 7, 1, 13, 30, tzinfo=UTC)):
        with pytest.raises(ValueError):
            jobs.run_slot("job", DAY, fail)
        assert jobs.run_slot("job", DAY, lambda: ran.append("first")) is True
        assert jobs.run_slot("job", DAY, lambda: ran.append("second")) is False
    with clock.frozen(datetime(2026, 7, 2, 0, 0, tzinfo=UTC)):
        assert jobs.run_slot("job", DAY, lambda: ran.append("next day")) is True
    assert ran == ["failed", "first", "next day"]
    assert [row.slot for row in JobRun.objects.all()] == [
        datetime(2026, 7, 1, tzinfo=UTC),
        datetime(2026, 7, 2, tzinfo=UTC),
    ]


@pytest.mark.django_db(transaction=True)
def test_five_tickers_run_a_slot_once() -> None:
    ran: list[int] = []
    errors = run_threads(5, lambda n: jobs.run_slot("job", DAY, lambda: ran.append(n)) and None)
    assert errors == []
    assert len(ran) == 1


@pytest.mark.django_db
def test_signs_of_life_are_one_row_per_name() -> None:
    jobs.beat("worker:fast", "timers")
    jobs.beat("worker:fast", "timers")
    (beat,) = health.beats()
    assert (beat.name, beat.queue) == ("worker:fast", "timers")
    assert timedelta(0) <= beat.age < timedelta(minutes=1)


def test_months_around_a_day() -> None:
    assert months_around(date(2026, 1, 31), back=2, ahead=1) == [
        date(2025, 11, 1), date(2025, 12, 1), date(2026, 1, 1), date(2026, 2, 1),
    ]  # fmt: skip


@pytest.mark.django_db
def test_missing_months_are_opened_once() -> None:
    assert partitions.ensure_partitions(buckets=[date(2015, 2, 9), date(2015, 2, 1)]) == [
        date(2015, 2, 1)
    ]
    assert partitions.ensure_partitions(buckets=[date(2015, 2, 1)]) == []
    with clock.frozen(datetime(2035, 12, 5, tzinfo=UTC)):
        assert partitions.ensure_partitions() == [
            date(2035, 12, 1), date(2036, 1, 1), date(2036, 2, 1), date(2036, 3, 1),
        ]  # fmt: skip
    assert health.strays() == 0


@pytest.mark.django_db
def test_a_history_can_be_replayed_into_the_past(make_parent: Callable[[], ModelVersion]) -> None:
    past = (clock.now() - timedelta(days=600)).replace(day=3)
    with clock.frozen(past):
        parent = make_parent()
        happen(parent, 1)
    (event,) = events_of_parent(parent)
    assert (event.occurred_at, event.bucket) == (past, past.date().replace(day=1))
    assert health.strays() == 0


def test_a_wrong_clock_stops_a_sweep() -> None:
    noon = datetime(2026, 7, 1, 12, tzinfo=UTC)
    skew.check(noon, noon + timedelta(minutes=5))
    with pytest.raises(skew.ClockSkewError, match="301 s off"):
        skew.check(noon, noon - timedelta(seconds=301))


@pytest.fixture
def wrong(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """This process believes that it is an hour later."""
    settings.DATABASE_WATCHED = True
    monkeypatch.setattr(presence.watch, "_ensure_thread", lambda: None)
    monkeypatch.setitem(offset._state, "held_at", float("-inf"))
    clock.set_step(timedelta(hours=1))
    yield
    clock.set_step(timedelta(0))


@pytest.mark.django_db
def test_a_wrong_clock_delivers_and_projects_nothing(wrong: None) -> None:
    """What it would write would be due at the wrong moment."""
    for task in (tasks.dispatch_outbox, tasks.project_dirty, tasks.anchor):
        with pytest.raises(skew.ClockSkewError, match=" s off the database"):
            task()


@pytest.mark.django_db
def test_a_wrong_clock_refuses_requests_until_it_is_set(wrong: None) -> None:
    browser = Client()
    refused = browser.get("/sign-in/")
    assert (refused.status_code, refused["Retry-After"]) == (503, "5")
    assert browser.get("/healthz").status_code == 200
    clock.set_step(timedelta(0))
    assert browser.get("/sign-in/").status_code == 200
    # Set while the process runs: it moved against the monotonic clock.
    clock.set_step(timedelta(days=-400))
    assert browser.get("/sign-in/").status_code == 503


@pytest.mark.django_db
def test_an_injected_clock_is_no_machine() -> None:
    skew.guard()
    with clock.frozen(datetime(2001, 1, 1, tzinfo=UTC)):
        skew.guard()


@pytest.mark.django_db
def test_the_clock_of_a_demo_moves_forward_only(settings: Any) -> None:
    settings.DEMO = True
    try:
        before = clock.now()
        assert offset.move_clock(timedelta(hours=8)) == timedelta(hours=8)
        assert offset.move_clock(timedelta(hours=1)) == timedelta(hours=9)
        assert timedelta(hours=9) <= clock.now() - before < timedelta(hours=9, minutes=5)
        with pytest.raises(Invalid):
            offset.move_clock(timedelta(0))
        clock.set_offset(timedelta(0))
        offset.follow_clock(force=True)
        assert clock.now() - before >= timedelta(hours=9)
        skew.guard()
    finally:
        clock.set_offset(timedelta(0))
    settings.DEMO = False
    with pytest.raises(NotAllowed):
        offset.move_clock(timedelta(hours=1))


@pytest.mark.django_db
def test_health_counts_what_waits_and_what_was_given_up(
    parent: ModelVersion, register: Callable[..., None]
) -> None:
    register("probe.effect", print)
    happen(parent, 1, 2, 3)
    now = clock.now()
    first, second, third = Delivery.objects.order_by("pk")
    Delivery.objects.filter(pk=first.pk).update(due_at=now - timedelta(minutes=1))
    Delivery.objects.filter(pk=second.pk).update(state="dead")
    Delivery.objects.filter(pk=third.pk).update(due_at=now + timedelta(minutes=1))
    (queue,) = health.queues()
    assert (queue.queue, queue.due, queue.late, queue.dead) == ("outbox", 1, 1, 1)
    assert queue.oldest_due == health.oldest_due() == now - timedelta(minutes=1)
    assert (health.late_count(), health.dead_count()) == (1, 1)


@pytest.mark.django_db
def test_a_delivery_that_got_lost_in_time_is_named(
    parent: ModelVersion, register: Callable[..., None]
) -> None:
    register("probe.effect", print)
    happen(parent, 1, 2)
    assert health.outbox_faults() == []
    first, second = Delivery.objects.order_by("pk")
    Delivery.objects.filter(pk=first.pk).update(due_at=clock.now() + timedelta(hours=2))
    Delivery.objects.filter(pk=second.pk).update(state="dead")
    assert health.outbox_faults() == [
        f"Delivery {first.pk} to probe.effect is put off for more than an hour.",
        f"Delivery {second.pk} to probe.effect was given up without a reason.",
    ]


@pytest.mark.django_db(transaction=True)
def test_a_hint_without_a_broker_costs_nothing(
    parent: ModelVersion, register: Callable[..., None], monkeypatch: Any, settings: Any
) -> None:
    settings.OUTBOX_HINTS = True
    asked: list[str] = []
    monkeypatch.setattr(hints, "publish", asked.append)
    register("probe.effect", print)
    happen(parent, 1)
    assert asked == ["outbox"]
    hints.set_hints(False)
    try:
        happen(parent, 2)
    finally:
        hints.set_hints(True)
    assert asked == ["outbox"]


@pytest.mark.django_db(transaction=True)
def test_a_queue_that_was_woken_a_moment_ago_is_not_woken_again(
    parent: ModelVersion, register: Callable[..., None], monkeypatch: Any, settings: Any
) -> None:
    settings.OUTBOX_HINTS = True
    asked: list[str] = []
    monkeypatch.setattr(hints, "publish", lambda queue: not asked.append(queue))  # type: ignore[func-returns-value]
    monkeypatch.setattr(hints, "_woken", {})
    monkeypatch.setattr(hints, "AWAKE_S", 3_600)
    register("probe.effect", print)
    happen(parent, 1)
    happen(parent, 2)
    assert asked == ["outbox"]
    monkeypatch.setattr(hints, "AWAKE_S", 0)
    happen(parent, 3)
    assert asked == ["outbox", "outbox"]


@pytest.mark.django_db
def test_an_export_is_complete_and_its_stable_form_repeats(
    make_parent: Callable[[], ModelVersion],
) -> None:
    moment = datetime(2026, 7, 1, 9, tzinfo=UTC)
    with clock.frozen(moment):
        # Chains are exported in the order of their names.
        one, two = sorted((make_parent(), make_parent()), key=lambda parent: parent.chain)
        happen(two, 3, text="words")
        happen(one, 1, 2)
    (full, stable) = (StringIO(), StringIO())
    call_command("events", "export", "--jsonl", stdout=full)
    call_command("events", "export", "--jsonl", "--stable", stdout=stable)
    rows = [json.loads(line) for line in full.getvalue().splitlines()]
    assert [(row["chain"], row["seq"]) for row in rows] == [
        (one.chain, 1), (one.chain, 2), (two.chain, 1),
    ]  # fmt: skip
    assert bytes.fromhex(rows[0]["hash"]) == bytes(Event.objects.get(pk=rows[0]["id"]).hash)
    assert rows[2]["private"] == {"text": "words"}
    assert json.loads(stable.getvalue().splitlines()[2]) == {
        "actor": "P-7", "bucket": "2026-07-01", "chain": two.chain,
        "data": {"note": "", "number": 3},
        "department": "legal", "occurred_at": "2026-07-01T09:00:00.000000Z", "on_behalf_of": "",
        "private": {"text": "words"}, "role": "reviewer", "seq": 1, "subject": two.chain,
        "team": "north", "type": "probe.happened", "version": None,
    }  # fmt: skip


@pytest.mark.django_db
def test_an_export_can_start_later(parent: ModelVersion, tmp_path: Any) -> None:
    for day in (1, 2, 3):
        with clock.frozen(datetime(2026, 7, day, tzinfo=UTC)):
            happen(parent, day)
    out = tmp_path / "events.jsonl"
    call_command(
        "events", "export", "--jsonl", "--since", "2026-07-02", "--out", str(out),
        stderr=StringIO(),
    )  # fmt: skip
    numbers = [json.loads(line)["data"]["number"] for line in out.read_text().splitlines()]
    assert numbers == [2, 3]
    with pytest.raises(CommandError, match="--since"):
        call_command("events", "export", "--since", "soon")


@pytest.mark.django_db
def test_look_ups_ask_one_partition(parent: ModelVersion) -> None:
    happen(parent, 1)
    with connection.cursor() as cursor:
        cursor.execute(
            "EXPLAIN SELECT * FROM events_event WHERE bucket = ANY(%s::date[]) AND id = ANY(%s)",
            [[parent.chain_bucket], [1]],
        )
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert f"events_event_{parent.chain_bucket:%Y_%m}" in plan
    assert plan.count("events_event_") == plan.count(f"events_event_{parent.chain_bucket:%Y_%m}")
