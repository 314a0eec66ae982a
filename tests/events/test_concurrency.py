"""Several processes on one chain: simulated by threads with connections of their own."""

from collections.abc import Callable
from threading import Barrier, Thread

import pytest
from django.db import connection

from esm.events.models import Event
from esm.events.services.verify import verify
from governance.models import ModelVersion
from tests.events.conftest import happen


def run_threads(count: int, work: Callable[[int], None]) -> list[BaseException]:
    """Start all at one moment; returns what they raised."""
    errors: list[BaseException] = []
    barrier = Barrier(count)

    def run(number: int) -> None:
        try:
            barrier.wait(timeout=30)
            work(number)
        except BaseException as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    assert not any(thread.is_alive() for thread in threads)
    return errors


@pytest.mark.django_db(transaction=True)
def test_eight_writers_on_one_chain_leave_no_gap(parent: ModelVersion) -> None:
    def work(number: int) -> None:
        for turn in range(25):
            happen(parent, number * 100 + turn, text="words")

    assert run_threads(8, work) == []
    rows = Event.objects.filter(bucket=parent.chain_bucket, chain=parent.chain)
    assert list(rows.values_list("seq", flat=True)) == list(range(1, 201))
    assert len({row.data["number"] for row in rows}) == 200
    parent.refresh_from_db()
    assert parent.chain_seq == 200
    assert verify() == []
