"""Web servers on Unix sockets, callers beside each other, and what both sides spent."""

import http.client
import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.inside import TICKS, database_cpu
from esm.embedded import child as child_script

CALLERS = 4


@dataclass(frozen=True)
class Call:
    """One call as it is sent; every answer must have a status of 200 to 299."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: Any = None


@dataclass
class Spent:
    """What a number of calls took: wall seconds of all, of each, CPU seconds of both sides."""

    calls: int = 0
    wall: float = 0.0
    each: list[float] = field(default_factory=list)
    app_cpu: float = 0.0
    database_cpu: float = 0.0

    def add(self, other: "Spent") -> None:
        """Put another round to it."""
        self.calls += other.calls
        self.wall += other.wall
        self.each += other.each
        self.app_cpu += other.app_cpu
        self.database_cpu += other.database_cpu

    def row(self) -> dict[str, float]:
        """Calls a second, quantiles and CPU in ms a call."""
        ordered = sorted(self.each)
        return {
            "calls": self.calls,
            "per_second": round(self.calls / self.wall, 1),
            "p50_ms": round(ordered[len(ordered) // 2] * 1000, 1),
            "p95_ms": round(ordered[int(len(ordered) * 0.95)] * 1000, 1),
            "app_cpu_ms": round(self.app_cpu / self.calls * 1000, 1),
            "db_cpu_ms": round(self.database_cpu / self.calls * 1000, 1),
        }


class _OverSocket(http.client.HTTPConnection):
    """HTTP over a Unix socket."""

    def __init__(self, path: Path) -> None:
        super().__init__("localhost", timeout=600)
        self.path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(600)
        self.sock.connect(str(self.path))


class Server:
    """gunicorn with two processes of eight threads, as ``up`` starts it."""

    def __init__(
        self, name: str, python: str, arguments: Sequence[str], folder: Path, **environment: str
    ) -> None:
        self.name = name
        self.place = folder / f"{name}.sock"
        tied = [sys.executable, "-I", "-S", child_script.__file__, str(os.getpid()), "2", "0"]
        command = [python, "-m", "gunicorn", *arguments, "--bind", f"unix:{self.place}"]
        self.log = (folder / f"{name}.log").open("w")
        self.process = subprocess.Popen(
            [*tied, *command],
            env=os.environ | environment,
            stdout=self.log,
            stderr=subprocess.STDOUT,
        )

    def wait(self, call: Call) -> None:
        """Until it answers, every thread of it warm."""
        give_up = time.monotonic() + 120
        while not self.place.exists():
            if self.process.poll() is not None or time.monotonic() > give_up:
                raise RuntimeError(f"{self.name} does not start, see {self.log.name}")
            time.sleep(0.1)
        self.run([call] * 4 * CALLERS)

    def stop(self) -> None:
        """End it."""
        self.process.terminate()
        self.process.wait(30)
        self.log.close()

    def cpu(self) -> float:
        """CPU seconds so far of the master and its processes, those that ended too."""
        total = 0
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                try:
                    stat = (entry / "stat").read_text().rpartition(")")[2].split()
                except OSError:
                    continue
                own = int(entry.name) == self.process.pid
                if own or int(stat[1]) == self.process.pid:
                    total += sum(int(ticks) for ticks in stat[11 : 15 if own else 13])
        return total / TICKS

    def run(self, calls: Sequence[Call]) -> Spent:
        """All calls, four at a time over kept connections."""
        spent, faults, lock = Spent(len(calls)), [], threading.Lock()

        def work(part: Sequence[Call]) -> None:
            connection, walls = _OverSocket(self.place), []
            for call in part:
                body = None if call.body is None else json.dumps(call.body)
                started = time.perf_counter()
                connection.request(call.method, call.path, body, dict(call.headers))
                answer = connection.getresponse()
                told = answer.read()
                walls.append(time.perf_counter() - started)
                if not 200 <= answer.status < 300:
                    faults.append(f"{call.method} {call.path}: {answer.status} {told[:300]!r}")
            connection.close()
            with lock:
                spent.each += walls

        threads = [threading.Thread(target=work, args=(calls[n::CALLERS],)) for n in range(CALLERS)]
        app, database, started = self.cpu(), database_cpu(), time.perf_counter()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        spent.wall = time.perf_counter() - started
        spent.app_cpu, spent.database_cpu = self.cpu() - app, database_cpu() - database
        if faults or len(spent.each) < len(calls):
            raise RuntimeError(f"{self.name}: {len(faults)} refused, the first: {faults[:1]}")
        return spent
