"""The measured process of ``benchmarks/pages.py``: makes the organisation, asks its pages."""

import ast
import json
import os
import platform
import re
import subprocess
import sys
import time
from collections import Counter
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402

from benchmarks import copies, history, organisation  # noqa: E402
from esm.accounts.models import User  # noqa: E402
from esm.common import clock  # noqa: E402
from esm.events.actors import SYSTEM  # noqa: E402
from esm.events.services import dispatch  # noqa: E402
from governance.services import drafting  # noqa: E402
from governance.services.people_file import apply_people  # noqa: E402
from workflows.models import Request, StageVisit  # noqa: E402

TICKS = os.sysconf("SC_CLK_TCK")
PEER = Path(__file__).parent / "peers" / "ticket_list.py"


@dataclass(frozen=True)
class Figure:
    """One page for one viewer: queries, wall time in ms, CPU of both sides in ms a request."""

    page: str
    viewer: str
    queries: int
    fewest: int
    p50: float
    p95: float
    web_cpu: float
    database_cpu: float
    kilobytes: float
    slowest: str


def build(place: Path, requests: int, people: int) -> dict[str, tuple[int, float]]:
    """An installation with its history."""
    folder = place / "organisation"
    organisation.write(folder)
    clock.set_source(lambda: history.NOW - timedelta(days=900))
    drafting.apply_files(folder / "model", actor=SYSTEM, publish=True)
    apply_people(folder / "people.yaml", actor=SYSTEM, week_one=history.NOW.date())
    patterns = history.Patterns().make()
    dispatch.drain("outbox")
    made = Request.objects.count()
    askers = history.colleagues(people)
    history.plan(patterns, askers, requests - made)
    open_from = int((requests - made) * (1 - history.OPEN_SHARE))
    return copies.expand(max(0, open_from - history.EVENTS_OF_CLOSED))


class Counted:
    """Counts queries and keeps the slowest."""

    def __init__(self) -> None:
        self.number = 0
        self.spent: Counter[str] = Counter()

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        self.number += 1
        started = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            shown = cursor_text(context, sql, params)
            self.spent[shown] += int((time.perf_counter() - started) * 1e6)


def cursor_text(context: Any, sql: str, params: Any) -> str:
    """The statement with its values."""
    text = context["cursor"].cursor.mogrify(sql, params) if params else sql
    return text.decode() if isinstance(text, bytes) else str(text)


def database_cpu() -> float:
    """CPU seconds of PostgreSQL so far: the postmaster's children, those that ended too."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        own = cursor.fetchone()[0]
    parent = _stat(own)[1]
    total = sum(_stat(parent)[11:15])
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                found = _stat(int(entry.name))
            except (OSError, IndexError):
                continue
            if found[1] == parent:
                total += found[11] + found[12]
    return total / TICKS


def _stat(pid: int) -> list[int]:
    """Fields of /proc/<pid>/stat behind the state: [1] is the parent, [11:15] the CPU ticks."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return [0, *(int(field) for field in fields[1:15])]


