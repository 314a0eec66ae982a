"""The measured process of ``benchmarks/valueflow.py``: makes facts, counts them, asks the pages."""

import ast
import io
import json
import random
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import django

django.setup()

import polars as pl  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402

from benchmarks import valueflow_world as world  # noqa: E402
from benchmarks.inside import Counted, database_cpu, machine  # noqa: E402
from esm.accounts.models import User  # noqa: E402
from esm.common import clock  # noqa: E402
from esm.events.actors import SYSTEM  # noqa: E402
from esm.events.models import Dirty  # noqa: E402
from esm.events.services import dirty, dispatch  # noqa: E402
from governance.services import drafting  # noqa: E402
from governance.services.people_file import apply_people  # noqa: E402
from valueflow.models import FactRequest  # noqa: E402
from valueflow.selectors import tallies  # noqa: E402
from valueflow.selectors.questions.everything import questions  # noqa: E402
from valueflow.selectors.scope import parse  # noqa: E402
from valueflow.services import project, rollups  # noqa: E402
from workflows.models import Request  # noqa: E402

PEER = Path(__file__).parent / "peers" / "flow_peer.py"
# A page is asked so often at least, and no more once it took so many seconds in all.
FEWEST, LONGEST = 2, 10.0
NAMES = ["case", "number", "stage", "department", "entered", "ended"]


def peak() -> int:
    """The most memory this process ever had, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


class Spent:
    """Wall, CPU of this process and of PostgreSQL, in seconds."""

    def __enter__(self) -> "Spent":
        self._start = time.perf_counter(), time.process_time(), database_cpu()
        return self

    def __exit__(self, *_: Any) -> None:
        now = time.perf_counter(), time.process_time(), database_cpu()
        self.wall, self.app, self.pg = (b - a for a, b in zip(self._start, now, strict=True))

    def told(self) -> dict[str, float]:
        return {
            "wall_s": round(self.wall, 2),
            "app_s": round(self.app, 2),
            "pg_s": round(self.pg, 2),
        }


def base(place: Path) -> dict[str, list[int]]:
    """An organisation with the patterns of its requests, made once in a folder that is kept."""
    known = place / "base.json"
    if not known.exists():
        call_command("migrate", verbosity=0)
        folder = place / "organisation"
        world.write(folder)
        drafting.apply_files(folder / "model", actor=SYSTEM, publish=True)
        apply_people(folder / "people.yaml", actor=SYSTEM, week_one=world.NOW.date())
        made = world.patterns()
        dispatch.drain("outbox")
        dirty.project_dirty()
        known.write_text(json.dumps(made))
    found: dict[str, list[int]] = json.loads(known.read_text())
    return found


def make(place: Path, chosen: dict[str, Any]) -> dict[str, Any]:
    """An organisation with its history, and what is counted of it."""
    clock.set_source(lambda: world.NOW)
    made = base(place)
    world.clear()
    found: dict[str, Any] = {"patterns": made}
    with Spent() as spent:
        frame = world.plan(chosen["requests"], chosen["seed"])
        rows = {"workflows_request": world.requests(frame, made)}
        version = Request.objects.select_related("version").earliest("pk").version.code
        rows |= world.facts(frame, version)
        world.ready()
    found["made"] = spent.told() | {"rows": rows, "peak_mb": peak()}
    print(f"made {sum(rows.values()):,} rows in {spent.wall:.0f} s; peak {peak():,} MB", flush=True)
    with Spent() as spent:
        counts = rollups.rebuild()
    found["counted"] = spent.told() | {"rows": counts, "peak_mb": peak(), "size_mb": sizes()}
    print(f"counted: {counts:,} rows, {found['counted']}", flush=True)
    world.ready()
    (place / "made.json").write_text(json.dumps(found))
    return found


def sizes() -> dict[str, int]:
    """Megabytes of facts and of counts, indexes included."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname, pg_total_relation_size(oid) / 1048576 FROM pg_class"
            " WHERE relkind = 'r' AND relname LIKE 'valueflow_%' AND reltuples > 100 ORDER BY 1"
        )
        return dict(cursor.fetchall())


def pages() -> dict[str, str]:
    """The dashboards by name."""
    return {
        "dashboard": "/flow/",
        "dashboard, a year": "/flow/?period=52w",
        "dashboard, a stream": "/flow/?stream=stream-3",
        "dashboard, some days": "/flow/?from=2026-08-05&to=2026-10-21",
        "dashboard, a service": "/flow/?service=service-3-1",
        "JSON": "/api/v1/flow/summary",
        "streams": "/streams/",
        "a stream": "/streams/stream-3/",
        "critical streams": "/adoption/critical/",
        "list of the finished": "/flow/requests/?figure=finished",
        "list in flight": "/flow/requests/?figure=in-flight",
        "list of handoffs": "/flow/requests/?figure=handoffs&giver=dept-3&receiver=dept-4",
        "decisions": "/flow/decisions/",
        "value report": "/flow/value/",
        "problems": "/flow/problems/",
    }


