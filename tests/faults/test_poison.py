"""Rows that raise always, or kill whoever works on them, in each queue: the others are served."""

import time
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta

import pytest
from django.db.models import F
from django.db.models.functions import Now

from esm.common import clock
from esm.events.models import Delivery, Dirty, Event, Heartbeat, Suspect
from tests.faults import poison
from tests.faults.installation import Processes
from tests.faults.poison import BAD_CHAIN, DEADLY_CHAIN, GOOD_CHAIN, KILLS, QUEUES, RAISES
from tests.faults.running import Runs
from tests.support import ROOT
from workflows.models import Clock

pytestmark = [pytest.mark.process, pytest.mark.slow]
LIMIT_S = 30.0
# Five attempts, each of which may take a lease and a new process.
GIVEN_UP_S = 400.0
ATTEMPTS = 5


@pytest.fixture
def poisoned(runs: Runs) -> Iterator[Processes]:
    """Workers that know the consumers; those of other tests are ended first."""
    runs.processes.stop()
    found = Processes(runs.installation)
    found.environment = runs.installation.environment | {
        "DJANGO_SETTINGS_MODULE": poison_settings(),
        "PYTHONPATH": str(ROOT),
    }
    try:
        yield found
    finally:
        found.stop()


def poison_settings() -> str:
    """Beside the application they add."""
    return poison.__name__ + "_settings"


def owe(item: str) -> list[int]:
    """One delivery in each queue."""
    rows = [
        Delivery(consumer=f"probe.{queue}", queue=queue, item=item, due_at=clock.now())
        for queue in QUEUES
    ]
    return [row.pk for row in Delivery.objects.bulk_create(rows)]


def arm(request_id: int, percent: int) -> int:
    """Let the promise of a request warn now; the clock."""
    rows = Clock.objects.filter(request_id=request_id, metric="promise")
    now = clock.now().replace(microsecond=0)
    assert rows.update(next_kind=f"warn{percent}", next_due=now, warned=[50, 75, 90]) == 1
    return rows.get().pk


def test_poison_in_every_queue_delays_no_other_and_is_given_up(
    runs: Runs, poisoned: Processes
) -> None:
    requests = []
    for seed in (31, 32, 33):
        walker = runs.walkers([seed])[0]
        walker.step(walker.steps[0])
        requests.append(walker.request().pk)
    raises, kills, good = owe("raises"), owe("kills"), owe("good")
    arm(requests[0], RAISES)
    arm(requests[1], KILLS)
    well = arm(requests[2], 15)
    month = Event.objects.values_list("bucket", flat=True)[0]
    for chain in (BAD_CHAIN, DEADLY_CHAIN, GOOD_CHAIN):
        Dirty.objects.create(chain=chain, bucket=month, since=clock.now(), due_at=clock.now())
    suspects = {("clocks", key) for key in requests[:2]}
    suspects |= {
        ("projection", pk)
        for pk in Dirty.objects.filter(chain__in=[BAD_CHAIN, DEADLY_CHAIN]).values_list(
            "pk", flat=True
        )
    }

    def served() -> bool:
        return not (
            Delivery.objects.filter(pk__in=good).exists()
            or Clock.objects.filter(pk=well, next_kind="warn15").exists()
            or Dirty.objects.filter(chain=GOOD_CHAIN).exists()
        )

    def given_up() -> bool:
        dead = Delivery.objects.filter(pk__in=[*raises, *kills], state="dead").count()
        rows = Suspect.objects.filter(state="dead").values_list("sweep", "key")
        return dead == len(raises) + len(kills) and suspects <= set(rows)

    poisoned.start()
    _until(poisoned, _beating, 60)
    begun = time.monotonic()
    _until(poisoned, served, 120)
    took = time.monotonic() - begun
    print(f"\nthe others were served within {took:.1f} s (limit {LIMIT_S:.0f} s)", flush=True)
    assert took < LIMIT_S, poisoned.last_words()

    begun = time.monotonic()
    _until(poisoned, given_up, GIVEN_UP_S, hasten=[*raises, *kills])
    print(f"all poison was given up within {time.monotonic() - begun:.0f} s", flush=True)
    for row in Delivery.objects.filter(pk__in=raises):
        assert (row.attempts, row.error) == (ATTEMPTS, "ValueError: This one raises always.")
    # The attempt after the fifth is not made: it is the one that finds out.
    found = Delivery.objects.filter(pk__in=kills).values_list("attempts", "error")
    assert set(found) == {(ATTEMPTS + 1, "The worker ended during each attempt.")}
    tried = Suspect.objects.filter(sweep__in=["clocks", "projection"], state="dead")
    assert {(row.sweep, row.key) for row in tried} == suspects
    assert {row.attempts for row in tried} == {ATTEMPTS}
    Suspect.objects.all().delete()
    Delivery.objects.filter(consumer__startswith="probe.").delete()
    Dirty.objects.filter(chain__startswith="probe/").delete()
    Clock.objects.filter(request_id__in=requests, next_kind__startswith="warn1").update(
        next_kind="", next_due=None
    )


def _beating() -> bool:
    return Heartbeat.objects.filter(
        queue__in=["timers", "mail"], at__gt=Now() - timedelta(seconds=10)
    ).exists()


def _until(
    processes: Processes, done: Callable[[], bool], seconds: float, hasten: Sequence[int] = ()
) -> None:
    """Watch until it is so; waiting times between attempts are cut short."""
    give_up = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < give_up, processes.last_words()
        processes.watch(0.2)
        if hasten:
            Delivery.objects.filter(pk__in=hasten, state="due", due_at__gt=clock.now()).update(
                due_at=clock.now()
            )
            Suspect.objects.filter(state="due", due_at__gt=Now() + timedelta(seconds=3)).update(
                due_at=F("due_at") - timedelta(seconds=2)
            )
