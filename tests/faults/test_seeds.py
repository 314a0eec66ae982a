"""A few seeds of ``manage.py faults``: one of a call without an answer, one per fault, all slow."""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.harness import Harness, Run, cases
from tests.faults.kinds import KINDS
from tests.faults.kinds.base import Fault
from tests.support import ROOT

# Before the database's own fixtures: the harness brings its own.
pytestmark = pytest.mark.process
QUICK = ("F4", "hint.before_publish:kill9child")


@pytest.fixture(scope="module")
def harness(django_db_blocker: pytest.FixtureRequest) -> Iterator[Harness]:
    """One installation for the seeds of this file."""
    place = Path(tempfile.mkdtemp(prefix="esm-faults-"))
    place.chmod(0o755)
    try:
        with django_db_blocker.unblock(), Harness(place).running() as made:  # type: ignore[attr-defined]
            yield made
    finally:
        shutil.rmtree(place, ignore_errors=True)


def assert_whole(run: Run) -> None:
    """Nothing lost, doubled or early; the figures are printed."""
    print(run)
    assert run.wrong == []
    assert (run.lost, run.doubled, run.early) == (0, 0, 0)


@pytest.mark.slow
def test_a_call_that_was_committed_and_not_answered(harness: Harness) -> None:
    """The web dies after the commit, before anybody is told; nothing is lost, nothing doubled."""
    key, variant = QUICK
    assert_whole(harness.run(1, KINDS[key], variant))


@pytest.mark.slow
@pytest.mark.parametrize("key", KINDS)
def test_a_seed_of_each_fault(harness: Harness, key: str) -> None:
    kind = KINDS[key]
    assert_whole(harness.run(7, kind, kind.variants[0]))


@pytest.mark.slow
def test_a_fault_that_did_not_happen_fails(harness: Harness) -> None:
    """A skipped fault is no success."""

    class Never(Fault):
        key = "F99"
        at = (1e6, 1e6)

        def finish(self) -> None:
            self._at = 1e6
            assert self.state == "healed", f"not injected: {self.state}"

    run = harness.run(3, Never, "")
    assert run.wrong == ["AssertionError: not injected: waiting"]


def test_seeds_go_round_all_faults_then_round_their_variants() -> None:
    turns = cases(list(KINDS.values()))
    assert [kind.key for kind, _ in turns[: len(KINDS)]] == list(KINDS)
    assert {(kind.key, variant) for kind, variant in turns} == {
        (kind.key, variant) for kind in KINDS.values() for variant in kind.variants
    }
    assert len(turns) == len(set(turns))


@pytest.mark.slow
def test_the_command_says_where_it_runs(tmp_path: Path) -> None:
    """It is for a checkout of the sources; the list needs no servers."""
    done = subprocess.run(
        [sys.executable, "manage.py", "faults", "--list"], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert [line.split()[0] for line in done.stdout.splitlines()][:3] == ["F1", "F2", "F3"]
