"""Killed at each named point: nothing lost, nothing doubled; how soon all was back is printed."""

import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from esm.embedded.process import Child
from tests.faults import driver
from tests.faults.installation import FAST
from tests.faults.running import SEEDS, Recovery, Runs, report, slowest
from tests.faults.walks import Walker
from tests.support import ROOT

pytestmark = [pytest.mark.process, pytest.mark.slow]
# In which of its calls each walk dies: submitting, handing over, deciding.
CLIENTS = {5: 1, 8: 3, 15: 13}


@pytest.mark.parametrize(
    "point",
    [
        "outbox.after_claim#2",
        "outbox.after_effect#3",
        "sweep.after_lock",
        "projection.before_commit#2",
    ],
)
def test_a_worker_killed_at_a_failpoint(runs: Runs, tmp_path: Path, point: str) -> None:
    runs.expected(SEEDS)
    recovery = Recovery(tmp_path / "reached")
    runs.processes.said.clear()
    runs.processes.renew(FAST, failpoint=f"{point}:kill9", log=recovery.log)
    walkers = runs.walkers(SEEDS)

    runs.walk(walkers, recovery.look)

    assert recovery.log.read_text() == point.partition("#")[0] + "\n"
    assert [said[:29] for said in runs.processes.said] == ["worker fast ended (signal 9);"]
    report(f"{point}: {recovery}; {slowest(walkers)}")
    assert recovery.owed and recovery.seconds < float("inf")
    runs.compare(walkers)


@dataclass
class Client:
    """A walk in its own process, which dies once and is started again by whoever needs it.

    ``back_after`` is how long its repeated call took to be acknowledged (s), from when it was up.
    """

    walker: Walker
    child: Child
    journal: Path
    reached: Path
    times: int
    died_with: list[int] | None = None
    back_after: float | None = None

    def start(self, environment: dict[str, str]) -> None:
        self.child.environment = environment
        self.child.start()

    def look(self, environment: dict[str, str]) -> None:
        """After its death: nothing of the call it died in is there; then start it again."""
        if self.died_with is None and not self.child.running:
            assert self.child.code == -9, self.child.last_words(30)
            self.died_with = driver.lines(self.journal)
            assert self.walker.own_events() == (self.died_with or [0])[-1]
            self.start(environment)
        elif self.died_with is not None and self.back_after is None and self.went_on():
            self.back_after = time.time() - self.journal.with_suffix(".ready").stat().st_mtime

    def went_on(self) -> bool:
        """True when a call was acknowledged after its death."""
        return len(driver.lines(self.journal)) > len(self.died_with or [])


def test_a_client_killed_before_its_commit(runs: Runs, tmp_path: Path) -> None:
    """Submitting, handing over and deciding: half a call leaves nothing, its repetition all."""
    runs.expected(SEEDS)
    walkers = runs.walkers(CLIENTS)
    plain = runs.installation.environment
    clients = []
    for walker, times in zip(walkers, CLIENTS.values(), strict=True):
        place = tmp_path / str(walker.seed)
        place.mkdir()
        arguments = (runs.installation.organisation, walker.seed, walker.after, place / "journal")
        command = [sys.executable, "-m", "tests.faults.driver", *map(str, arguments)]
        child = Child(f"walk {walker.seed}", command, place / "log", place=ROOT)
        clients.append(Client(walker, child, place / "journal", place / "reached", times))
    try:
        for client in clients:
            point = f"service.before_commit#{client.times}:kill9"
            client.start(plain | {"FAILPOINT": point, "FAILPOINT_LOG": str(client.reached)})
        while any(client.child.running or client.died_with is None for client in clients):
            runs.processes.watch(0.05)
            for client in clients:
                client.look(plain)
    finally:
        for client in clients:
            client.child.kill()

    for client in clients:
        assert client.reached.read_text() == "service.before_commit\n"
        assert client.child.code == 0, client.child.last_words(30)
        assert client.back_after is not None
    slowest_back = max(client.back_after or 0 for client in clients)
    report(f"service.before_commit: {len(clients)} clients back in {slowest_back:.1f} s")
    runs.compare(walkers)
