"""Where everything of one installation lives: data, sockets, logs, locks."""

import hashlib
import os
import shutil
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from urllib.parse import quote

DATABASE = "esm"
OWNER_ROLE = "esm_owner"
APP_ROLE = "esm_app"
ADMIN_ROLE = "postgres"
# What the application keeps in the data folder as part of what its database says.
COMPANIONS = ("files", "mail", "anchors.log")
# A unix socket's path ends at 108 bytes; Valkey and PostgreSQL add their file names to ours.
LONGEST_SOCKET_FOLDER = 80


@dataclass(frozen=True)
class DataFolder:
    """The data folder of one installation. Computing paths creates nothing."""

    root: Path

    @property
    def postgres(self) -> Path:
        return self.root / "postgres"

    @property
    def valkey(self) -> Path:
        return self.root / "valkey"

    @property
    def logs(self) -> Path:
        return self.root / "log"

    @property
    def run_file(self) -> Path:
        """Who runs what here: process ids and socket paths, as JSON."""
        return self.root / "run.json"

    @property
    def seeding_mark(self) -> Path:
        """Exists while the demo is being written, so that an interrupted seeding is noticed."""
        return self.root / "seeding"

    @cached_property
    def sockets(self) -> Path:
        """A folder short enough for unix sockets: inside the data folder, or below /tmp."""
        inside = self.root.resolve() / "run"
        if len(os.fsencode(inside)) <= LONGEST_SOCKET_FOLDER:
            return inside
        name = hashlib.sha256(os.fsencode(inside) + str(os.getuid()).encode()).hexdigest()[:12]
        return Path("/tmp") / f"esm-{name}"

    @property
    def demo_mark(self) -> Path:
        """Exists when the database holds the demo organisation."""
        return self.root / "demo"

    def lock(self, name: str) -> Path:
        return self.root / f"{name}.lock"

    def database_url(self, role: str, database: str = DATABASE) -> str:
        """The address of the embedded database for one of the roles."""
        return f"postgres://{role}@/{database}?host={quote(str(self.sockets))}"

    @property
    def valkey_socket(self) -> Path:
        return self.sockets / "valkey.sock"

    @property
    def redis_url(self) -> str:
        return f"redis+socket://{quote(str(self.valkey_socket))}"

    def forget_companions(self) -> None:
        """Remove what was written beside a database that is no more: files, mails, anchors."""
        for name in COMPANIONS:
            path = self.root / name
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)

    def create(self) -> None:
        """Make the folders; the sockets' folder is ours alone or it is refused."""
        for path in (self.root, self.logs):
            path.mkdir(parents=True, exist_ok=True)
        self.sockets.mkdir(mode=0o700, parents=True, exist_ok=True)
        state = self.sockets.lstat()
        if self.sockets.is_symlink() or state.st_uid not in {os.getuid(), 65534}:
            raise PermissionError(
                f"{self.sockets} belongs to another user; remove it and try again"
            )
        self.sockets.chmod(0o700)
