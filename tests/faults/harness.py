"""The whole installation under test, and one run of a seed: walk, break, heal, judge."""

import os
import random
import shutil
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import Any

from django.core.management import CommandError, call_command

from esm.accounts.models import User
from esm.celery import FAST_QUEUES, QUEUES, SLOW_QUEUES
from esm.celery import app as celery_app
from esm.common import clock
from esm.events.models import Delivery, Dirty, Event, Heartbeat, JobRun
from esm.notices.services.preferences import apply_preset
from tests.faults.effects import Effects, differences, effects_of
from tests.faults.installation import BUSY, WEBHOOKS, Installation, Processes, free_port
from tests.faults.kinds.base import Fault
from tests.faults.running import SEEDS, newest
from tests.faults.sinks import MailSink
from tests.faults.walks import side_by_side
from tests.faults.web_walks import Operation, Web, WebWalker, patiently
from tests.platform.portal import descendants, wait_for

SIDE_BY_SIDE = 2
# Tasks of the day, and the job of which each writes a row for its slot.
JOBS = {
    "events.anchor": "anchor",
    "catalog.tasks.count_use": "catalog.use",
    "events.ensure_partitions": "ensure_partitions",
}
QUIET_S = 180.0 * BUSY
LONGEST_S = 400.0 * BUSY
START_S = 300.0 * BUSY


@dataclass
class Run:
    """What one seed showed. ``recovery_s`` is None where nothing was owed when it was healed."""

    seed: int
    fault: str
    variant: str
    lost: int = 0
    doubled: int = 0
    early: int = 0
    mails_twice: int = 0
    operations: int = 0
    unanswered: int = 0
    recovery_s: float | None = None
    seconds: float = 0.0
    # What it cost, and for how much of it somebody on the machine waited for a core.
    cpu_s: float = 0.0
    waited: float = 0.0
    notes: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """All of it, for ``--json``."""
        return asdict(self)


