"""Child processes with their own process group, a log file, and an end tied to ours."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from esm.embedded import child as child_script

LOG_LIMIT = 10 * 1024 * 1024
NOBODY = 65534


class EmbeddedError(RuntimeError):
    """Something needed to run is missing or refused; the message is one a person can act on."""


@dataclass
class Child:
    """One program. ``on_parent_death`` is what the kernel sends it when we are killed."""

    name: str
    command: Sequence[str]
    log: Path
    stop_signal: int = signal.SIGTERM
    on_parent_death: int = signal.SIGKILL
    environment: Mapping[str, str] | None = None
    before: Sequence[str] = ()
    user: int | None = None
    place: Path | None = None
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)
    started_at: float = 0.0

    def start(self) -> None:
        """Start it in a process group of its own.

        The kernel ties the child to the *thread* that starts it: call from the main thread.
        """
        launcher = [sys.executable, "-I", "-S", child_script.__file__]
        how = (os.getpid(), int(self.on_parent_death), self.user or 0)
        tied = [*launcher, *map(str, how), *self.command]
        _roll(self.log)
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [*self.before, *tied],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                cwd=self.place,
                env=dict(self.environment) if self.environment is not None else None,
                process_group=0,
            )
        self.started_at = time.monotonic()

    @property
    def pid(self) -> int:
        """Process id of the last start; 0 before it."""
        return self.process.pid if self.process else 0

    @property
    def running(self) -> bool:
        """True while the program itself has not ended."""
        return self.process is not None and self.process.poll() is None

    @property
    def code(self) -> int | None:
        """Exit code after the end; negative is the number of the signal that ended it."""
        return self.process.poll() if self.process else None

    def ask_to_stop(self) -> None:
        """Send the signal that ends it cleanly; does not wait."""
        if self.process is not None and self.running:
            self.process.send_signal(self.stop_signal)

    def wait_stopped(self, seconds: float) -> None:
        """Wait for a clean end, then kill whatever of its group is left."""
        if self.process is None:
            return
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(timeout=seconds)
        self.kill()

    def strike(self) -> None:
        """Send the whole process group the signal that nothing survives; does not wait.

        A signal handler may call it: whoever it interrupts may hold the lock of a wait.
        """
        if self.process is not None:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)

    def kill(self) -> None:
        """Kill the whole process group, at once."""
        if self.process is not None:
            self.strike()
            self.process.wait()

    def stop(self, seconds: float) -> None:
        """End it cleanly within the time given, or not cleanly."""
        self.ask_to_stop()
        self.wait_stopped(seconds)

    def last_words(self, lines: int = 8) -> str:
        """The end of its log, for an error message."""
        try:
            text = self.log.read_text(errors="replace")
        except OSError:
            return ""
        return "\n".join(text.splitlines()[-lines:])


def _roll(log: Path) -> None:
    """Keep one older log, so that a folder never fills up."""
    if log.exists() and log.stat().st_size > LOG_LIMIT:
        log.replace(log.with_suffix(".log.1"))


def wait_until(ready: Callable[[], bool], child: Child, seconds: float, what: str) -> None:
    """Wait for a condition; raise with the end of the log when the child dies or takes too long."""
    give_up = time.monotonic() + seconds
    while not ready():
        if not child.running:
            raise EmbeddedError(f"{what} ended while starting.\n{child.last_words()}")
        if time.monotonic() > give_up:
            child.stop(5)
            raise EmbeddedError(f"{what} did not start in {seconds:.0f} s.\n{child.last_words()}")
        time.sleep(0.02)


def is_running(pid: int) -> bool:
    """True if a process with this id exists and is not merely waiting to be reaped."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[0] not in {"Z", "X"}


def wait_gone(pid: int, seconds: float) -> bool:
    """Wait for a process that is not our child to end; False if it is still there."""
    give_up = time.monotonic() + seconds
    while is_running(pid):
        if time.monotonic() > give_up:
            return False
        time.sleep(0.05)
    return True