def ask(client: Client, page: str, viewer: str, urls: list[str], repeats: int) -> Figure:
    """Ask a page a number of times, its caches warm; every answer must be whole."""
    for url in urls[:3]:
        for _ in range(2):
            answer = client.get(url)
            assert answer.status_code == 200, (url, answer.status_code)
    walls, numbers, spent = [], set(), Counter()  # type: ignore[var-annotated]
    for number in range(min(repeats, 12)):
        counted = Counted()
        with connection.execute_wrapper(counted):
            client.get(urls[number % len(urls)])
        numbers.add(counted.number)
        spent.update(counted.spent)
    database, web, size = database_cpu(), time.process_time(), 0
    for number in range(repeats):
        started = time.perf_counter()
        answer = client.get(urls[number % len(urls)])
        walls.append((time.perf_counter() - started) * 1000)
        size = len(answer.content)
        assert answer.status_code == 200, urls
    web, database = time.process_time() - web, database_cpu() - database
    walls.sort()
    return Figure(
        page=page,
        viewer=viewer,
        queries=max(numbers),
        fewest=min(numbers),
        p50=round(walls[len(walls) // 2], 1),
        p95=round(walls[int(len(walls) * 0.95)], 1),
        web_cpu=round(web / repeats * 1000, 1),
        database_cpu=round(database / repeats * 1000, 1),
        kilobytes=round(size / 1024, 1),
        slowest=max(spent, key=lambda sql: spent[sql], default=""),
    )


def pages_of(user: User, person: int, team: str) -> dict[str, list[str]]:
    """Addresses of the pages for one viewer."""
    seen = StageVisit.objects.filter(team__key=team, state__in=StageVisit.LIVE).order_by("-pk")
    numbers = list(seen.values_list("request__number", flat=True)[:20])
    own = Request.objects.filter(requester_id=person, is_open=True).order_by("-pk")
    numbers = numbers or list(own.values_list("number", flat=True)[:20])
    words = ["laptop", "broken printer", "lost key voucher", "R-1500", "invoice 17"]
    words += ["licence shared", "prin", "zebra"]
    return {
        "home": ["/"],
        "queue": [f"/queue/{team}/", f"/queue/{team}/?sort=due"],
        "my requests": ["/requests/", "/requests/?view=done"],
        "search": [f"/search/?q={w.replace(' ', '+')}" for w in words],
        "request": [f"/requests/R-{number}/" for number in numbers],
    }


def viewers(asker: int) -> list[tuple[str, User, int, str]]:
    """(who, account, person, team) of those who look."""
    accounts = {
        "member": ("member-3-0", "team-3-0"),
        "lead": ("lead-5-1", "team-5-1"),
        "executive, sees all": ("chair", "team-0-0"),
    }
    found = []
    for who, (name, team) in accounts.items():
        user = User.objects.get(username=name)
        found.append((who, user, user.persons.get().pk, team))
    user = User.objects.get(persons=asker)
    team = user.persons.get().memberships.select_related("team").first().team.key
    return [*found, ("asked 3,000 times", user, asker, team)]


def machine() -> dict[str, Any]:
    """On what it ran."""
    model = re.search(r"model name\s*: (.*)", Path("/proc/cpuinfo").read_text())
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version")
        version = cursor.fetchone()[0]
    return {
        "cpu": model[1] if model else platform.machine(),
        "cores": os.cpu_count(),
        "memory_gb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        "python": platform.python_version(),
        "postgresql": version,
        "load": os.getloadavg()[0],
    }


def helpdesk(chosen: dict[str, Any]) -> dict[str, Any]:
    """The same measures of django-helpdesk's ticket list, in a process and database of its own."""
    with connection.cursor() as cursor:
        cursor.execute("DROP DATABASE IF EXISTS helpdesk")
        cursor.execute("CREATE DATABASE helpdesk")
    command = [chosen["helpdesk"], str(PEER), str(chosen["tickets"]), str(chosen["repeats"])]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    found: dict[str, Any] = json.loads(told.splitlines()[-1])
    return found


def table(figures: list[Figure]) -> str:
    """The figures as people read them."""
    head = f"{'page':12} {'viewer':20} {'queries':>8} {'P50 ms':>8} {'P95 ms':>8}"
    lines = [f"{head} {'web CPU ms':>11} {'db CPU ms':>10} {'kB':>7}"]
    for f in figures:
        number = f"{f.queries}" if f.fewest == f.queries else f"{f.fewest}–{f.queries}"
        line = f"{f.page:12} {f.viewer:20} {number:>8} {f.p50:8.1f} {f.p95:8.1f}"
        lines.append(f"{line} {f.web_cpu:11.1f} {f.database_cpu:10.1f} {f.kilobytes:7.1f}")
    return "\n".join(lines)


def main(place: Path, chosen: dict[str, Any]) -> int:
    """Build, measure, tell."""
    started = time.monotonic()
    clock.set_source(lambda: history.NOW)
    call_command("migrate", verbosity=0)
    if not (place / "built").exists():
        built = build(place, chosen["requests"], chosen["people"])
        for name, (rows, seconds) in built.items():
            print(f"  {rows:>10,} rows  {seconds:6.1f} s  {name}", flush=True)
        (place / "built").touch()
    total = Request.objects.count()
    print(f"{total:,} requests, {chosen['people']:,} people; {time.monotonic() - started:.0f} s")
    rows = Request.objects.raw(
        "SELECT min(id) AS id, requester_id FROM workflows_request GROUP BY requester_id"
        " ORDER BY count(*) DESC LIMIT 1"
    )
    figures = []
    for who, user, person, team in viewers(rows[0].requester_id):
        client = Client()
        client.force_login(user)
        for page, urls in pages_of(user, person, team).items():
            if urls:
                figures.append(ask(client, page, who, urls, chosen["repeats"]))
                print(".", end="", flush=True)
    print(f"\n\n{table(figures)}\n")
    told: dict[str, Any] = {"machine": machine(), "requests": total, **chosen}
    told["figures"] = [asdict(f) for f in figures]
    print(json.dumps(told["machine"]), f"{chosen['repeats']} repeats a row")
    if chosen["explain"]:
        explain(figures)
    if chosen["helpdesk"]:
        told["helpdesk"] = helpdesk(chosen)
        compare(figures, told["helpdesk"])
    if chosen["json"]:
        Path(chosen["json"]).write_text(json.dumps(told, indent=1))
    return 0


def explain(figures: list[Figure]) -> None:
    """The plan of the dearest query of each slow page."""
    for figure in figures:
        if figure.p95 > 80 and figure.slowest:
            print(f"\n== {figure.page}, {figure.viewer}: {figure.p95} ms\n{figure.slowest}")
            with connection.cursor() as cursor:
                cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS) {figure.slowest}".replace("%", "%%"))
                print("\n".join(row[0] for row in cursor.fetchall()))


def compare(figures: list[Figure], other: dict[str, Any]) -> None:
    """Their list beside our queue and list of requests."""
    print(f"\ndjango-helpdesk {other['version']}, {other['tickets']:,} tickets, 50 a page:")
    for name, row in other["lists"].items():
        line = (
            f"  {name:28} {row['queries']:>5} queries  P50 {row['p50']:8.1f}  P95 {row['p95']:8.1f}"
        )
        print(f"{line} ms  web CPU {row['web_cpu']:7.1f} ms")
    # Their page holds no rows: a browser asks for it and then for the rows.
    rows = (other["lists"]["page of the list (no rows)"], other["lists"]["rows of one queue, open"])
    wall, cpu = (sum(row[part] for row in rows) for part in ("p95", "web_cpu"))
    print(f"  their page and the rows of one queue: P95 {wall:.1f} ms, web CPU {cpu:.1f} ms")
    for page in ("queue", "my requests"):
        dearest = max((f for f in figures if f.page == page), key=lambda f: f.p95)
        line = f"P95 {dearest.p95:.1f} ms, {dearest.p95 / wall:.2f} × theirs"
        line += f"; web CPU {dearest.web_cpu:.1f} ms, {dearest.web_cpu / cpu:.2f} × theirs"
        print(f"  our slowest {page}: {line}")


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), ast.literal_eval(sys.argv[2])))
