"""Lines that go silent, are slow, or break: by a proxy of ours between a process and a server."""

import tempfile
import time
from pathlib import Path
from urllib.parse import quote

from esm.embedded.folder import APP_ROLE, DATABASE, OWNER_ROLE
from esm.events.selectors.health import MAX_ATTEMPTS
from esm.events.services.dispatch import LEASE_S
from tests.faults.installation import FAST, SLOW, WEB
from tests.faults.kinds.base import Fault
from tests.faults.proxy import Proxy

SOCKET = ".s.PGSQL.5432"


class LineFault(Fault):
    """Some processes reach a server through a proxy; ``restore`` gives them the short way back."""

    through: tuple[str, ...] = ()
    folder: tempfile.TemporaryDirectory[str] | None = None

    def database(self) -> tuple[Proxy, dict[str, str]]:
        """A proxy before the database, and what leads a process there."""
        self.folder = tempfile.TemporaryDirectory(prefix="esm-line-")
        place = Path(self.folder.name)
        to = self.harness.installation.folder.sockets / SOCKET
        line = Proxy(place / SOCKET, to, self.dice)
        address = f"postgres://{{}}@/{DATABASE}?host={quote(str(place))}"
        return line, {
            "DATABASE_URL": address.format(APP_ROLE),
            "DATABASE_OWNER_URL": address.format(OWNER_ROLE),
        }

    def broker(self) -> tuple[Proxy, dict[str, str]]:
        """A proxy before the broker."""
        self.folder = tempfile.TemporaryDirectory(prefix="esm-line-")
        place = Path(self.folder.name) / "valkey.sock"
        line = Proxy(place, self.harness.installation.folder.valkey_socket, self.dice)
        return line, {"REDIS_URL": f"redis+socket://{quote(str(place))}"}

    def mail(self) -> tuple[Proxy, dict[str, str]]:
        """A proxy before the mail server."""
        line = Proxy(0, self.harness.mails.port, self.dice)
        return line, {"EMAIL_PORT": str(line.port)}

    def restore(self) -> None:
        processes = self.harness.processes
        for name in self.through:
            processes.children[name].kill()
        processes.start()
        self.line.close()
        if self.folder is not None:
            self.folder.cleanup()
        self.harness.wait_ready()


class Partition(LineFault):
    """F12: a worker holds claims while its line to the database is silent for longer than a lease.

    Another worker takes them over. When the line is back the first one goes on with a token that
    is no longer valid: its writes are refused.
    """

    key = "F12"
    title = "worker cut off from the database, longer than its lease"
    through = (FAST,)
    mails_may_repeat = True
    SECOND = f"{FAST} 2"

    def prepare(self) -> None:
        self.line, leads = self.database()
        self.log = self.harness.place / f"reached-{self.harness.runs}"
        processes = self.harness.processes
        processes.add_fast(self.SECOND)
        processes.renew(
            FAST, failpoint=f"outbox.after_claim:sleep={LEASE_S + 3}", log=self.log, more=leads
        )
        self.harness.wait_ready()
        self.stale = len(self.harness.logged_errors("is in other hands"))

    def look(self) -> None:
        if self.state == "waiting" and self.log.exists():
            self.line.silent(True)
            self.state, self._began = "broken", time.monotonic()
        elif self.state == "broken" and time.monotonic() > self._began + LEASE_S + 4:
            # What was sent meanwhile arrives, then the line breaks.
            self.line.silent(False)
            time.sleep(2)
            self.line.cut()
            self.healed()
        elif self.state == "healed":
            self.measure_sometimes()

    def finish(self) -> None:
        self._at = LEASE_S + 20.0
        super().finish()

    def check(self) -> list[str]:
        refused = len(self.harness.logged_errors("is in other hands")) - self.stale
        self.note(f"{refused} late writes refused")
        return [] if refused else ["no late write was refused: the fencing token was not needed"]

    def restore(self) -> None:
        self.harness.processes.remove(self.SECOND)
        super().restore()


class SlowLine(LineFault):
    """F13: every piece late, one connection in twenty breaks."""

    key = "F13"
    title = "slow line, 5 % of connections break"
    variants = ("database 10 ms", "broker 200 ms", "mail 200 ms")
    mails_may_repeat = True
    at = (0.0, 0.1)
    lasts = (8.0, 9.0)

    def prepare(self) -> None:
        server, delay, _ = self.variant.split()
        make = {"database": self.database, "broker": self.broker, "mail": self.mail}[server]
        self.line, leads = make()
        self.through = (SLOW,) if server == "mail" else (FAST, SLOW, WEB)
        processes = self.harness.processes
        for name in self.through:
            processes.renew(name, more=leads)
        self.harness.wait_ready()
        self.delay_s = int(delay) / 1000

    def inject(self) -> None:
        self.line.delay_s, self.line.breaks = self.delay_s, 0.05
        # Those that are open already were made on a good line.
        self.line.cut()

    def meanwhile(self) -> None:
        """Many connections are kept open for long: now and then all break."""
        self.worst.look()
        if self.dice.random() < 0.01:
            self.line.cut()

    def heal(self) -> None:
        self.line.delay_s = self.line.breaks = 0.0

    def check(self) -> list[str]:
        self.note(
            f"{self.line.broken} connections broke half way,"
            f" at most {self.worst.attempts} attempts of one thing"
        )
        often = f"{self.worst.attempts} attempts (limit {MAX_ATTEMPTS})"
        return [often] if self.worst.attempts > MAX_ATTEMPTS else []


KINDS = (Partition, SlowLine)