def asked() -> dict[str, str]:
    """The pages of the questions by name."""
    return {
        f"{question.code} {question.slug}": f"/flow/questions/{question.slug}/"
        for question in questions()
    }


def look(client: Client, url: str, repeats: int) -> dict[str, Any]:
    """A page cold, then again and again; the slowest statement with its plan's time."""
    counted = Counted()
    with Spent() as cold, connection.execute_wrapper(counted):
        status = client.get(url).status_code
    found: dict[str, Any] = {"status": status, "queries": counted.number, "cold_ms": _ms(cold.wall)}
    found["slowest"] = max(counted.spent, key=lambda sql: counted.spent[sql], default="")
    found["slowest_ms"] = round(max(counted.spent.values(), default=0) / 1000)
    walls: list[float] = []
    with Spent() as warm:
        while len(walls) < repeats and (len(walls) < FEWEST or sum(walls) < LONGEST):
            started = time.perf_counter()
            client.get(url)
            walls.append(time.perf_counter() - started)
    walls.sort()
    found |= {
        "p50_ms": _ms(statistics.median(walls)),
        "p95_ms": _ms(walls[min(len(walls) - 1, int(len(walls) * 0.95))]),
        "repeats": len(walls),
        "app_ms": _ms(warm.app / len(walls)),
        "pg_ms": _ms(warm.pg / len(walls)),
    }
    return found


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 1)


def ask(urls: dict[str, str], chosen: dict[str, Any]) -> dict[str, Any]:
    """Pages as the chair sees them."""
    client = Client()
    client.force_login(User.objects.get(username="chair"))
    client.get("/adoption/")
    found = {}
    print(
        f"\n{'page':28} {'cold':>8} {'P50':>8} {'P95':>8} {'app':>7} {'pg':>7} {'queries':>8}  ms"
    )
    for name, url in urls.items():
        one = found[name] = look(client, url, chosen["repeats"])
        print(
            f"{name:28} {one['cold_ms']:8.0f} {one['p50_ms']:8.0f} {one['p95_ms']:8.0f}"
            f" {one['app_ms']:7.0f} {one['pg_ms']:7.0f} {one['queries']:8}"
            f"{'' if one['status'] == 200 else '  status ' + str(one['status'])}",
            flush=True,
        )
        if chosen["explain"] and one["p95_ms"] > 300:
            print(f"    {one['slowest_ms']} ms: {one['slowest'][:1500]}")
    return found


def events_of(made: dict[str, list[int]], count: int) -> list[int]:
    """Events of their pattern for the last finished requests; their ids."""
    ids = list(
        FactRequest.objects.filter(outcome="fulfilled", pk__gte=world.FIRST)
        .order_by("-fulfilled_at")
        .values_list("pk", flat=True)[:count]
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT column_name FROM information_schema.columns WHERE table_name = 'events_event'"
            " AND column_name NOT IN ('id', 'chain') AND is_generated = 'NEVER'"
        )
        names = ", ".join(f'"{row[0]}"' for row in cursor.fetchall())
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(
            f"INSERT INTO events_event (chain, {names}) SELECT 'request/' || i, {names}"
            " FROM unnest(%s::bigint[]) i JOIN events_event t ON t.chain = 'request/' ||"
            f" (%s::bigint[])[i %% {world.PATTERNS} + 1]",
            [ids, made["closed"]],
        )
        cursor.execute("SET session_replication_role = origin")
        cursor.execute("ANALYZE events_event")
    return ids


MARK = """
INSERT INTO events_dirty (chain, bucket, since, due_at)
SELECT 'request/' || i, %s, %s, %s FROM unnest(%s::bigint[]) i
ON CONFLICT (chain) DO UPDATE SET mark = events_dirty.mark + 1
"""


