"""Processes of ours that die: workers, beats, web; and everything at once."""

import itertools
import time
from functools import partial
from typing import ClassVar

from tests.faults.installation import BEAT, FAST, SLOW, WEB
from tests.faults.kinds.base import POISON, AtPoint, Fault, strike
from tests.faults.web_walks import patiently
from tests.platform.portal import wait_for

FAST_POINTS = (
    "outbox.after_claim", "outbox.after_effect", "outbox.after_mark", "sweep.after_lock",
    "sweep.before_commit", "projection.before_commit",
)  # fmt: skip
SLOW_POINTS = (
    "mail.after_claim", "mail.after_effect", "mail.after_mark", "files.after_claim",
    "files.after_effect", "files.after_mark", "jobs.after_claim", "jobs.before_commit",
)  # fmt: skip
WEB_POINTS = (
    "service.after_lock", "service.before_commit", "hint.before_publish", "hint.after_publish",
    "files.after_row",
)  # fmt: skip
BEAT_BACK_S = 15.0


class WorkerDies(AtPoint):
    """F1: the whole worker, or the one process of its pool that was at work."""

    key = "F1"
    title = "kill -9 of a worker at each point × task"
    variants = tuple(
        f"{point}:{action}"
        for action in ("kill9", "kill9child")
        for point in (*FAST_POINTS, *SLOW_POINTS)
    )

    def prepare(self) -> None:
        super().prepare()
        if self.variant.startswith("jobs."):
            self.harness.forget_jobs()
            self.harness.ask_for_jobs()

    def process(self, point: str) -> str:
        return FAST if point in FAST_POINTS else SLOW

    def times(self, point: str) -> int:
        # Of jobs and files there are so few that no process passes twice.
        return 1 if point.startswith(("jobs.", "files.")) else super().times(point)

    def check(self) -> list[str]:
        if not self.variant.startswith("jobs."):
            return []
        holes = self.harness.job_holes
        # A slot whose worker died is free again; beat asks for it every ten minutes.
        self.harness.ask_for_jobs()
        wait_for(lambda: not patiently(holes), f"every job of today: {holes()}", 30)
        return []


class BeatDies(Fault):
    """F2: one beat or both, killed again and again for some seconds."""

    key = "F2"
    title = "kill -9 of beat"
    variants = ("both", "one")
    lasts = (2.0, 5.0)
    slots_at: float | None = None

    def prepare(self) -> None:
        self.harness.forget_jobs()

    def meanwhile(self) -> None:
        self.dead(BEAT, *([f"{BEAT} 2"] if self.variant == "both" else []))

    inject = meanwhile

    def measure(self) -> None:
        super().measure()
        if self.slots_at is None and not patiently(self.harness.job_holes):
            self.slots_at = time.monotonic()

    def check(self) -> list[str]:
        def whole() -> bool:
            self.harness.processes.watch()
            self.measure()
            return self.slots_at is not None

        wait_for(whole, f"every slot: {self.harness.job_holes()}", 60)
        # From the start of the first beat that was not killed again.
        beats = [c for name, c in self.harness.processes.children.items() if name.startswith(BEAT)]
        started = [child.started_at for child in beats if child.started_at > self.healed_at]
        took = (self.slots_at or 0.0) - min(started, default=self.healed_at)
        self.note(f"every slot {took:.1f} s after beat was started again")
        late = f"slots only {took:.1f} s after beat was back (limit {BEAT_BACK_S:.0f} s)"
        return [late] if took > BEAT_BACK_S else []


class ManyBeats(Fault):
    """F3: three, then five beats ask for everything at once; each slot runs once."""

    key = "F3"
    title = "three, then five beats"
    variants = ("three, then five",)
    at = (0.2, 1.0)
    lasts = (3.0, 4.0)

    def prepare(self) -> None:
        self.harness.forget_jobs()
        self.before = set(self.harness.logged_errors("UniqueViolation"))

    def inject(self) -> None:
        self.harness.processes.add_beats(3)

    def heal(self) -> None:
        self.harness.processes.add_beats(5)

    def check(self) -> list[str]:
        wait_for(lambda: not self.harness.job_holes(), "every slot", 60)
        twice = set(self.harness.logged_errors("UniqueViolation")) - self.before
        return [*self.harness.job_holes(), *twice]

    def restore(self) -> None:
        self.harness.processes.keep_beats(2)


class WebDies(AtPoint):
    """F4: during a POST, before its commit and after it, before the answer."""

    key = "F4"
    title = "kill -9 of web during a POST"
    where = WEB
    mails_may_repeat = False
    variants = tuple(
        f"{point}:{action}" for action in ("kill9child", "kill9") for point in WEB_POINTS
    )

    def prepare(self) -> None:
        self.calls = len(self.harness.web.operations)
        super().prepare()

    def times(self, point: str) -> int:
        return 1 if point.startswith("files.") else super().times(point)

    def check(self) -> list[str]:
        mine = self.harness.web.operations[self.calls :]
        replayed = [one for one in mine if one.replayed]
        self.note(f"{len(replayed)} calls were answered from the record of their key")
        if self.variant.startswith("hint.") and not replayed:
            return ["a call that was committed was not answered when it was sent again"]
        return []


