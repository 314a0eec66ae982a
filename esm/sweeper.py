"""Sweeps that must not wait for a message: a process beside a worker's pool runs them all the time.

What is in the pool, however long it takes, does not hold them up; a row that kills this process
takes no other task with it, and the worker starts the next one.
"""

import logging
import os
import signal
import socket
import threading
import time
from dataclasses import dataclass
from functools import partial
from typing import Any

from celery import Celery, bootsteps
from django.db import close_old_connections

from esm import apart

log = logging.getLogger(__name__)

BEAT_SECONDS = 5
# After an error the next run waits so long (s).
AFTER_ERROR = 2.0


@dataclass(frozen=True)
class Steady:
    """A task that is run again and again, with a pause (s) whenever it found nothing."""

    task: str
    queue: str
    pause: float


class Sweeper(bootsteps.StartStopStep):
    """Keeps the process alive for as long as the worker lives."""

    requires = ("celery.worker.components:Pool",)

    def __init__(self, parent: Any, **options: Any) -> None:
        super().__init__(parent, **options)
        self.stopping = threading.Event()
        self.thread: threading.Thread | None = None
        self.pid = 0
        self.steady: list[Steady] = []

    def include_if(self, parent: Any) -> bool:
        """Only a worker of these queues has one."""
        queues = set(parent.app.amqp.queues.consume_from)
        self.steady = [one for one in parent.app.conf.steady if one.queue in queues]
        return bool(self.steady)

    def start(self, parent: Any) -> None:
        self.thread = threading.Thread(
            target=self.keep, args=[parent.app], name="sweeper", daemon=True
        )
        self.thread.start()

    def stop(self, parent: Any) -> None:
        self.stopping.set()
        if self.thread is not None:
            self.thread.join(timeout=10)

    terminate = stop

    def keep(self, app: Celery) -> None:
        """Start the process; start it again when it ended. The kernel ties it to this thread."""
        while not self.stopping.is_set():
            self.pid = apart.fork("sweeper", partial(run, app, self.steady))
            while not self.stopping.wait(0.5):
                pid, status = os.waitpid(self.pid, os.WNOHANG)
                if pid:
                    log.error("The sweeper ended (%s); the next one starts", status)
                    break
        os.kill(self.pid, signal.SIGTERM)
        os.waitpid(self.pid, 0)


def run(app: Celery, steady: list[Steady]) -> None:
    """Run the tasks, for ever."""
    next_sign, pause = 0.0, min(one.pause for one in steady)
    while True:
        if time.monotonic() >= next_sign:
            next_sign = time.monotonic() + BEAT_SECONDS
            _quietly(app, "events.heartbeat", "sweeper", f"sweeper@{socket.gethostname()}")
        found = [_quietly(app, one.task) for one in steady]
        close_old_connections()
        if None in found:
            time.sleep(AFTER_ERROR)
        elif not any(found):
            time.sleep(pause)


def _quietly(app: Celery, task: str, *arguments: str) -> int | None:
    """What a task found; None when it failed."""
    try:
        return int(app.tasks[task](*arguments) or 0)
    except Exception:
        log.exception("%s failed", task)
        return None
