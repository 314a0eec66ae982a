"""A cluster with every migration applied: made once, copied for each run of tests and each portal.

Migrating costs ten seconds of work, copying the files a fraction of one. What is made is named by
all it depends on and kept in the system's folder for temporary files; nothing is read from one that
belongs to somebody else.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from esm.embedded import pg
from esm.embedded.folder import DATABASE, OWNER_ROLE, DataFolder
from esm.embedded.servers import Servers

ROOT = Path(__file__).resolve().parent.parent
# Where a test finds the one its run started from.
VARIABLE = "ESM_MADE"
UNUSED_S = 24 * 3600
MADE_OF = (
    "*/migrations/*.py",
    "*/*/migrations/*.py",
    "esm/embedded/*.py",
    "tests/made.py",
    "requirements.lock",
)


def name() -> str:
    """What it depends on: migrations, packages, the servers and how they are started."""
    found = hashlib.sha256()
    binaries = pg.find_binaries()
    found.update(f"{binaries} {pg.version_of(binaries)} {sys.version}".encode())
    for path in sorted(path for pattern in MADE_OF for path in ROOT.glob(pattern)):
        found.update(str(path.relative_to(ROOT)).encode() + path.read_bytes())
    return found.hexdigest()[:16]


def ensure() -> DataFolder:
    """Have it, making it if nobody has; those that nobody used for a day are removed."""
    place = Path(tempfile.gettempdir()) / f"esm-made-{os.geteuid()}"
    place.mkdir(mode=0o700, exist_ok=True)
    if place.is_symlink() or place.stat().st_uid != os.geteuid():
        raise PermissionError(f"{place} belongs to another user; remove it and try again")
    folder = DataFolder(place / name())
    with _alone(place / "lock"):
        for other in place.iterdir():
            if other.is_dir() and other.stat().st_mtime < time.time() - UNUSED_S:
                shutil.rmtree(other, ignore_errors=True)
        if not folder.postgres.exists():
            _make(folder.root)
        os.utime(folder.root)
    return folder


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _make(target: Path) -> None:
    """Start servers in a folder of their own, migrate as their owner, keep the cluster alone."""
    place = Path(tempfile.mkdtemp(prefix="esm-making-"))
    try:
        folder = DataFolder(place / "data")
        servers = Servers(folder, durable=False)
        servers.start()
        try:
            kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
            subprocess.run(
                [sys.executable, "manage.py", "migrate", "--verbosity", "0"],
                cwd=ROOT,
                env=kept | {"ESM_DATA": str(folder.root)},
                check=True,
            )
            # A copy belongs to whoever makes it; the owner of the tables goes on making some.
            with closing(pg.connect(folder, database=DATABASE)) as connection:
                connection.autocommit = True
                connection.cursor().execute(f"GRANT CREATE ON SCHEMA public TO {OWNER_ROLE}")
        finally:
            servers.stop()
        shutil.rmtree(target, ignore_errors=True)
        target.mkdir(mode=0o700)
        lend(folder, DataFolder(target))
    finally:
        shutil.rmtree(place, ignore_errors=True)


def lend(made: DataFolder, to: DataFolder) -> None:
    """Copy the cluster, with its owner and rights, into a data folder that has none."""
    to.root.mkdir(parents=True, exist_ok=True)
    side = to.postgres.with_name("postgres.copied")
    subprocess.run(["cp", "-a", str(made.postgres), str(side)], check=True)
    side.rename(to.postgres)


def lend_from_run(to: DataFolder) -> None:
    """The same from what this run of tests started from; without one the portal migrates."""
    place = os.environ.get(VARIABLE)
    if place:
        lend(DataFolder(Path(place)), to)
