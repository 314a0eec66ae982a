"""Timers: how late, how fast, none lost, none doubled; beside a raw queue and beside Celery's eta.

python benchmarks/timers.py                          1,000,000 armed clocks; about 20 minutes
python benchmarks/timers.py --clocks 50000 --scale 0.1        smaller, to try it
python benchmarks/timers.py --parts drain,raw                 only some parts
python benchmarks/timers.py --json out.json          the figures as JSON too
python benchmarks/timers.py --data DIR               what is made stays there for the next run

Parts: steady (200 due per second for 5 minutes), rush (1,000 per second for one minute), drain
(100,000 due at one moment), cpu (the same in one process: CPU per effect), raw (the same rows by
UPDATE … SKIP LOCKED), eta (Celery's eta tasks through Valkey, one worker killed). Makes servers of
its own in a folder for the time of the run, on Unix sockets; ends by itself and leaves nothing
behind, unless a folder for it was named.
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

PARTS = "steady,rush,drain,cpu,raw,eta"


def environment_for(folder: DataFolder) -> dict[str, str]:
    """What all processes of the run see: servers of their own, as their administrator."""
    return os.environ | {
        "DJANGO_SETTINGS_MODULE": "esm.settings.dev",
        "DATABASE_URL": folder.database_url(ADMIN_ROLE),
        "DATABASE_OWNER_URL": "",
        "ALLOW_SINGLE_ROLE": "1",
        "REDIS_URL": folder.redis_url,
        "ESM_DATA": str(folder.root / "data"),
        "LOG_LEVEL": "ERROR",
        "CELERY_SKIP_CHECKS": "1",
        "PYTHONUNBUFFERED": "1",
        "PYTHONPATH": str(ROOT),
    }


def main(arguments: list[str]) -> int:
    """Start the servers, measure inside, stop them; the code of what was measured."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--clocks", type=int, default=1_000_000, help="armed clocks")
    parser.add_argument("--scale", type=float, default=1.0, help="of the parts: 0.1 is a tenth")
    parser.add_argument("--sweepers", type=int, default=2, help="workers of the queue of timers")
    parser.add_argument("--parts", default=PARTS, help=f"some of {PARTS}")
    parser.add_argument("--eta", type=int, default=5_000, help="tasks of each run of Celery's eta")
    parser.add_argument(
        "--queues", default="timers", help="of the sweepers; timers,outbox,projection does all"
    )
    parser.add_argument("--durable", action="store_true", help="PostgreSQL waits for the disk")
    parser.add_argument("--json", default="")
    parser.add_argument("--data", default="", help="a folder to keep the database in")
    chosen = parser.parse_args(arguments)
    unknown = set(chosen.parts.split(",")) - set(PARTS.split(","))
    if unknown:
        parser.error(f"There is no part {', '.join(sorted(unknown))}; choose of {PARTS}.")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with contextlib.ExitStack() as ending:
        place = chosen.data or ending.enter_context(
            tempfile.TemporaryDirectory(prefix="esm-bench-", ignore_cleanup_errors=True)
        )
        folder = DataFolder(Path(place).resolve())
        servers = Servers(folder, durable=chosen.durable)
        servers.start()
        try:
            tied = [sys.executable, "-I", "-S", child_script.__file__, str(os.getpid()), "2", "0"]
            inside = [sys.executable, "-m", "benchmarks.timers_inside", str(folder.root)]
            return subprocess.run(
                [*tied, *inside, repr(vars(chosen))],
                cwd=ROOT,
                env=environment_for(folder),
                check=False,
            ).returncode
        finally:
            servers.stop()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
