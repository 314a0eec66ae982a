"""Named points at which a fault test may kill, fail or delay the process.

Does nothing unless the environment asks: ``FAILPOINT="outbox.after_claim:kill9"``; production
settings never ask. ``NAME#3:kill9`` waits for the third time this process passes. Actions:

- ``kill9`` ends the whole process group, as a power cut would,
- ``kill9child`` ends this process alone, ``segv`` lets it fail as a broken library does,
- ``oom`` takes memory until there is no more of what it may have,
- ``raise`` raises ``FailpointError``,
- ``sleep=SECONDS`` waits.

A point that was reached is first written to the file named by ``FAILPOINT_LOG``, so that a test can
tell that it was reached at all; while that file exists, no process acts again.

``FAILPOINT=@FILE`` asks the file each time, so that a process that runs already can be asked: one
line with the point, and after a blank the log. No file, or an empty one, asks for nothing.
"""

import os
import resource
import signal
import time
from collections import Counter

from django.conf import settings

# Less than a process of ours has mapped: under this limit it gets not one page more.
SMALL_BYTES = 64 * 2**20

# How often each point was passed, by what was asked and its log.
_passed: Counter[tuple[str, str]] = Counter()


class FailpointError(RuntimeError):
    """Raised by a failpoint whose action is ``raise``."""


def hit(name: str) -> None:
    """Act if the environment names this point. Raises FailpointError when it asks for that."""
    asked: str = settings.FAILPOINT
    if not asked:
        return
    log: str = settings.FAILPOINT_LOG
    if asked.startswith("@"):
        asked, _, log = _read(asked[1:]).partition(" ")
    point, _, action = asked.partition(":")
    wanted, _, times = point.partition("#")
    if wanted != name:
        return
    _passed[asked, log] += 1
    if _passed[asked, log] >= int(times or 1) and _first(log, name):
        _act(name, action)


def _read(file: str) -> str:
    try:
        with open(file) as asking:
            return asking.read().strip()
    except FileNotFoundError:
        return ""


def _first(log: str, name: str) -> bool:
    """Write down that the point was reached; False when some process did so before."""
    if not log:
        return True
    try:
        file = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return False
    os.write(file, f"{name}\n".encode())
    os.fsync(file)
    os.close(file)
    return True


def _act(name: str, action: str) -> None:
    if action == "kill9":
        # A pool process goes with the worker it belongs to.
        os.killpg(os.getpgrp(), signal.SIGKILL)
    elif action == "kill9child":
        os.kill(os.getpid(), signal.SIGKILL)
    elif action == "segv":
        os.kill(os.getpid(), signal.SIGSEGV)
    elif action == "oom":
        _run_out_of_memory()
    elif action.startswith("sleep="):
        time.sleep(float(action.removeprefix("sleep=")))
    elif action == "raise":
        raise FailpointError(name)
    else:
        raise ValueError(f"FAILPOINT asks for an unknown action: {action!r}.")


def _run_out_of_memory() -> None:
    """Raise MemoryError as under a limit of the host; the limit is taken back afterwards."""
    before = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (SMALL_BYTES, before[1]))
    try:
        bytearray(SMALL_BYTES)
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)
