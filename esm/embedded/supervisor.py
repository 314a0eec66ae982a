"""Keeps child processes running: restarts one that died, and one that no longer does its work."""

import http.client
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from esm.embedded.process import Child, EmbeddedError

FIRST_PAUSE = 0.5
LONGEST_PAUSE = 30.0
# A child that ran this long starts with the shortest pause again.
SETTLED_SECONDS = 60.0
# A process without a sign of life for this long is restarted.
SILENT_SECONDS = 60.0
ASK_EVERY_SECONDS = 5.0


@dataclass
class Supervised:
    """A child, how to start it again, and which check of /readyz speaks for it."""

    child: Child
    restart: Callable[[], None]
    check: str = ""
    stops: bool = True
    failures: int = 0
    next_start: float = 0.0
    last_sign: float = 0.0

    def started(self) -> None:
        self.last_sign = time.monotonic()


class Supervisor:
    """Watches children; ``tell`` gets a sentence for each thing a person should know."""

    def __init__(self, port: int, tell: Callable[[str], None]) -> None:
        self.port = port
        self.tell = tell
        self.members: list[Supervised] = []
        self.next_question = 0.0
        self.on_restart: Callable[[], None] = lambda: None

    def add(self, child: Child, check: str) -> None:
        """Watch a process of ours."""
        self._add(Supervised(child, child.start, check))

    def add_server(self, child: Child, restart: Callable[[], None]) -> None:
        """Watch a server; who started it stops it."""
        self._add(Supervised(child, restart, stops=False))

    def _add(self, member: Supervised) -> None:
        member.started()
        self.members.append(member)

    @property
    def own(self) -> list[Child]:
        return [member.child for member in self.members if member.stops]

    def watch(self) -> None:
        """One look at all children; call it a few times a second."""
        for member in self.members:
            self._revive(member)
        if time.monotonic() >= self.next_question:
            self.next_question = time.monotonic() + ASK_EVERY_SECONDS
            self._look_for_silent(self.readiness())

    def _revive(self, member: Supervised) -> None:
        child, now = member.child, time.monotonic()
        if child.running:
            return
        if member.next_start == 0.0:
            if now - child.started_at > SETTLED_SECONDS:
                member.failures = 0
            pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2**member.failures)
            member.failures += 1
            member.next_start = now + pause
            self.tell(
                f"{child.name} ended ({_how(child.code)}); starting it again in {pause:g} s. "
                f"Its log: {child.log}"
            )
        elif now >= member.next_start:
            member.next_start = 0.0
            child.kill()
            try:
                member.restart()
            except EmbeddedError as error:
                self.tell(str(error))
            member.started()
            self.on_restart()

    def readiness(self) -> dict[str, Any]:
        """The checks of /readyz; empty while nobody answers."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", "/readyz")
            answer = json.loads(connection.getresponse().read())
        except (OSError, http.client.HTTPException, ValueError):
            return {}
        finally:
            connection.close()
        checks = answer.get("checks") if isinstance(answer, dict) else None
        return checks if isinstance(checks, dict) else {}

    def _look_for_silent(self, checks: dict[str, Any]) -> None:
        """Restart a process that is alive but silent, unless what it stands on is down."""
        now = time.monotonic()
        stands = all(checks.get(name, {}).get("ok") for name in ("database", "broker"))
        for member in self.members:
            if not member.check:
                continue
            own_answer = member.check == "web" and bool(checks)
            excused = member.check != "web" and not stands
            if own_answer or excused or checks.get(member.check, {}).get("ok"):
                member.last_sign = now
            elif member.child.running and now - member.last_sign > SILENT_SECONDS:
                self.tell(f"{member.child.name} gave no sign of life for {SILENT_SECONDS:.0f} s")
                member.child.kill()

    def stop(self, seconds: float) -> None:
        """Ask our processes to end together, then wait for each."""
        for child in self.own:
            child.ask_to_stop()
        give_up = time.monotonic() + seconds
        for child in self.own:
            child.wait_stopped(max(0.1, give_up - time.monotonic()))

    def strike(self) -> None:
        """End our processes at once and wait for none: for handlers of signals."""
        for child in self.own:
            child.strike()

    def kill(self) -> None:
        """End our processes at once."""
        for child in self.own:
            child.kill()


def _how(code: int | None) -> str:
    if code is not None and code < 0:
        return f"signal {-code}"
    return f"code {code}"
