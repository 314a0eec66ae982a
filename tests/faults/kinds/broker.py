"""The broker killed, emptied, full, stopped, or cutting its connections."""

import os
import shutil
import signal
import time
from contextlib import suppress
from typing import Any

from redis import Redis
from redis.exceptions import RedisError

from tests.faults.kinds.base import Fault
from tests.faults.web_walks import patiently
from tests.platform.portal import wait_for

SILENT_S = 60.0
LATE_S = 30.0


class BrokerFault(Fault):
    """What all of them share: calls succeed meanwhile, afterwards every queue is read again."""

    no_refusal = True

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        socket = str(self.harness.installation.folder.valkey_socket)
        self.broker = Redis(unix_socket_path=socket, socket_timeout=5)

    @property
    def pid(self) -> int:
        return int(self.servers.valkey.child.pid)

    def check(self) -> list[str]:
        """A heartbeat came through every queue since."""
        since, began = time.time(), time.monotonic()

        def heard() -> bool:
            self.harness.processes.watch()
            return self.harness.heard_since(since)

        wait_for(lambda: patiently(heard), "every queue to be read again", SILENT_S)
        self.note(f"every queue read again after {time.monotonic() - began:.1f} s")
        return []


class BrokerDies(BrokerFault):
    """F8: killed, and back without data at once or after some seconds; nothing is late by more
    than half a minute."""

    key = "F8"
    title = "broker killed, back without data"
    variants = ("at once", "after some seconds")
    lasts = (0.0, 0.0)

    def inject(self) -> None:
        self.servers.valkey.child.kill()
        shutil.rmtree(self.harness.installation.folder.valkey)
        self.harness.installation.folder.valkey.mkdir(mode=0o700)
        self._lasts = 0.0 if self.variant == "at once" else self.dice.uniform(3, 7)

    def heal(self) -> None:
        self.servers.valkey.restart()
        self.servers.write_run_file()

    def check(self) -> list[str]:
        late = f"back only after {self.recovery_s or 0:.1f} s (limit {LATE_S:.0f} s)"
        return [*super().check(), *([late] if (self.recovery_s or 0) > LATE_S else [])]


class BrokerEmptied(BrokerFault):
    """F9: FLUSHALL again and again."""

    key = "F9"
    title = "broker emptied again and again"
    at = (0.1, 0.5)
    lasts = (7.0, 8.0)
    emptied = 0
    next_at = 0.0

    def meanwhile(self) -> None:
        if time.monotonic() >= self.next_at:
            self.next_at = time.monotonic() + 0.2
            self.broker.flushall()
            self.emptied += 1

    def prepare(self) -> None:
        self.session = self.harness.web.sign_in()

    def heal(self) -> None:
        later = self.harness.web.sign_in()
        self.seen = [self.harness.web.is_signed_in(one) for one in (self.session, later)]
        self.note(f"emptied {self.emptied} times")

    def check(self) -> list[str]:
        lost = "who signed in before is out, or nobody can sign in"
        return [*super().check(), *([] if all(self.seen) else [lost])]


class BrokerFull(BrokerFault):
    """F10: takes nothing more, or takes connections and never answers."""

    key = "F10"
    title = "broker full or stopped"
    variants = ("full", "stopped")
    lasts = (4.0, 6.0)

    def inject(self) -> None:
        if self.variant == "full":
            self.broker.config_set("maxmemory", 1)
        else:
            os.kill(self.pid, signal.SIGSTOP)

    def heal(self) -> None:
        os.kill(self.pid, signal.SIGCONT)
        self.broker.config_set("maxmemory", 0)

    def restore(self) -> None:
        with suppress(RedisError, ProcessLookupError):
            self.heal()


class BrokerCuts(BrokerFault):
    """F11: every connection is cut each two seconds."""

    key = "F11"
    title = "broker cuts connections each 2 s"
    lasts = (6.0, 8.0)
    next_at = 0.0

    def meanwhile(self) -> None:
        if time.monotonic() >= self.next_at:
            self.next_at = time.monotonic() + 2
            self.broker.client_kill_filter(_type="normal", skipme=True)

    inject = meanwhile


KINDS = (BrokerDies, BrokerEmptied, BrokerFull, BrokerCuts)
