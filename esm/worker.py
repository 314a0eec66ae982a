"""What our workers and beat do beyond Celery: live without a broker, die with their parent."""

import logging
import mmap
import os
import signal
import struct
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

from celery import Celery, beat, bootsteps, signals
from django.db import DatabaseError, close_old_connections
from kombu.exceptions import KombuError
from kombu.transport import TRANSPORT_ALIASES, redis

from esm import apart
from esm.common.postgresql import limits
from esm.embedded.child import die_with_parent

log = logging.getLogger(__name__)

HEARTBEAT = "events.heartbeat"
HEARTBEAT_SECONDS = 5
BEAT = "beat"
# A sweep that has not run for so many of its intervals (of a second, mostly) is run by the worker.
PATIENCE = 5
MOST_SWEEPS = 64
# A sweep that the worker runs itself is ended after so many seconds, unless it may take longer.
LONGEST_RUN = 60


@dataclass(frozen=True)
class Sweep:
    """A task that looks at rows, and how many seconds may pass between two runs.

    ``longest`` is for sweeps whose one run takes long: the seconds for which a run that began
    counts as running.
    """

    task: str
    queue: str
    seconds: int
    arguments: tuple[str, ...] = ()
    longest: int = 0

    @property
    def key(self) -> str:
        return " ".join((self.task, *self.arguments))


class LastRuns:
    """When each sweep last ran, shared by a worker with the pool processes it forks.

    Seconds of the machine's monotonic clock, one slot per sweep.
    """

    def __init__(self) -> None:
        self.memory = mmap.mmap(-1, 8 * MOST_SWEEPS)
        self.slots: dict[str, int] = {}
        self.longest: dict[str, int] = {}

    def watch(self, sweeps: list[Sweep]) -> None:
        """Give each sweep its slot; before the pool is forked."""
        self.slots = {sweep.key: place for place, sweep in enumerate(sweeps[:MOST_SWEEPS])}
        self.longest = {sweep.key: sweep.longest for sweep in sweeps}
        for key in self.slots:
            self.ran(key)

    def begins(self, key: str) -> None:
        """Note that a sweep begins; a long one is not idle while it runs."""
        self._write(key, time.monotonic() + self.longest.get(key, 0))

    def ran(self, key: str) -> None:
        """Note that a sweep ran just now; other tasks are not watched."""
        self._write(key, time.monotonic())

    def _write(self, key: str, moment: float) -> None:
        if key in self.slots:
            struct.pack_into("d", self.memory, 8 * self.slots[key], moment)

    def idle_seconds(self, key: str) -> float:
        """How long ago a sweep last ran in this worker."""
        (moment,) = struct.unpack_from("d", self.memory, 8 * self.slots[key])
        return time.monotonic() - float(moment)


last_runs = LastRuns()


def run_quietly(app: Celery, sweep: Sweep) -> None:
    """Run a sweep in this process; an error is logged, the next run may do better."""
    last_runs.begins(sweep.key)
    try:
        app.tasks[sweep.task](*sweep.arguments)
    except Exception:
        log.exception("%s failed outside the broker", sweep.key)
    finally:
        last_runs.ran(sweep.key)


class QoS(redis.QoS):
    """Counts the messages a worker has in its hands; one that cannot be acknowledged is let go.

    Kombu would count it for ever where the broker is away at that moment, and a worker that may
    have one message at a time would never read another. The broker hands it out again, which does
    no harm: every task is a sweep over rows.
    """

    def ack(self, delivery_tag: Any) -> None:
        """Acknowledge a message; it is out of our hands even if the broker does not hear it."""
        try:
            super().ack(delivery_tag)
        except Exception:
            super(redis.QoS, self).ack(delivery_tag)
            raise


class Channel(redis.Channel):
    QoS = QoS


class Transport(redis.Transport):
    """Kombu's Redis transport, but that a broker which went away leaves no worker deaf."""

    Channel = Channel


def use_transport() -> None:
    """Use ours for the addresses ``redis://`` and ``redis+socket://`` in this process."""
    TRANSPORT_ALIASES["redis"] = f"{__name__}:{Transport.__name__}"


