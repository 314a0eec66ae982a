"""The same task given to Celery's eta through Valkey: what a killed worker loses and what doubles.

The application below is Celery as its manual has it; the second run has what its manual advises
for tasks that must not be lost.
"""

import os
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg2
from celery import Celery

from esm.embedded.process import Child

# Due so many seconds after the last was sent; half of them have fired when a worker is killed.
AHEAD, SPREAD, WAIT = 10, 10, 60
RUNS: dict[str, dict[str, str]] = {
    "default": {},
    "late acks": {"ETA_LATE": "1", "ETA_VISIBILITY": "15"},
}
database = os.environ.get("DATABASE_URL", "")
app = Celery("eta", broker=os.environ.get("REDIS_URL", ""))
app.conf.update(
    task_ignore_result=True,
    task_default_queue="eta",
    task_acks_late=bool(os.environ.get("ETA_LATE")),
    task_reject_on_worker_lost=bool(os.environ.get("ETA_LATE")),
    broker_connection_retry_on_startup=True,
)
if os.environ.get("ETA_VISIBILITY"):
    app.conf.broker_transport_options = {"visibility_timeout": int(os.environ["ETA_VISIBILITY"])}
_own: list[Any] = []


@app.task(name="eta.fire")
def fire(number: int) -> None:
    """One row."""
    if not _own:
        _own.append(connect())
    with _own[0].cursor() as cursor:
        cursor.execute("INSERT INTO bench_eta VALUES (%s, clock_timestamp())", [number])


def connect() -> Any:
    """A plain connection."""
    found = psycopg2.connect(database)
    found.autocommit = True
    return found


def measure(place: Path, count: int, options: dict[str, str]) -> dict[str, Any]:
    """Send them, kill one of two workers while they fire, wait; lost, doubled, late."""
    with app.connection_for_write() as broker:
        # What the run before left would fire in this one. The server is this run's alone.
        channel: Any = broker.default_channel
        channel.client.flushall()
    own = connect()
    cursor = own.cursor()
    cursor.execute("DROP TABLE IF EXISTS bench_eta; CREATE TABLE bench_eta (n int, at timestamptz)")
    command = [sys.executable, "-m", "celery", "--quiet", "-A", "benchmarks.eta", "worker"]
    command += ["--loglevel", "ERROR", "--concurrency", "1", "-Q", "eta"]
    workers = [
        Child(
            f"eta {n}",
            [*command, "-n", f"eta{n}@%h"],
            place / f"eta-{n}.log",
            environment=dict(os.environ) | options,
        )
        for n in range(2)
    ]
    try:
        for worker in workers:
            worker.start()
        sent = time.monotonic()
        begin = datetime.now(UTC) + timedelta(seconds=AHEAD + count / 500)
        for number in range(count):
            due = begin + timedelta(seconds=SPREAD * number / count)
            app.send_task("eta.fire", args=(number,), eta=due, queue="eta")
        sent = time.monotonic() - sent
        _sleep_until(begin + timedelta(seconds=SPREAD / 2))
        workers[0].kill()
        workers[0].start()
        _sleep_until(begin + timedelta(seconds=SPREAD + WAIT))
    finally:
        for worker in workers:
            worker.kill()
    cursor.execute("SELECT n, at FROM bench_eta ORDER BY at")
    rows = cursor.fetchall()
    own.close()
    once: dict[int, datetime] = {}
    for number, moment in rows:
        once.setdefault(number, moment)
    lags = sorted(
        (moment - begin).total_seconds() - SPREAD * number / count
        for number, moment in once.items()
    )
    return {
        "tasks": count,
        "sent_per_s": round(count / sent),
        "fired": len(once),
        "not_fired": count - len(once),
        "doubled": len(rows) - len(once),
        "early": sum(lag < 0 for lag in lags),
        "p50_s": round(lags[len(lags) // 2], 3) if lags else 0.0,
        "p99_s": round(lags[int(len(lags) * 0.99)], 3) if lags else 0.0,
    }


def _sleep_until(moment: datetime) -> None:
    time.sleep(max(0.0, (moment - datetime.now(UTC)).total_seconds()))
