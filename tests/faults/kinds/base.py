"""A fault: when it is injected, how long it lasts, how it is healed, what else must hold."""

import os
import random
import signal
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from django.db import connection

from tests.faults.effects import Owed
from tests.faults.installation import BUSY
from tests.faults.web_walks import patiently
from tests.platform.portal import descendants, wait_for

if TYPE_CHECKING:
    from tests.faults.harness import Harness

RECOVERY_GIVE_UP_S = 180.0 * BUSY
POISON = "faults.poison"
SAMPLE = """
    SELECT coalesce(max(extract(epoch FROM clock_timestamp() - due_at)), 0),
           coalesce(max(extract(epoch FROM clock_timestamp() - lease_until)), 0),
           coalesce(max(attempts), 0)
    FROM events_delivery WHERE state = 'due' AND due_at <= clock_timestamp()
      AND consumer <> %s AND queue <> 'webhooks'"""


@dataclass
class Worst:
    """The worst of what was due, of many looks: how long it waited, a lease that nobody took up."""

    waited_s: float = 0.0
    lease_ended_s: float = 0.0
    attempts: int = 0
    next_at: float = 0.0

    def look(self) -> None:
        """Ask again, at most twice a second; poison is another matter."""
        if time.monotonic() < self.next_at:
            return
        self.next_at = time.monotonic() + 0.5
        with connection.cursor() as cursor:
            cursor.execute(SAMPLE, [POISON])
            waited, lease, attempts = cursor.fetchone()
        self.waited_s = max(self.waited_s, float(waited))
        self.lease_ended_s = max(self.lease_ended_s, float(lease))
        self.attempts = max(self.attempts, attempts)


class Fault:
    """Injected some seconds after the walks began, healed some seconds later.

    ``walks`` is False for faults that bring work of their own, in ``prepare``. What it noticed is
    put into ``notes``.
    """

    key: ClassVar[str] = ""
    title: ClassVar[str] = ""
    variants: ClassVar[tuple[str, ...]] = ("",)
    walks: ClassVar[bool] = True
    mails_may_repeat: ClassVar[bool] = False
    no_refusal: ClassVar[bool] = False
    # When it is injected and how long it lasts (s), from and to.
    at: ClassVar[tuple[float, float]] = (0.5, 4.0)
    lasts: ClassVar[tuple[float, float]] = (0.0, 0.0)

    def __init__(self, harness: "Harness", dice: random.Random, variant: str) -> None:
        self.harness, self.dice, self.variant = harness, dice, variant
        self.notes: list[str] = []
        self.worst = Worst()
        self.recovery_s: float | None = None
        self.healed_at = 0.0
        self.state = "waiting"
        self._at = dice.uniform(*self.at)
        self._lasts = dice.uniform(*self.lasts)
        self._began = 0.0
        self._owed: Owed | None = None
        self._measure_at = 0.0

    def prepare(self) -> None:
        """Before the walks begin."""

    def inject(self) -> None:
        """Break it."""

    def meanwhile(self) -> None:
        """Again and again while it is broken."""

    def heal(self) -> None:
        """Mend what does not mend itself."""

    def check(self) -> list[str]:
        """What was not as it must be, after everything is quiet."""
        return []

    def restore(self) -> None:
        """Leave the installation as it was found."""

    def look(self) -> None:
        """Called again and again from the main thread while the walks go on."""
        moment = time.monotonic()
        self._began = self._began or moment
        if self.state == "waiting" and moment >= self._began + self._at:
            self.inject()
            self.state, self._began = "broken", time.monotonic()
        elif self.state == "broken":
            if moment >= self._began + self._lasts:
                self.heal()
                self.healed()
            else:
                self.meanwhile()
        elif self.state == "healed":
            self.measure_sometimes()

    def healed(self) -> None:
        """From now on recovery is measured."""
        self.state, self.healed_at = "healed", time.monotonic()

    def measure_sometimes(self) -> None:
        """Five times a second: to ask costs, too."""
        if time.monotonic() >= self._measure_at:
            self._measure_at = time.monotonic() + 0.2
            self.measure()

    def measure(self) -> None:
        """How long until what was owed at the healing is done."""
        if self.recovery_s is not None:
            return
        if self._owed is None:
            self._owed = patiently(Owed.now)
        if not patiently(self._owed.left):
            self.recovery_s = time.monotonic() - self.healed_at

    def finish(self) -> None:
        """The walks are over: a fault that was never injected is a failure, not a success."""
        give_up = time.monotonic() + self._at + self._lasts + 5
        while self.state in ("waiting", "broken") and time.monotonic() < give_up:
            self.harness.processes.watch()
            self.look()
        assert self.state == "healed", f"not injected: {self.state}"

        def recovered() -> bool:
            self.harness.processes.watch()
            self.measure_sometimes()
            return self.recovery_s is not None

        wait_for(recovered, f"recovery: {self._owed}", RECOVERY_GIVE_UP_S)

    def dead(self, *names: str) -> None:
        """Kill whole processes, at once."""
        for name in names:
            self.harness.processes.children[name].strike()

    def note(self, sentence: str) -> None:
        """Something worth printing."""
        self.notes.append(sentence)

    @property
    def servers(self) -> Any:
        return self.harness.installation.servers


def strike(pids: Iterable[int], number: int = signal.SIGKILL) -> None:
    """Send a signal to processes and all below them, the upper ones first."""
    for pid in [one for top in pids for one in (top, *sorted(descendants(top)))]:
        with suppress(ProcessLookupError):
            os.kill(pid, number)


class AtPoint(Fault):
    """A process dies at a named failpoint: ``point:action``, the process in ``where``."""

    where: ClassVar[str] = ""
    mails_may_repeat = True

    def prepare(self) -> None:
        point, _, action = self.variant.partition(":")
        self.log = self.harness.place / f"reached-{self.harness.runs}"
        asked = f"{point}#{self.times(point)}:{action}"
        self.harness.processes.arm(self.process(point), asked, self.log)

    def process(self, point: str) -> str:
        """Which process passes this point."""
        return self.where

    def times(self, point: str) -> int:
        """Which passing of the point it dies at."""
        return self.dice.randint(1, 2)

    def look(self) -> None:
        if self.state == "healed":
            self.measure_sometimes()
        elif self.log.exists():
            self.healed()
            self.healed_at -= time.time() - self.log.stat().st_mtime

    def finish(self) -> None:
        self._at, self._lasts = 10.0, 0.0
        super().finish()

    def restore(self) -> None:
        self.harness.processes.disarm(self.process(self.variant.partition(":")[0]))