class SweepsWithoutBroker(bootsteps.StartStopStep):
    """Runs this worker's sweeps when nobody asked for them: an absent broker costs seconds.

    A thread of the worker's main process. It starts before the worker looks for its broker, so a
    worker that never finds one sweeps as well.
    """

    requires = ("celery.worker.components:Pool",)

    def __init__(self, parent: Any, **options: Any) -> None:
        super().__init__(parent, **options)
        self.stopping = threading.Event()
        self.thread: threading.Thread | None = None
        self.sweeps: list[Sweep] = []

    def include_if(self, parent: Any) -> bool:
        """Give the sweeps their slots now: after this the pool is forked."""
        queues = set(parent.app.amqp.queues.consume_from)
        self.sweeps = [sweep for sweep in parent.app.conf.sweeps if sweep.queue in queues]
        last_runs.watch(self.sweeps)
        return bool(self.sweeps)

    def start(self, parent: Any) -> None:
        self.thread = threading.Thread(
            target=self.watch, args=[parent.app], name="sweeps-without-broker", daemon=True
        )
        self.thread.start()

    def stop(self, parent: Any) -> None:
        self.stopping.set()
        if self.thread is not None:
            self.thread.join(timeout=10)

    terminate = stop

    def watch(self, app: Celery) -> None:
        """Look once a second for sweeps that have not run for too long."""
        while not self.stopping.wait(1):
            for sweep in self.sweeps:
                if last_runs.idle_seconds(sweep.key) > PATIENCE * sweep.seconds:
                    self._run(app, sweep)
            close_old_connections()

    def _run(self, app: Celery, sweep: Sweep) -> None:
        """In a child: a row that kills whoever works on it must not end this worker."""
        last_runs.begins(sweep.key)
        longest = max(sweep.longest, LONGEST_RUN)
        status = apart.run("sweep", partial(run_quietly, app, sweep), longest)
        if status:
            log.error("%s ended its process (%s)", sweep.key, status)
        last_runs.ran(sweep.key)


class Ticker(beat.Scheduler):
    """Celery's scheduler in memory, with signs of life.

    Nothing has to survive a restart: sweeps look at rows, and a sweep too many does no harm.
    """

    next_sign = 0.0

    def setup_schedule(self) -> None:
        """Everything is due at once, not an interval after the start."""
        self.merge_inplace(self.app.conf.beat_schedule)
        for entry in self.schedule.values():
            entry.last_run_at = entry.default_now() - timedelta(days=1)

    def tick(self, *arguments: Any, **options: Any) -> float:
        """Send what is due; every few seconds write beat's own heartbeat."""
        if time.monotonic() >= self.next_sign:
            self.next_sign = time.monotonic() + HEARTBEAT_SECONDS
            self.sign_of_life()
        return float(super().tick(*arguments, **options))

    def apply_entry(self, entry: Any, producer: Any = None) -> None:
        """Send one entry; without a broker say so in a line, the workers sweep by themselves."""
        try:
            self.apply_async(entry, producer=producer, advance=False)
        except (beat.SchedulingError, KombuError, OSError) as error:
            log.warning("%s was not sent: %s", entry.name, error)

    def sign_of_life(self) -> None:
        """Write beat's own heartbeat; it passes no queue."""
        try:
            self.app.tasks[HEARTBEAT](BEAT)
        except DatabaseError:
            log.warning("beat could not write its heartbeat", exc_info=True)
        close_old_connections()


@signals.task_prerun.connect
def note_begin(task: Any = None, args: Sequence[Any] = (), **_: Any) -> None:
    """In the pool process: a sweep begins."""
    if task is not None:
        last_runs.begins(_key_of(task.name, args))


@signals.task_postrun.connect
def note_run(task: Any = None, args: Sequence[Any] = (), **_: Any) -> None:
    """In the pool process: a sweep that ended, well or not, has run."""
    if task is not None:
        last_runs.ran(_key_of(task.name, args))


def _key_of(task: str, arguments: Sequence[Any]) -> str:
    return " ".join((task, *map(str, arguments or ())))


_main_process = 0


@signals.worker_init.connect
def remember_main_process(**_: Any) -> None:
    global _main_process
    _main_process = os.getpid()


@signals.worker_init.connect
def limit_statements(sender: Any = None, **_: Any) -> None:
    """Before the pool is forked: who has the queue of bulk has long statements, too."""
    bulk = "bulk" in sender.app.amqp.queues.consume_from
    limits.use(limits.BULK if bulk else limits.SWEEP)


@signals.beat_init.connect
def limit_beat(**_: Any) -> None:
    """Beat writes signs of life and nothing else."""
    limits.use(limits.SWEEP)


@signals.worker_process_init.connect
def leave_with_main_process(**_: Any) -> None:
    """A pool process must not outlive a worker that was killed."""
    die_with_parent(_main_process or os.getppid(), signal.SIGKILL)