class PoisonFault(Fault):
    """F20: a delivery that always raises, or kills who touches it: given up, nobody waits."""

    key = "F20"
    title = "poison deliveries"
    variants = tuple(
        f"{queue}:{action}"
        for action in ("raise", "segv", "oom")
        for queue in ("outbox", "mail", "files")
    )
    at = (0.2, 0.5)
    lasts = (6.0, 7.0)
    mails_may_repeat = True
    CONSUMER = POISON
    next_at = 0.0
    OTHERS_S = 30.0
    # Whoever raises says so himself; the attempt after a fifth death finds out.
    ATTEMPTS: ClassVar[dict[str, int]] = {"raise": 5, "oom": 5, "segv": 6}

    def prepare(self) -> None:
        queue, _, action = self.variant.partition(":")
        self.queue = queue
        self.worker = FAST if queue == "outbox" else SLOW
        self.harness.processes.arm(self.worker, f"deliver.{self.CONSUMER}:{action}")

    def inject(self) -> None:
        self._sql(
            "INSERT INTO events_delivery (item, consumer, queue, due_at)"
            " VALUES ('poison/1', %s, %s, clock_timestamp())",
            self.CONSUMER,
            self.queue,
        )

    def meanwhile(self) -> None:
        """Let leases and pauses of the poison pass quickly; nothing else is touched."""
        patiently(self.worst.look)
        if time.monotonic() < self.next_at:
            return
        self.next_at = time.monotonic() + 0.5
        self._sql(
            "UPDATE events_delivery SET due_at = clock_timestamp(), lease_until = NULL"
            " WHERE consumer = %s AND state = 'due' AND (lease_until < clock_timestamp()"
            " + interval '8 s' OR lease_until IS NULL)",
            self.CONSUMER,
        )

    def finish(self) -> None:
        super().finish()

        def given_up() -> bool:
            self.harness.processes.watch()
            self.meanwhile()
            return self._sql("SELECT state, attempts FROM events_delivery WHERE consumer = %s",
                             self.CONSUMER)[0][0] == "dead"  # fmt: skip

        wait_for(given_up, "the poison to be given up", 180)

    def check(self) -> list[str]:
        ((state, attempts, error),) = self._sql(
            "SELECT state, attempts, error FROM events_delivery WHERE consumer = %s", self.CONSUMER
        )
        self.note(
            f"given up after {attempts} attempts: {error[:60]};"
            f" the others waited {self.worst.waited_s:.1f} s at most"
        )
        wanted = self.ATTEMPTS[self.variant.partition(":")[2]]
        wrong = [] if (state, attempts) == ("dead", wanted) else [f"{state} after {attempts}"]
        if self.worst.waited_s > self.OTHERS_S:
            wrong.append(f"others waited {self.worst.waited_s:.1f} s (limit {self.OTHERS_S:.0f} s)")
        return wrong

    def restore(self) -> None:
        self._sql("DELETE FROM events_delivery WHERE consumer = %s", self.CONSUMER)
        self.harness.processes.disarm(self.worker)

    def _sql(self, statement: str, *values: object) -> list[tuple[str, int, str]]:
        connection = self.harness.installation.connect("postgres")
        try:
            with connection, connection.cursor() as cursor:
                cursor.execute(statement, values)
                return list(cursor.fetchall()) if cursor.description else []
        finally:
            connection.close()


class EverythingDies(Fault):
    """F30: everything is killed at once and comes back in any order."""

    key = "F30"
    title = "kill -9 of everything, start in any order"
    mails_may_repeat = True
    PARTS = ("database", "broker", "web", "workers and beats")
    variants = tuple(" → ".join(order) for order in itertools.permutations(PARTS))
    READY_S = 30.0

    def inject(self) -> None:
        processes = self.harness.processes
        children = [*processes.children.values(), *self.servers.children]
        strike([child.pid for child in children])
        for child in children:
            child.kill()
        began, since = time.monotonic(), time.time()
        for part in self.variant.split(" → "):
            self._start(part)
            time.sleep(0.3)
        processes.start()
        self.servers.write_run_file()
        self.harness.wait_ready()
        # /readyz still believes the signs of life of those that were killed.
        heard = partial(self.harness.heard_since, since)
        wait_for(lambda: patiently(heard), "every queue to be read again", 300)
        self.ready_s = time.monotonic() - began
        self.note(f"ready {self.ready_s:.1f} s after the first part was started")

    def check(self) -> list[str]:
        late = f"ready only after {self.ready_s:.1f} s (limit {self.READY_S:.0f} s)"
        return [late] if self.ready_s > self.READY_S else []

    def _start(self, part: str) -> None:
        if part == "database":
            self.servers.postgres.restart()
        elif part == "broker":
            self.servers.valkey.restart()
        else:
            web = part == "web"
            processes = self.harness.processes
            for name, child in processes.children.items():
                if (name == WEB) == web:
                    child.environment = processes.plain(name)
                    child.start()


KINDS = (WorkerDies, BeatDies, ManyBeats, WebDies, PoisonFault, EverythingDies)
