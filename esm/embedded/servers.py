"""The embedded servers of a data folder: owned by ``up``, or shared by management commands.

Three locks in the data folder, all released by the kernel when their holder dies:

- ``up.lock``: held by a running ``up``; a second one is refused.
- ``servers.lock``: held for the moment of starting or stopping the servers.
- ``users.lock``: shared by every command that uses the servers; who started them waits for the
  others before stopping them.
"""

import fcntl
import json
import os
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, Any

from esm.embedded.folder import DataFolder
from esm.embedded.pg import Postgres
from esm.embedded.process import Child, EmbeddedError, is_running, wait_gone
from esm.embedded.valkey import Valkey


class Servers:
    """The embedded servers that are wanted (those without an address of their own)."""

    def __init__(
        self,
        folder: DataFolder,
        *,
        postgres: bool = True,
        valkey: bool = True,
        durable: bool = True,
    ) -> None:
        self.folder = folder
        self.postgres = Postgres(folder, durable=durable) if postgres else None
        self.valkey = Valkey(folder, durable=durable) if valkey else None

    @property
    def members(self) -> list[Postgres | Valkey]:
        return [server for server in (self.postgres, self.valkey) if server is not None]

    @property
    def children(self) -> list[Child]:
        return [server.child for server in self.members if server.child is not None]

    def start(self) -> None:
        """Start all, after what an earlier run left has ended; on failure stop what was started."""
        self.folder.create()
        for name, pid in read_run_file(self.folder).get("servers", {}).items():
            if _is_program(pid, name) and not wait_gone(pid, 60):
                raise EmbeddedError(f"An earlier {name} (process {pid}) does not end.")
        try:
            for server in self.members:
                server.start()
        except BaseException:
            self.stop()
            raise
        self.write_run_file()

    def stop(self) -> None:
        """Stop all; the broker first, because its clients write to the database."""
        for server in reversed(self.members):
            server.stop()
        self.folder.run_file.unlink(missing_ok=True)

    def write_run_file(self, **more: Any) -> None:
        """Tell other commands who runs what here."""
        content = {
            "pid": os.getpid(),
            "servers": {child.name: child.pid for child in self.children},
            "sockets": str(self.folder.sockets),
            **more,
        }
        side = self.folder.run_file.with_suffix(".new")
        side.write_text(json.dumps(content, indent=1))
        side.replace(self.folder.run_file)


def read_run_file(folder: DataFolder) -> dict[str, Any]:
    """What the last run wrote; empty when there is nothing (or half a file)."""
    try:
        content = json.loads(folder.run_file.read_text())
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def _is_program(pid: int, name: str) -> bool:
    try:
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False
    return is_running(pid) and name.encode() in command


def running(folder: DataFolder) -> bool:
    """True while who started the servers, and the servers, are alive."""
    content = read_run_file(folder)
    servers = content.get("servers", {})
    if not servers or not is_running(content.get("pid", 0)):
        return False
    return all(_is_program(pid, name) for name, pid in servers.items())


def try_lock(stack: ExitStack, path: Path, mode: int) -> bool:
    """Take a lock until the stack closes; False when somebody else holds it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    file: IO[str] = open(path, "a")  # noqa: SIM115 (the stack closes it)
    try:
        fcntl.flock(file, mode | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        return False
    stack.callback(file.close)
    return True


def take_lock(stack: ExitStack, path: Path, mode: int, seconds: float) -> bool:
    """Take a lock, waiting for it."""
    give_up = time.monotonic() + seconds
    while not try_lock(stack, path, mode):
        if time.monotonic() > give_up:
            return False
        time.sleep(0.05)
    return True


@contextmanager
def owned(servers: Servers) -> Iterator[Servers]:
    """Be the one ``up`` of the data folder: start its servers, stop them at the end."""
    folder = servers.folder
    with ExitStack() as stack:
        if not try_lock(stack, folder.lock("up"), fcntl.LOCK_EX):
            pid = read_run_file(folder).get("pid", "unknown")
            raise EmbeddedError(
                f"The portal is already running on {folder.root} (process {pid}). Stop it with "
                "Ctrl-C there, or start this one on another folder: --data DIR --port N"
            )
        with ExitStack() as start:
            if not take_lock(start, folder.lock("servers"), fcntl.LOCK_EX, 60) or not take_lock(
                start, folder.lock("users"), fcntl.LOCK_EX, 60
            ):
                raise EmbeddedError(
                    f"Another command is using the data in {folder.root}. Try again when it ends."
                )
            servers.start()
        try:
            yield servers
        finally:
            servers.stop()


@contextmanager
def borrowed(
    folder: DataFolder, *, postgres: bool = True, valkey: bool = True
) -> Iterator[Servers | None]:
    """Use the running servers (None), or start them for the length of the block."""
    with ExitStack() as stack:
        started: Servers | None = None
        with ExitStack() as start:
            if not take_lock(start, folder.lock("servers"), fcntl.LOCK_EX, 120):
                raise EmbeddedError(f"The servers of {folder.root} are being started or stopped.")
            if not running(folder):
                started = Servers(folder, postgres=postgres, valkey=valkey)
                started.start()
            if not take_lock(stack, folder.lock("users"), fcntl.LOCK_SH, 30):
                raise EmbeddedError(f"The servers of {folder.root} are being started or stopped.")
        try:
            yield started
        finally:
            stack.close()
            if started is not None:
                _stop_when_unused(started)


def _stop_when_unused(servers: Servers) -> None:
    """Wait until no other command uses the servers, then stop them."""
    while True:
        with ExitStack() as stack:
            if take_lock(stack, servers.folder.lock("servers"), fcntl.LOCK_EX, 120) and try_lock(
                stack, servers.folder.lock("users"), fcntl.LOCK_EX
            ):
                servers.stop()
                return
        time.sleep(0.1)
