"""How dear the pages are with a million requests: queries, wall time, CPU of web and PostgreSQL.

python benchmarks/pages.py                          a million requests, 2,000 people
python benchmarks/pages.py --requests 20000         smaller, to try it
python benchmarks/pages.py --json out.json          the figures as JSON too
python benchmarks/pages.py --helpdesk VENV/bin/python   django-helpdesk's list in the same run,
                                                    installed by benchmarks/peers/setup.sh VENV
python benchmarks/pages.py --data DIR               what is made stays there for the next run

Makes a database of its own in a folder for the time of the run, served on a Unix socket; ends by
itself and leaves nothing behind, unless a folder for it was named.
"""

import argparse
import contextlib
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from esm.embedded import child as child_script  # noqa: E402
from esm.embedded.folder import ADMIN_ROLE, DataFolder  # noqa: E402
from esm.embedded.servers import Servers  # noqa: E402

PEER = ROOT / "benchmarks" / "peers" / "ticket_list.py"


def environment_for(folder: DataFolder) -> dict[str, str]:
    """What the measured process sees: servers of its own, as their administrator."""
    return os.environ | {
        "DJANGO_SETTINGS_MODULE": "esm.settings.test",
        "DATABASE_URL": folder.database_url(ADMIN_ROLE),
        "DATABASE_OWNER_URL": "",
        "ALLOW_SINGLE_ROLE": "1",
        "REDIS_URL": folder.redis_url,
        "ESM_DATA": str(folder.root / "data"),
        "LOG_LEVEL": "ERROR",
        "PYTHONUNBUFFERED": "1",
        "HELPDESK_DATABASE": f"{folder.sockets} {ADMIN_ROLE}",
    }


def main(arguments: list[str]) -> int:
    """Start the servers, measure inside, stop them; the code of what was measured."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--requests", type=int, default=1_000_000)
    parser.add_argument("--people", type=int, default=2_000)
    parser.add_argument("--repeats", type=int, default=60)
    parser.add_argument("--tickets", type=int, default=100_000, help="of the other product")
    parser.add_argument("--helpdesk", default="", help="Python with django-helpdesk installed")
    parser.add_argument("--json", default="")
    parser.add_argument("--data", default="", help="a folder to keep the database in")
    parser.add_argument("--explain", action="store_true", help="plans of slow queries")
    chosen = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with contextlib.ExitStack() as ending:
        place = chosen.data or ending.enter_context(
            tempfile.TemporaryDirectory(prefix="esm-bench-", ignore_cleanup_errors=True)
        )
        folder = DataFolder(Path(place).resolve())
        servers = Servers(folder, durable=False)
        servers.start()
        try:
            tied = [sys.executable, "-I", "-S", child_script.__file__, str(os.getpid()), "2", "0"]
            inside = [
                sys.executable,
                "-m",
                "benchmarks.inside",
                str(folder.root),
                repr(vars(chosen)),
            ]
            return subprocess.run(
                [*tied, *inside], cwd=ROOT, env=environment_for(folder), check=False
            ).returncode
        finally:
            servers.stop()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
