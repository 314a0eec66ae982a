"""Work of a worker that must not take it along when it dies: done by a child of its own."""

import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

from django.db import connections

from esm.embedded.child import die_with_parent


def fork(name: str, work: Callable[[], object]) -> int:
    """Do the work in a child that dies with the thread that forks it; the child's id."""
    parent = os.getpid()
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        die_with_parent(parent, signal.SIGKILL)
        for number in (signal.SIGTERM, signal.SIGQUIT, signal.SIGHUP):
            signal.signal(number, signal.SIG_DFL)
        # Ctrl-C reaches the whole group; the worker ends us when it is done.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.set_wakeup_fd(-1)
        Path("/proc/self/comm").write_text(name)
        for known in connections.all(initialized_only=True):
            # Closing it here would end the parent's own.
            known.connection = None
        work()
        code = 0
    finally:
        os._exit(code)


def run(name: str, work: Callable[[], object], seconds: float) -> int:
    """Do the work in a child and wait for it; its status. It is killed after so many seconds."""
    pid, give_up = fork(name, work), time.monotonic() + seconds
    while True:
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            return status
        if time.monotonic() > give_up:
            os.kill(pid, signal.SIGKILL)
        time.sleep(0.02)