class Harness:
    """Servers, web, both workers, two beats, a mail server; kept running from seed to seed."""

    def __init__(
        self,
        place: Path,
        *,
        pool: Sequence[int] = SEEDS,
        side_by_side: int = SIDE_BY_SIDE,
        beats: int = 2,
        webhooks: bool = True,
    ) -> None:
        """``pool`` and the rest make it smaller, for a short selection."""
        self.pool, self.side_by_side = pool, side_by_side
        self.queues = QUEUES if webhooks else FAST_QUEUES + SLOW_QUEUES
        self.mails = MailSink()
        self.mails.start()
        self.installation = Installation(place, durable=True)
        self.installation.environment |= {
            "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
            "EMAIL_HOST": "127.0.0.1",
            "EMAIL_PORT": str(self.mails.port),
            "OUTWARD_ALLOWED": "127.0.0.1",
        }
        self.port = free_port()
        without = () if webhooks else (WEBHOOKS,)
        self.web = Web(self.port, without)
        self.processes = Processes(self.installation, port=self.port, beats=beats, without=without)
        self.clean: dict[int, Effects] = {}
        self.place = place
        self.runs = 0
        # True when a seed left something that did not come back.
        self.broken = False

    @contextmanager
    def running(self) -> Iterator["Harness"]:
        """Everything started, the organisation published, everybody told by mail at once."""
        try:
            self.installation.start()
            with self.installation.entered():
                self.installation.publish()
                for user in User.objects.filter(persons__isnull=False).distinct():
                    apply_preset(user, preset="everything")
                self.web.make_tokens()
                self.processes.start()
                self.wait_ready()
                yield self
        finally:
            self.processes.stop()
            self.installation.stop()
            self.mails.stop()

    def wait_ready(self, seconds: float = START_S) -> float:
        """Wait until /readyz is green, with the supervisor at work; how long it took (s)."""
        began = time.monotonic()

        def ready() -> bool:
            self.processes.watch()
            return self.web.is_ready()

        wait_for(ready, "/readyz to be green", seconds)
        return time.monotonic() - began

    def heard_since(self, moment: float) -> bool:
        """True when a sign of life came through every queue since then."""
        rows = Heartbeat.objects.filter(queue__in=self.queues).values_list("queue", "at")
        return {queue for queue, at in rows if at.timestamp() > moment} == set(self.queues)

    def forget_jobs(self) -> None:
        """Let today's jobs be due again, as if their slot had just begun."""
        with self.installation.connect("postgres") as connection:
            connection.cursor().execute("DELETE FROM events_jobrun")
        connection.close()

    def ask_for_jobs(self) -> None:
        """What beat does every ten minutes: ask for the jobs of the day."""
        for task in JOBS:
            celery_app.send_task(task, queue="bulk")

    def walkers(self, seeds: Sequence[int]) -> list[WebWalker]:
        """New walks, one per seed."""
        after = patiently(newest)
        place = self.installation.organisation
        return [WebWalker(place, seed, after=after, web=self.web) for seed in seeds]

    def walk(self, walkers: Sequence[WebWalker], meanwhile: Any) -> None:
        """Walk to the end, side by side."""

        def look() -> None:
            self.processes.watch(0.05)
            meanwhile()

        side_by_side([walker.play for walker in walkers], look, give_up=LONGEST_S)

    def expect(self, seeds: Sequence[int]) -> None:
        """Know what the walks of these seeds cause when nothing goes wrong."""
        if any(seed not in self.clean for seed in seeds):
            missing = [seed for seed in self.pool if seed not in self.clean]
            walkers = self.walkers(missing)
            self.walk(walkers, lambda: None)
            self.wait_quiet()
            self.clean |= {walker.seed: self.effects(walker) for walker in walkers}

    def effects(self, walker: WebWalker) -> Effects:
        """Everything a walk caused, mails included."""
        found = effects_of(walker)
        ref = walker.request().ref
        seen = {mail.message_id: mail for mail in self.mails.about(ref)}
        found.mails = Counter((mail.to, mail.subject) for mail in seen.values())
        return found

    def wait_quiet(self) -> None:
        """Wait until nothing is owed; what was put off after a failure is tried now."""

        def quiet() -> bool:
            self.processes.watch()
            moment = clock.now()
            # Webhooks have a pace of their own, and a fault of their own.
            waiting = Delivery.objects.filter(state="due").exclude(queue="webhooks")
            waiting.filter(attempts__gt=0, due_at__gt=moment).update(due_at=moment)
            Dirty.objects.filter(due_at__gt=moment).update(due_at=moment)
            return not waiting.filter(due_at__lte=moment).exists() and not Dirty.objects.exists()

        wait_for(lambda: patiently(quiet), "all that is owed to be done", QUIET_S)

    def run(self, seed: int, kind: type[Fault], variant: str) -> Run:
        """One seed: everything it does follows from the seed and the case."""
        dice = random.Random(f"{seed} {kind.key} {variant}")
        done = Run(seed, kind.key, variant)
        self.runs += 1
        fault = kind(self, dice, variant)
        seeds = dice.sample(self.pool, self.side_by_side)
        walkers: list[WebWalker] = []
        if kind.walks:
            self.expect(seeds)
        used = Used.now()
        mails, operations = len(self.mails.kept), len(self.web.operations)
        try:
            fault.prepare()
            if kind.walks:
                walkers = self.walkers(seeds)
                self.walk(walkers, fault.look)
            fault.finish()
            self.wait_quiet()
            done.wrong += fault.check()
            self._judge(done, walkers)
        except Exception as error:
            # Whatever it is, it belongs to this seed, and the next one starts afresh.
            done.wrong.append(f"{type(error).__name__}: {error}")
        self._leave(done, fault, walkers)
        self._count(done, fault, mails, self.web.operations[operations:])
        done.seconds, done.cpu_s, done.waited = used.since()
        return done

    def _leave(self, done: Run, fault: Fault, walkers: Sequence[WebWalker]) -> None:
        """Leave all as it was found; if that cannot be, say so."""
        for walker in walkers:
            walker.given_up.set()
        try:
            fault.restore()
            self.processes.start()
            self.wait_ready()
        except Exception as error:
            self.broken = True
            done.wrong.append(f"left broken: {type(error).__name__}: {error}")

    def _judge(self, done: Run, walkers: Sequence[WebWalker]) -> None:
        for walker in walkers:
            for line in differences(self.clean[walker.seed], self.effects(walker)):
                count = int(line.partition(" × ")[0].rpartition(" ")[2])
                done.lost += count if ": lost" in line else 0
                done.doubled += count if ": too many" in line else 0
                done.wrong.append(f"walk {walker.seed}: {line}")
        early = [line for walker in walkers for line in too_early(walker)]
        done.early = len(early)
        done.wrong += early
        out = StringIO()
        try:
            call_command("check_invariants", stdout=out)
            call_command("ledger", "verify", stdout=out)
        except CommandError as error:
            out.write(str(error))
        if "Ledger whole" not in out.getvalue():
            # What is violated stays so: the next seed is not to be blamed for it.
            self.broken = True
            done.wrong.append(out.getvalue()[-800:])

    def _count(self, done: Run, fault: Fault, mails: int, operations: Sequence[Operation]) -> None:
        done.notes += fault.notes
        done.recovery_s = fault.recovery_s
        done.operations = len(operations)
        done.unanswered = sum(operation.open for operation in operations)
        done.mails_twice = self.mails.repeated(mails)
        if done.mails_twice and not fault.mails_may_repeat:
            done.doubled += done.mails_twice
            done.wrong.append(f"{done.mails_twice} mails were sent twice without a reason")
        done.wrong += [f"different mails as {key}" for key in self.mails.changed()]
        if fault.no_refusal:
            refused = [one for one in operations if one.open]
            done.wrong += [f"{one.path} got {one.status}: {one.words}" for one in refused[:5]]

    def job_holes(self) -> list[str]:
        """Jobs of the day that did not run once."""
        today = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        ran = Counter(JobRun.objects.filter(slot=today).values_list("job", flat=True))
        return [f"{job} ran {ran[job]} times today" for job in JOBS.values() if ran[job] != 1]

    def keep_logs(self, place: Path) -> None:
        """Copy what all processes have written so far."""
        shutil.copytree(self.installation.folder.logs, place, dirs_exist_ok=True)

    def logged_errors(self, words: str) -> list[str]:
        """Lines of the processes' logs that hold some words."""
        found = []
        for path in sorted(self.installation.folder.logs.glob("*.log")):
            if path.name in ("postgres.log", "valkey.log"):
                continue
            found += [
                f"{path.name}: {line}"
                for line in path.read_text(errors="replace").splitlines()
                if words in line
            ]
        return found


