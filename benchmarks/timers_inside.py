"""The measuring process of ``benchmarks/timers.py``."""

import ast
import json
import os
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402

from benchmarks import armed, eta  # noqa: E402
from benchmarks.inside import database_cpu, machine  # noqa: E402
from benchmarks.sweepers import Sweepers, raw  # noqa: E402
from workflows.services import timers  # noqa: E402

# Workers must be there before the first clock is due (s).
AHEAD = 12


def pace(chosen: dict[str, Any], workers: Sweepers, per_s: int, seconds: int) -> dict[str, Any]:
    """So many clocks due in each second: how late each fired."""
    count = per_s * seconds
    begin = whole_second() + timedelta(seconds=max(AHEAD, count // 4000))
    armed.arm(count, [begin + timedelta(seconds=n) for n in range(seconds)])
    busy = workers.cpu()
    wait_until(begin + timedelta(seconds=seconds + 1))
    armed.wait_fired(120)
    spent = workers.cpu() - busy
    found = armed.judge()
    return found | {"due_per_s": per_s, "seconds": seconds, "sweepers_cpu_s": round(spent, 1)}


def drain(chosen: dict[str, Any], workers: Sweepers, count: int) -> dict[str, Any]:
    """All due at one moment, two on each request: full effects per second until the last."""
    begin = whole_second() + timedelta(seconds=max(AHEAD, count // 4000))
    armed.arm(count, [begin])
    busy = workers.cpu()
    wait_until(begin)
    armed.wait_fired(600)
    spent = workers.cpu() - busy
    found = armed.judge()
    rate = found["fired"] / max(found["last_s"], 0.001)
    return found | {"effects_per_s": round(rate), "sweepers_cpu_s": round(spent, 1)}


def alone(chosen: dict[str, Any], count: int) -> dict[str, Any]:
    """The same in this process: CPU per effect of both sides, which other work does not change."""
    begin = whole_second() - timedelta(seconds=60)
    armed.arm(count, [begin])
    database, own, wall = database_cpu(), time.process_time(), time.monotonic()
    fired = timers.sweep()
    own, wall = time.process_time() - own, time.monotonic() - wall
    database = database_cpu() - database
    return {
        "fired": fired,
        "python_us": round(own / max(fired, 1) * 1e6),
        "database_us": round(database / max(fired, 1) * 1e6),
        "effects_per_s": round(fired / wall),
        "chain_faults": armed.chain_faults(),
    }


def whole_second() -> datetime:
    """This second."""
    return datetime.now(UTC).replace(microsecond=0)


def wait_until(moment: datetime) -> None:
    """Sleep until then."""
    time.sleep(max(0.0, (moment - datetime.now(UTC)).total_seconds()))


def told(name: str, found: dict[str, Any]) -> str:
    """One line of a part."""
    parts = [f"{key} {value:,}" for key, value in found.items() if isinstance(value, int | float)]
    return f"{name:10} " + " · ".join(parts)


def main(place: Path, chosen: dict[str, Any]) -> int:
    """Build, run the parts, tell."""
    started = time.monotonic()
    call_command("migrate", verbosity=0)
    if not (place / "built").exists():
        armed.build(place, chosen["clocks"])
        (place / "built").touch()
    parts, scale = chosen["parts"].split(","), chosen["scale"]
    print(f"{armed.count():,} armed clocks; {time.monotonic() - started:.0f} s", flush=True)
    figures: dict[str, Any] = {}
    sizes = {"steady": (200, int(300 * scale)), "rush": (1000, int(60 * scale))}
    many = min(int(100_000 * scale), armed.count() // 2)
    if {"steady", "rush", "drain"} & set(parts):
        workers = Sweepers(place, chosen["sweepers"], chosen["queues"])
        try:
            workers.start()
            for name in ("steady", "rush", "drain"):
                if name in parts and name == "drain":
                    figures[name] = drain(chosen, workers, many)
                elif name in parts:
                    figures[name] = pace(chosen, workers, *sizes[name])
                if name in parts:
                    print(told(name, figures[name]), flush=True)
        finally:
            workers.stop()
    if "cpu" in parts:
        figures["cpu"] = alone(chosen, many)
        print(told("cpu", figures["cpu"]), flush=True)
    if "raw" in parts:
        figures["raw"] = raw(many, chosen["sweepers"])
        print(told("raw", figures["raw"]), flush=True)
    if "eta" in parts:
        for name, options in eta.RUNS.items():
            figures[f"eta {name}"] = eta.measure(place, chosen["eta"], options)
            print(told(f"eta {name}", figures[f"eta {name}"]), flush=True)
    if "raw" in figures and "drain" in figures:
        share = figures["drain"]["effects_per_s"] / figures["raw"]["updates_per_s"]
        figures["share_of_raw"] = round(share, 3)
        print(f"full effects: {share:.0%} of the raw queue")
    whole = {"machine": machine(), **chosen, "figures": figures}
    print(json.dumps(whole["machine"]))
    if chosen["json"]:
        Path(chosen["json"]).write_text(json.dumps(whole, indent=1, default=str))
    connection.close()
    return 0


if __name__ == "__main__":
    os.chdir(Path(__file__).resolve().parent.parent)
    sys.exit(main(Path(sys.argv[1]), ast.literal_eval(sys.argv[2])))
