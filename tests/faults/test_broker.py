"""The broker emptied, stopped and killed while people work: seconds are lost, never an effect."""

import os
import signal
import time

import pytest
from redis import Redis

from esm.celery import QUEUES
from esm.embedded.process import Child
from esm.events.models import Event, Heartbeat
from tests.faults.installation import Installation
from tests.faults.running import SEEDS, Runs, report, slowest
from tests.faults.walks import Walker
from tests.platform.portal import wait_for

pytestmark = [pytest.mark.process, pytest.mark.slow]
# A service call may wait for the broker's time-outs once, never longer.
CALL_GIVE_UP_S = 60.0


def valkey_of(installation: Installation) -> Child:
    """The broker's process."""
    server = installation.servers.valkey
    assert server is not None and server.child is not None
    return server.child


def waits_for_routing(walkers: list[Walker]) -> list[float]:
    """Seconds between each offer and its routing, in the ledger's own times."""
    found = []
    for walker in walkers:
        request = walker.request()
        rows = Event.objects.filter(bucket=request.chain_bucket, chain=request.chain)
        offers = {
            row.data["handoff"]: row.recorded_at for row in rows.filter(type="handoff.offered")
        }
        for row in rows.filter(type="handoff.routed"):
            found.append((row.recorded_at - offers[row.data["handoff"]]).total_seconds())
    return found


def test_the_broker_is_emptied_again_and_again(runs: Runs) -> None:
    runs.expected(SEEDS)
    walkers = runs.walkers(SEEDS)
    broker = Redis(unix_socket_path=str(runs.installation.folder.valkey_socket))
    emptied = []

    def empty() -> None:
        emptied.append(broker.flushall())

    runs.walk(walkers, empty)

    assert all(emptied) and len(emptied) > 20
    longest = max(waits_for_routing(walkers))
    report(f"emptied {len(emptied)} times: longest wait {longest:.1f} s; {slowest(walkers)}")
    runs.compare(walkers)


def test_the_broker_is_stopped_then_killed_then_back(runs: Runs) -> None:
    """Sweeps go on without it, calls succeed, and the workers find it again."""
    runs.expected(SEEDS)
    walkers = runs.walkers(SEEDS)
    broker = valkey_of(runs.installation)

    os.kill(broker.pid, signal.SIGSTOP)
    try:
        runs.walk(walkers, lambda: None, until=1)
    finally:
        os.kill(broker.pid, signal.SIGCONT)
    stopped = waits_for_routing(walkers)
    report(f"broker stopped: longest wait {max(stopped):.1f} s; {slowest(walkers)}")

    broker.kill()
    runs.walk(walkers, lambda: None, until=2)
    report(f"broker dead: {slowest(walkers)}")
    assert not broker.running

    server = runs.installation.servers.valkey
    assert server is not None
    server.restart()
    runs.installation.servers.write_run_file()
    back = time.time()
    runs.walk(walkers, lambda: None)
    report(f"broker back: {slowest(walkers)}")
    wait_for(lambda: heard_since(back), "all queues to be read again", 90)
    report(f"all queues read again after {time.time() - back:.1f} s")

    assert max(walker.calls for walker in walkers)[0][0] < CALL_GIVE_UP_S
    runs.compare(walkers)


def heard_since(moment: float) -> bool:
    """True when a heartbeat came through every queue since then."""
    rows = Heartbeat.objects.filter(queue__in=QUEUES).values_list("queue", "at")
    return {queue for queue, at in rows if at.timestamp() > moment} == set(QUEUES)