def too_early(walker: WebWalker) -> list[str]:
    """Breaches that are on record before their clock was over."""
    request = walker.request()
    rows = Event.objects.filter(bucket=request.chain_bucket, chain=request.chain)
    return [
        f"walk {walker.seed}: {row.type} of clock {row.data['clock']} came before it was due"
        for row in rows.filter(type="clock.breached")
        if row.recorded_at < datetime.fromisoformat(row.data["due_at"])
    ]


@dataclass(frozen=True)
class Used:
    """What this process and all below it have used at a moment."""

    at: float
    cpu_s: float
    waited_s: float

    @classmethod
    def now(cls) -> "Used":
        """Cores used by the living, and by those of the dead who were waited for."""
        own = sum(os.times()[:4])
        cpu = sum(_cpu_of(pid) for pid in descendants(os.getpid()))
        return cls(time.monotonic(), own + cpu, _waited())

    def since(self) -> tuple[float, float, float]:
        """Seconds that passed, seconds of a core, the share in which somebody waited for one."""
        now = Used.now()
        passed = now.at - self.at
        return passed, max(0.0, now.cpu_s - self.cpu_s), (now.waited_s - self.waited_s) / passed


def _cpu_of(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


def _waited() -> float:
    """How long somebody on this machine has waited for a core; 0 where nobody counts."""
    try:
        first = Path("/proc/pressure/cpu").read_text().splitlines()[0]
    except OSError:
        return 0.0
    return int(first.rpartition("=")[2]) / 1e6


def case_of(seed: int, kinds: Sequence[type[Fault]]) -> tuple[type[Fault], str]:
    """What a seed plays: all cases once, then every fault as often as any other."""
    turns = cases(kinds)
    if seed < len(turns):
        return turns[seed]
    turn, place = divmod(seed - len(turns), len(kinds))
    kind = kinds[place]
    return kind, kind.variants[turn % len(kind.variants)]


def cases(kinds: Sequence[type[Fault]]) -> list[tuple[type[Fault], str]]:
    """Every fault with every variant, the first variants of all first."""
    longest = max(len(kind.variants) for kind in kinds)
    return [
        (kind, kind.variants[turn])
        for turn in range(longest)
        for kind in kinds
        if turn < len(kind.variants)
    ]
