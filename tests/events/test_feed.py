"""The change feed: nothing is skipped and nothing told twice, in whatever order others commit."""

import random
import time
from collections.abc import Callable, Iterator
from threading import Event as Flag
from threading import Thread
from typing import Any

import pytest
from django.db import connection, transaction

from esm.events import registries
from esm.events.models import Event, FeedHorizon
from esm.events.selectors import feed
from esm.events.services import horizon
from esm.events.services.ledger import record
from governance.models import ModelVersion
from tests.events.conftest import ACTOR, Happened, happen, lock
from tests.events.test_concurrency import run_threads

ALL = feed.Wanted(types=["probe.happened"])


@pytest.fixture(autouse=True)
def everybody_hears(monkeypatch: pytest.MonkeyPatch) -> None:
    everything = registries.Sight(seen=lambda _u, ids: ids, heard=lambda _u, rows: list(rows))
    monkeypatch.setitem(registries._sights, "model", everything)


def numbers(after: int, limit: int = 200) -> tuple[list[int], int]:
    found = feed.read(None, after=after, upto=horizon.settled(), limit=limit, wanted=ALL)
    return [told.event.data["number"] for told in found.events], found.position


@pytest.fixture
def open_writer() -> Iterator[Callable[[ModelVersion, int], Callable[[], None]]]:
    """Records in a transaction that stays open until the returned function is called."""
    threads: list[tuple[Thread, Flag]] = []

    def begin(parent: ModelVersion, number: int) -> Callable[[], None]:
        written, go_on = Flag(), Flag()

        def work() -> None:
            try:
                with transaction.atomic():
                    record(lock(parent.pk), [Happened(number=number)], actor=ACTOR)
                    written.set()
                    assert go_on.wait(60)
            finally:
                connection.close()

        thread = Thread(target=work)
        thread.start()
        threads.append((thread, go_on))
        assert written.wait(60)

        def commit() -> None:
            go_on.set()
            thread.join(60)

        return commit

    yield begin
    for thread, go_on in threads:
        go_on.set()
        thread.join(60)


@pytest.mark.django_db(transaction=True)
def test_what_commits_late_is_not_skipped(make_parent: Any, open_writer: Any) -> None:
    first, second, third = make_parent(), make_parent(), make_parent()
    happen(first, 0)
    assert numbers(0)[0] == [0]
    start = numbers(0)[1]
    commit = open_writer(first, 1)
    happen(second, 2)
    happen(third, 3)
    # The ids of 2 and 3 are behind that of 1, which nobody can see yet.
    told, at = numbers(start)
    assert (told, at) == ([], start)
    commit()
    told, at = numbers(at)
    assert told == [1, 2, 3]
    assert numbers(at) == ([], at)
    assert FeedHorizon.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_what_was_settled_before_a_long_transaction_is_told_meanwhile(
    make_parent: Any, open_writer: Any
) -> None:
    first, second = make_parent(), make_parent()
    commit_one = open_writer(first, 1)
    happen(second, 2)
    assert numbers(0)[0] == []
    commit_two = open_writer(make_parent(), 3)
    commit_one()
    # 3 is still at work; what was given out before it is settled, as was noted before it began.
    assert numbers(0)[0] == [1, 2]
    commit_two()
    assert numbers(0)[0] == [1, 2, 3]


@pytest.mark.django_db(transaction=True)
def test_a_reader_beside_eight_writers_hears_all_once_in_order(make_parent: Any) -> None:
    parents = [make_parent() for _ in range(8)]
    heard: list[int] = []
    ended: list[int] = []

    def work(thread: int) -> None:
        if thread == 8:
            at = 0
            while len(ended) < 8 or numbers(at)[0]:
                told, at = numbers(at, limit=7)
                heard.extend(told)
                time.sleep(0.001)
            return
        chance = random.Random(thread)
        for turn in range(15):
            with transaction.atomic():
                row = lock(parents[thread].pk)
                record(row, [Happened(number=thread * 100 + turn)], actor=ACTOR)
                time.sleep(chance.random() / 100)
        ended.append(thread)

    assert run_threads(9, work) == []
    rows = Event.objects.filter(type="probe.happened").order_by("id")
    assert heard == [row.data["number"] for row in rows]
    assert len(heard) == 120
    for thread in range(8):
        mine = [number for number in heard if number // 100 == thread]
        assert mine == sorted(mine)


@pytest.mark.django_db(transaction=True)
def test_what_began_after_the_question_holds_nothing_up(parent: ModelVersion) -> None:
    """A part of a transaction has a number of its own, newer than the one that asks here."""
    happen(parent, 1)
    with transaction.atomic():
        happen(parent, 2)
        with transaction.atomic():
            happen(parent, 3)
            assert horizon.settled() == horizon.last_given()
    assert FeedHorizon.objects.count() == 0


@pytest.mark.django_db
def test_rows_of_another_cluster_are_dropped(parent: ModelVersion) -> None:
    """After a restore the numbers of transactions begin anew; those of events go on."""
    FeedHorizon.objects.create(upto=10**12, xid=10**15)
    happen(parent, 1)
    assert numbers(0)[0] == [1]
