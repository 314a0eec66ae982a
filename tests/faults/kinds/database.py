"""PostgreSQL stopped at once, robbed of a backend, or hanging."""

import os
import signal
import subprocess
import threading
import time
from contextlib import closing
from pathlib import Path

from esm import web
from esm.embedded.folder import ADMIN_ROLE, DATABASE
from esm.embedded.pg import find_binaries
from esm.events.services.dispatch import LEASE_S
from tests.faults.installation import WEB
from tests.faults.kinds.base import Fault, strike
from tests.faults.web_walks import patiently
from tests.platform.portal import descendants

BACK_S = 10.0
ANSWER_S = 5.0
# A process of the web has more than those that answer: its own, and who watches the database.
SPARE_THREADS = 4


class DatabaseFault(Fault):
    """The web answers well again within ten seconds of the database being back."""

    mails_may_repeat = True

    def healed(self) -> None:
        super().healed()
        while not self.servers.postgres.answers():
            time.sleep(0.05)
        began = time.monotonic()
        while self.harness.web.call("GET", "/me", by="beat").status != 200:
            if time.monotonic() - began > 60:
                break
            time.sleep(0.1)
        self.back_s = time.monotonic() - began
        self.note(f"web answers {self.back_s:.1f} s after the database was back")

    def check(self) -> list[str]:
        if self.back_s > BACK_S:
            return [f"the web needed {self.back_s:.1f} s to come back (limit {BACK_S:.0f} s)"]
        return []


class DatabaseStopsAtOnce(DatabaseFault):
    """F5: ``immediate`` and started again, three times; afterwards every index is asked."""

    key = "F5"
    title = "PostgreSQL stopped at once, started again"
    variants = ("3 times",)
    at = (0.5, 1.5)
    TIMES = 3

    def inject(self) -> None:
        for time_no in range(self.TIMES):
            if time_no:
                time.sleep(self.dice.uniform(0.3, 1.0))
            os.kill(self.servers.postgres.child.pid, signal.SIGQUIT)
            self.servers.postgres.child.process.wait(30)
            self.servers.postgres.restart()
        self.servers.write_run_file()

    def check(self) -> list[str]:
        folder = self.harness.installation.folder
        command = [
            str(find_binaries() / "pg_amcheck"),
            *("--host", str(folder.sockets), "--username", ADMIN_ROLE, "--install-missing"),
            *("--jobs", "1", DATABASE),
        ]
        done = subprocess.run(command, capture_output=True, text=True)
        said = (done.stdout + done.stderr).strip()
        return [*super().check(), *([f"pg_amcheck: {said[-500:]}"] if done.returncode else [])]


class BackendDies(DatabaseFault):
    """F6: kill -9 of a backend that holds locks; the server restarts all others.

    Nobody can be answered before the server has restarted, so the web's ten seconds count from when
    it answers, as after its stop (F5). What the dead held must come free by itself: no lease is
    left lying for longer than a lease lasts.
    """

    key = "F6"
    title = "kill -9 of a backend that holds locks"
    WANTED = """
        SELECT a.pid FROM pg_stat_activity a WHERE a.usename = 'esm_app' AND a.state <> 'idle'
          AND EXISTS (SELECT 1 FROM pg_locks l WHERE l.pid = a.pid AND l.mode = 'RowExclusiveLock')
          AND a.pid <> pg_backend_pid() ORDER BY a.xact_start LIMIT 1"""
    GIVE_UP_S = 20.0

    def inject(self) -> None:
        give_up = time.monotonic() + self.GIVE_UP_S
        with closing(self.harness.installation.connect(ADMIN_ROLE)) as connection:
            connection.autocommit = True
            cursor = connection.cursor()
            while True:
                cursor.execute(self.WANTED)
                found = cursor.fetchone()
                if found:
                    os.kill(found[0], signal.SIGKILL)
                    return
                assert time.monotonic() < give_up, "no backend held a lock"
                time.sleep(0.001)

    def measure(self) -> None:
        super().measure()
        patiently(self.worst.look)

    def check(self) -> list[str]:
        worst = self.worst.lease_ended_s
        self.note(f"a lease that had ended lay {worst:.1f} s at most")
        stuck = f"a lease lay for {worst:.1f} s after its end (limit {LEASE_S} s)"
        return [*super().check(), *([stuck] if worst > LEASE_S else [])]


class DatabaseHangs(DatabaseFault):
    """F7: every process of the server stopped; the web says 503 within 5 s and comes back."""

    key = "F7"
    title = "PostgreSQL hangs (SIGSTOP)"
    variants = ("hangs", "down")
    at = (0.5, 3.0)
    lasts = (7.0, 9.0)

    def inject(self) -> None:
        self.answers: list[tuple[int, float]] = []
        self.threads = 0
        postgres = self.servers.postgres.child
        if self.variant == "hangs":
            strike([postgres.pid], signal.SIGSTOP)
        else:
            os.kill(postgres.pid, signal.SIGQUIT)
            postgres.process.wait(30)
        self.stopping = threading.Event()
        self.asking = [threading.Thread(target=self._ask, daemon=True) for _ in range(2)]
        for thread in self.asking:
            thread.start()

    def _ask(self) -> None:
        while not self.stopping.is_set():
            done = self.harness.web.call("GET", "/requests", by="beat")
            self.answers.append((done.status, done.seconds))
            time.sleep(0.2)

    def meanwhile(self) -> None:
        self.threads = max(self.threads, _threads(self.harness.processes.children[WEB].pid))

    def heal(self) -> None:
        # Those who ask stop first: what they hear from now on is no answer to a fault.
        self.stopping.set()
        for thread in self.asking:
            thread.join(30)
        if self.variant == "hangs":
            strike([self.servers.postgres.child.pid], signal.SIGCONT)
        else:
            self.servers.postgres.restart()
            self.servers.write_run_file()

    def check(self) -> list[str]:
        statuses = sorted({status for status, _ in self.answers})
        slowest = max((seconds for _, seconds in self.answers), default=0.0)
        self.note(
            f"{len(self.answers)} answers {statuses}, slowest {slowest:.1f} s,"
            f" {self.threads} threads of web"
        )
        wrong = super().check()
        most = web.workers * (web.threads + SPARE_THREADS)
        if self.threads > most:
            wrong.append(f"{self.threads} threads of web (limit {most})")
        if slowest > ANSWER_S:
            wrong.append(f"an answer took {slowest:.1f} s (limit {ANSWER_S:.0f} s)")
        if statuses != [503]:
            wrong.append(f"answers while the database was away: {statuses}")
        return wrong

    def restore(self) -> None:
        postgres = self.servers.postgres.child
        if postgres.running:
            strike([postgres.pid], signal.SIGCONT)


def _threads(pid: int) -> int:
    """How many threads a process and all below it have."""
    found = 0
    for one in (pid, *descendants(pid)):
        try:
            words = Path(f"/proc/{one}/status").read_text()
        except OSError:
            continue
        found += int(words.partition("Threads:")[2].split()[0])
    return found


KINDS = (DatabaseStopsAtOnce, BackendDies, DatabaseHangs)