def follow(made: dict[str, list[int]], rate: int, seconds: int) -> dict[str, Any]:
    """Chains grow at this rate while one projector works; how late facts and counts are.

    A step of a request writes several events at one moment, as many as those of the patterns.
    """
    ids = events_of(made, world.RECENT)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*), count(DISTINCT occurred_at) FROM events_event WHERE chain = %s",
            [f"request/{made['closed'][0]}"],
        )
        written, steps = cursor.fetchone()
    dice = random.Random(3)
    project.project_requests(ids[:400])
    bucket = Request.objects.values_list("chain_bucket", flat=True).earliest("pk")
    delays: list[float] = []
    waiting: dict[int, float] = {}
    fed, begun = 0, time.perf_counter()
    with Spent() as spent:
        while (now := time.perf_counter() - begun) < seconds or waiting:
            new = min(int(now * rate), rate * seconds) - fed
            if new > 0:
                fed += new
                chains = [dice.choice(ids) for _ in range(max(1, new * steps // written))]
                for pk in chains:
                    waiting.setdefault(pk, now)
                with connection.cursor() as cursor:
                    cursor.execute(MARK, [bucket, world.NOW, world.NOW, sorted(set(chains))])
            dirty.project_dirty(limit=dirty.BATCH)
            behind = Dirty.objects.values_list("chain", flat=True)
            open_now = {int(chain.rpartition("/")[2]) for chain in behind}
            done = time.perf_counter() - begun
            for pk in [pk for pk in waiting if pk not in open_now]:
                delays.append(done - waiting.pop(pk))
            if not waiting:
                time.sleep(0.01)
    delays.sort()
    return spent.told() | {
        "events": fed,
        "events_a_step": round(written / steps, 2),
        "projections": len(delays),
        "events_a_second": round(fed / spent.wall),
        "p50_s": round(delays[len(delays) // 2], 2),
        "p95_s": round(delays[int(len(delays) * 0.95)], 2),
        "max_s": round(delays[-1], 2),
        "app_ms_a_projection": round(spent.app / len(delays) * 1000, 2),
        "pg_ms_a_projection": round(spent.pg / len(delays) * 1000, 2),
    }


def exported() -> bytes:
    """Every visit of a finished request as CSV, by COPY."""
    text = io.BytesIO()
    with connection.cursor() as cursor:
        cursor.cursor.copy_expert(
            "COPY (SELECT fact_id, number, stage, department,"
            " extract(epoch FROM entered_at)::bigint, extract(epoch FROM ended_at)::bigint"
            " FROM valueflow_factvisit) TO STDOUT (FORMAT csv)",
            text,
        )
    return text.getvalue()


def mined(text: bytes, what: str) -> int:
    """Pairs that follow each other, with the median wait, by Polars."""
    frame = pl.read_csv(text, has_header=False, new_columns=NAMES).sort("case", "number")
    pairs = frame.select(
        a=pl.col(what),
        b=pl.col(what).shift(-1),
        same=pl.col("case") == pl.col("case").shift(-1),
        wait=pl.col("entered").shift(-1) - pl.col("ended"),
    ).filter("same")
    found = pairs.group_by("a", "b").agg(pl.len().alias("n"), pl.col("wait").median())
    if what == "department":
        found = found.filter(pl.col("a") != pl.col("b"))
    return int(found["n"].sum())


def mine(place: Path, chosen: dict[str, Any]) -> dict[str, Any]:
    """The matrix and the steps from counts; both ad hoc, beside the engines on a file."""
    found: dict[str, Any] = {}
    year = parse({"period": "52w"})
    questions: dict[str, Callable[[], object]] = {
        "handover matrix of a year, from counts": lambda: tallies.FromCounts(year).pairs(),
        "steps of a year, from counts": lambda: tallies.FromCounts(year).steps(),
        "directly-follows, COPY out and Polars": lambda: mined(exported(), "stage"),
        "handover matrix, COPY out and Polars": lambda: mined(exported(), "department"),
    }
    for name, work in questions.items():
        runs = []
        for _ in range(3):
            with Spent() as spent:
                work()
            runs.append(spent.told())
        found[name] = min(runs, key=lambda run: run["wall_s"])
        print(f"{name:44} {found[name]}  peak {peak():,} MB", flush=True)
    if chosen["duckdb"]:
        file = place / "visits.csv"
        file.write_bytes(exported())
        told = subprocess.run(
            [chosen["duckdb"], str(PEER), str(file), "3"],
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        file.unlink()
        found["peers"] = json.loads(told)
        for name, one in found["peers"].items():
            if isinstance(one, dict):
                wall, cpu = min(one["wall"]), min(one["cpu"])
                print(f"{name:44} {wall:.2f} s wall, {cpu:.2f} s CPU, n {one['n']:,}")
    return found


def measure(place: Path, chosen: dict[str, Any]) -> dict[str, Any]:
    """Ask, mine, project."""
    clock.set_source(lambda: world.NOW)
    found: dict[str, Any] = json.loads((place / "made.json").read_text())
    found["pages"] = ask(pages(), chosen)
    found["mining"] = mine(place, chosen)
    found["projection"] = follow(found["patterns"], chosen["rate"], chosen["seconds"])
    print(f"projection: {found['projection']}", flush=True)
    found["questions"] = ask(asked(), chosen)
    found["peak_mb_asked"] = peak()
    off = list(rollups.differences()) if chosen["requests"] <= 50_000 else []
    print(f"counts that are not those of the facts: {len(off)}" if off else "", *off[:3], sep="\n")
    found["machine"] = machine()
    print(json.dumps(found["machine"]))
    if chosen["json"]:
        Path(chosen["json"]).write_text(json.dumps(found | {"chosen": chosen}, indent=1))
    return found


if __name__ == "__main__":
    home, options = Path(sys.argv[2]), ast.literal_eval(sys.argv[3])
    if sys.argv[1] == "measure":
        measure(home, options)
    elif not (home / "made.json").exists():
        make(home, options)
