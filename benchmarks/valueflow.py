"""How dear value flow is with a million requests: counting, pages, projection, ad-hoc mining.

python benchmarks/valueflow.py                       a million requests over two years
python benchmarks/valueflow.py --requests 20000      smaller, to try it
python benchmarks/valueflow.py --json out.json       the figures as JSON too
python benchmarks/valueflow.py --duckdb VENV/bin/python   DuckDB beside it in the same run,
                                                     installed by benchmarks/peers/flow.sh VENV
python benchmarks/valueflow.py --data DIR            what is made stays there for the next run

Makes a database of its own in a folder for the time of the run, served on a Unix socket; ends by
itself and leaves nothing behind, unless a folder for it was named. PostgreSQL is started anew
between making and measuring, so that the first look at a page is a cold one.
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

from benchmarks.pages import environment_for  # noqa: E402
from esm.embedded import child as child_script  # noqa: E402
from esm.embedded.folder import DataFolder  # noqa: E402
from esm.embedded.servers import Servers  # noqa: E402


def main(arguments: list[str]) -> int:
    """Make, start anew, measure; the code of what was measured."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--requests", type=int, default=1_000_000)
    parser.add_argument("--repeats", type=int, default=20)
    parser.add_argument("--rate", type=int, default=500, help="events a second to project")
    parser.add_argument("--seconds", type=int, default=20, help="of projecting")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--duckdb", default="", help="Python with duckdb installed")
    parser.add_argument("--json", default="")
    parser.add_argument("--data", default="", help="a folder to keep the database in")
    parser.add_argument("--explain", action="store_true", help="the dearest query of slow pages")
    chosen = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with contextlib.ExitStack() as ending:
        place = chosen.data or ending.enter_context(
            tempfile.TemporaryDirectory(prefix="esm-bench-", ignore_cleanup_errors=True)
        )
        folder = DataFolder(Path(place).resolve())
        for part in ("make", "measure"):
            servers = Servers(folder, durable=False)
            servers.start()
            try:
                tied = [sys.executable, "-I", "-S", child_script.__file__, str(os.getpid())]
                module = [sys.executable, "-m", "benchmarks.valueflow_inside", part]
                code = subprocess.run(
                    [*tied, "2", "0", *module, str(folder.root), repr(vars(chosen))],
                    cwd=ROOT,
                    env=environment_for(folder),
                    check=False,
                ).returncode
            finally:
                servers.stop()
            if code:
                return code
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
