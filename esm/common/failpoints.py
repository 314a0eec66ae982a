"""Named points at which a fault test may kill, fail or delay the process.

Does nothing unless the environment asks: ``FAILPOINT="outbox.after_claim:kill9"``; production
settings never ask. ``NAME#3:kill9`` waits for the third time this process passes. Actions:

- ``kill9`` ends the whole process group, as a power cut would,
- ``raise`` raises ``FailpointError``,
- ``sleep=SECONDS`` waits.

A point that was reached is first written to the file named by ``FAILPOINT_LOG``, so that a test can
tell that it was reached at all; while that file exists, no process acts again.
"""

import os
import signal
import time
from collections import Counter

from django.conf import settings

_passed: Counter[str] = Counter()


class FailpointError(RuntimeError):
    """Raised by a failpoint whose action is ``raise``."""


def hit(name: str) -> None:
    """Act if the environment names this point. Raises FailpointError when it asks for that."""
    asked: str = settings.FAILPOINT
    if not asked:
        return
    point, _, action = asked.partition(":")
    wanted, _, times = point.partition("#")
    if wanted != name:
        return
    _passed[asked] += 1
    if _passed[asked] >= int(times or 1) and _first(settings.FAILPOINT_LOG, name):
        _act(name, action)


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
    elif action.startswith("sleep="):
        time.sleep(float(action.removeprefix("sleep=")))
    elif action == "raise":
        raise FailpointError(name)
    else:
        raise ValueError(f"FAILPOINT asks for an unknown action: {action!r}.")
