"""Named points at which a fault test may kill, stop or delay the process.

Does nothing unless the environment asks: ``FAILPOINT="outbox.after_claim:kill9"``. Actions: kill9,
raise, sleep=SECONDS. A point that was reached is written to ``FAILPOINT_LOG`` first, so that a test
can tell that it was reached at all.
"""

import os
import signal
import time

from django.conf import settings


class FailpointError(RuntimeError):
    """Raised by a failpoint whose action is ``raise``."""


def hit(name: str) -> None:
    """Act if the environment names this point."""
    wanted: str = getattr(settings, "FAILPOINT", "")
    if not wanted or wanted.partition(":")[0] != name:
        return
    log: str = getattr(settings, "FAILPOINT_LOG", "")
    if log:
        if os.path.exists(log + ".once"):
            return
        with open(log, "a", encoding="utf-8") as file:
            file.write(name + "\n")
            file.flush()
            os.fsync(file.fileno())
        open(log + ".once", "w", encoding="utf-8").close()
    action = wanted.partition(":")[2]
    if action == "kill9":
        # The pool child dies with its parent: the whole worker goes, as in a power cut.
        os.killpg(os.getpgrp(), signal.SIGKILL)
    elif action.startswith("sleep="):
        time.sleep(float(action[6:]))
    else:
        raise FailpointError(name)
