"""The workers that sweep, as the product runs them; and a queue without any effect beside them."""

import os
import sys
import threading
import time
from pathlib import Path
from typing import Any

import psycopg2
from django.conf import settings
from django.db import connection

from esm.embedded.process import Child

TICKS = os.sysconf("SC_CLK_TCK")
READY_S = 60


class Sweepers:
    """Workers with their sweeper, and beat."""

    def __init__(self, place: Path, number: int, queues: str) -> None:
        celery = [sys.executable, "-m", "celery", "--quiet", "-A", "esm.celery"]
        worker = [*celery, "worker", "--loglevel", "WARNING", "--without-gossip"]
        worker += ["--without-mingle", "--without-heartbeat", "--prefetch-multiplier", "1"]
        self.children = [
            Child(
                f"worker {n}",
                [*worker, "-n", f"fast{n}@%h", "-Q", queues, "--concurrency", "1"],
                place / f"worker-{n}.log",
                environment=dict(os.environ),
            )
            for n in range(number)
        ]
        beat = [*celery, "beat", "--loglevel", "WARNING"]
        self.children.append(Child("beat", beat, place / "beat.log", environment=dict(os.environ)))
        self.number = number

    def start(self) -> None:
        """Start all, and wait until each sweeper sweeps."""
        for child in self.children:
            child.start()
        give_up = time.monotonic() + READY_S
        while len(self._sweeping()) < self.number:
            if time.monotonic() > give_up:
                raise RuntimeError("\n".join(child.last_words(20) for child in self.children))
            time.sleep(0.2)

    def _sweeping(self) -> set[int]:
        """Children of the workers that are connected to the database and name themselves."""
        found = set()
        for child in self.children[: self.number]:
            for pid in _children(child.pid):
                if b"sweeper" in Path(f"/proc/{pid}/comm").read_bytes():
                    found.add(pid)
        return found

    def cpu(self) -> float:
        """CPU seconds of all of them so far."""
        pids = {child.pid for child in self.children}
        pids |= {pid for child in self.children for pid in _children(child.pid)}
        return sum(_spent(pid) for pid in pids)

    def stop(self) -> None:
        """End all."""
        for child in self.children:
            child.ask_to_stop()
        for child in self.children:
            child.wait_stopped(15)


def _children(pid: int) -> list[int]:
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(fields[1]) == pid:
                found.append(int(entry.name))
    return found


def _spent(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / TICKS


RAW = (
    "UPDATE workflows_clock SET next_due = NULL WHERE id IN (SELECT id FROM workflows_clock"
    " WHERE next_due <= now() ORDER BY next_due, id LIMIT 500 FOR UPDATE SKIP LOCKED)"
)


def raw(count: int, threads: int) -> dict[str, Any]:
    """So many rows taken off a queue with no effect at all, by as many connections."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE workflows_clock SET next_due = now() - interval '1 hour' WHERE id IN"
            " (SELECT id FROM workflows_clock WHERE next_due > now() + interval '1 day'"
            " ORDER BY id LIMIT %s)",
            [count],
        )
        cursor.execute("VACUUM ANALYZE workflows_clock")
    done: list[int] = []
    database = settings.DATABASES["default"]

    def take() -> None:
        own = psycopg2.connect(
            host=database["HOST"], dbname=database["NAME"], user=database["USER"]
        )
        own.autocommit = True
        with own.cursor() as cursor:
            while True:
                cursor.execute(RAW)
                if not cursor.rowcount:
                    break
                done.append(cursor.rowcount)
        own.close()

    started = time.monotonic()
    working = [threading.Thread(target=take) for _ in range(threads)]
    for one in working:
        one.start()
    for one in working:
        one.join()
    seconds = time.monotonic() - started
    return {"rows": sum(done), "updates_per_s": round(sum(done) / seconds), "seconds": seconds}
