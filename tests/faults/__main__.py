"""Runs of seeds: what ``manage.py faults`` starts in a process whose environment is its own.

Seeds go round all faults with all their variants, then round the faults; each seed plays the same
in every run. One that fails does not end the run.
"""

import argparse
import json
import os
import statistics
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

import django

django.setup()

from tests import made  # noqa: E402
from tests.faults.harness import Harness, Run, case_of  # noqa: E402
from tests.faults.kinds import KINDS  # noqa: E402
from tests.faults.kinds.base import Fault  # noqa: E402

# Those of the issue; one that has no harness fails by name.
WANTED = (
    "F1", "F2", "F3", "F4", "F5", "F6", "F7", "F8", "F9", "F10", "F11", "F12", "F13", "F15",
    "F16", "F17", "F18", "F20", "F25", "F26", "F30",
)  # fmt: skip

# So often in a row the installation may fail to start.
STARTS = 3


def arguments(given: Sequence[str]) -> argparse.Namespace:
    """What was asked for."""
    parser = argparse.ArgumentParser(prog="manage.py faults", description=__doc__)
    parser.add_argument("--seeds", type=int, default=len(WANTED), help="how many runs")
    parser.add_argument("--seed", type=int, help="this run alone, as in a longer one")
    parser.add_argument("--only", default="", metavar="F3,F8", help="these faults alone")
    parser.add_argument("--json", metavar="FILE", help="write every run to a file, logs beside it")
    parser.add_argument("--list", action="store_true", help="print the faults and end")
    return parser.parse_args(given)


def main(given: Sequence[str]) -> int:
    """Choose the cases, run them, print what came of them; 1 when something was wrong."""
    asked = arguments(given)
    names = [name for name in asked.only.split(",") if name] or list(WANTED)
    missing = [name for name in names if name not in KINDS]
    if asked.list:
        for name in WANTED:
            kind = KINDS.get(name)
            words = f"{kind.title} ({len(kind.variants)} variants)" if kind else "not built"
            print(f"{name:<4} {words}")
        return 0
    found = [Run(-1, name, "", wrong=["not built"]) for name in missing]
    kinds = [KINDS[name] for name in names if name in KINDS]
    seeds = [asked.seed] if asked.seed is not None else list(range(asked.seeds))
    if kinds:
        logs = Path(f"{asked.json}.logs") if asked.json else None
        for run in runs_of(seeds, kinds, logs):
            found.append(run)
            print(line(run), flush=True)
            write(found, asked.json)
    skipped = sorted({kind.key for kind in kinds} - {one.fault for one in found})
    if asked.seed is None:
        found += [Run(-1, name, "", wrong=["skipped: too few seeds"]) for name in skipped]
    print(table(found))
    write(found, asked.json)
    failed = [one for one in found if one.wrong]
    for one in failed:
        again = f"manage.py faults --seed {one.seed}" if one.seed >= 0 else "not run"
        only = f" --only {asked.only}" if asked.only else ""
        print(f"FAILED {one.fault} {one.variant}: {one.wrong[0]} ({again}{only})", flush=True)
    return 1 if failed else 0


def runs_of(
    seeds: Sequence[int], kinds: Sequence[type[Fault]], logs: Path | None = None
) -> Iterator[Run]:
    """One run per seed, on one installation for as long as the faults leave it whole.

    In ``logs`` each run that failed leaves what the processes had written until then.
    """
    os.environ[made.VARIABLE] = str(made.ensure().root)
    waiting, in_vain = list(seeds), 0
    while waiting and in_vain < STARTS:
        # Short, because the paths of sockets are.
        with tempfile.TemporaryDirectory(prefix="esm-faults-", ignore_cleanup_errors=True) as place:
            Path(place).chmod(0o755)
            before = len(waiting)
            try:
                with Harness(Path(place)).running() as harness:
                    while waiting and not harness.broken:
                        seed, in_vain = waiting.pop(0), 0
                        run = harness.run(seed, *case_of(seed, kinds))
                        if run.wrong and logs is not None:
                            harness.keep_logs(logs / f"{seed}-{run.fault}")
                        yield run
            except Exception as error:
                # The next one gets another; where none starts there is nothing to try.
                print(f"the installation failed: {error!r}", file=sys.stderr, flush=True)
                if len(waiting) == before:
                    in_vain += 1
                if in_vain == STARTS:
                    for seed in waiting:
                        kind, variant = case_of(seed, kinds)
                        yield Run(seed, kind.key, variant, wrong=[f"did not start: {error!r}"])


def write(found: Sequence[Run], file: str | None) -> None:
    """All runs so far, whole at every moment."""
    if file:
        side = Path(f"{file}.new")
        side.write_text(json.dumps([one.as_json() for one in found], indent=1) + "\n")
        side.replace(file)


def line(run: Run) -> str:
    """One run in a line; what was wrong stands below it."""
    back = "-" if run.recovery_s is None else f"{run.recovery_s:.1f} s"
    verdict = "FAILED" if run.wrong else "ok"
    name = f"{run.fault} {run.variant}".strip()
    words = (
        f"{verdict:<6} seed {run.seed:>3}  {name:<34} lost {run.lost}, doubled {run.doubled},"
        f" early {run.early}, back {back}, {run.operations} calls ({run.unanswered} unanswered),"
        f" mails twice {run.mails_twice}, {run.seconds:.0f} s, CPU {run.cpu_s:.0f} s,"
        f" cores waited for {run.waited:.0%}"
    )
    more = [f"       {note}" for note in (*run.notes, *run.wrong[:12])]
    return "\n".join([words, *more])


def table(runs: Sequence[Run]) -> str:
    """One line per fault: runs, lost, doubled, early, recovery."""
    by_fault = defaultdict(list)
    for one in runs:
        by_fault[one.fault].append(one)
    lines = ["", "fault   runs failed  lost doubled early  recovery P50    max"]
    for name in sorted(by_fault, key=lambda key: int(key[1:])):
        mine = by_fault[name]
        took = [one.recovery_s for one in mine if one.recovery_s is not None]
        back = f"{statistics.median(took):10.1f} s {max(took):6.1f} s" if took else f"{'-':>12}"
        counts = [sum(getattr(one, what) for one in mine) for what in ("lost", "doubled", "early")]
        ran = sum(one.seed >= 0 for one in mine)
        failed = sum(bool(one.wrong) for one in mine)
        lines.append(
            f"{name:<6} {ran:>5} {failed:>6} {counts[0]:>5} {counts[1]:>7} {counts[2]:>5}  {back}"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
