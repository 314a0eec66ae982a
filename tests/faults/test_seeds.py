"""Seeds of ``manage.py faults``: one per fault, all slow; which seed plays what."""

import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults import __main__ as command
from tests.faults.harness import Harness, Run, case_of, cases
from tests.faults.kinds import KINDS
from tests.faults.kinds.base import Fault
from tests.support import ROOT

# Before the database's own fixtures: the harness brings its own.
pytestmark = pytest.mark.process


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


def test_when_all_cases_are_through_each_fault_has_its_turn() -> None:
    kinds = list(KINDS.values())
    turns = cases(kinds)
    played = [case_of(seed, kinds) for seed in range(len(turns) + 2 * len(kinds))]
    assert played[: len(turns)] == turns
    for place, kind in enumerate(kinds):
        first, second = (played[len(turns) + place + turn * len(kinds)] for turn in (0, 1))
        assert first == (kind, kind.variants[0])
        assert second == (kind, kind.variants[1 % len(kind.variants)])


@pytest.mark.slow
def test_the_command_says_where_it_runs(tmp_path: Path) -> None:
    """It is for a checkout of the sources; the list needs no servers."""
    done = subprocess.run(
        [sys.executable, "manage.py", "faults", "--list"], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert [line.split()[0] for line in done.stdout.splitlines()][:3] == ["F1", "F2", "F3"]


def test_a_seed_that_fails_ends_nothing_and_is_told_at_the_end(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The file is whole after every seed; a fault nobody played is a failure too."""
    kept = tmp_path / "runs.json"

    def played(seeds: list[int], _kinds: object, _logs: object) -> Iterator[Run]:
        yield Run(0, "F1", "", lost=1, wrong=["walk 5: events: lost 1 × x"])
        assert [one["seed"] for one in json.loads(kept.read_text())] == [0]
        yield Run(1, "F2", "")

    monkeypatch.setattr(command, "runs_of", played)
    asked = ["--seeds", "2", "--json", str(kept), "--only"]
    assert command.main([*asked, "F1,F2"]) == 1
    assert [one["fault"] for one in json.loads(kept.read_text())] == ["F1", "F2"]
    said = capsys.readouterr().out
    assert said.endswith("lost 1 × x (manage.py faults --seed 0 --only F1,F2)\n")
    assert command.main([*asked, "F1,F2,F3"]) == 1
    assert "FAILED F3 : skipped: too few seeds (not run" in capsys.readouterr().out
