"""How dear finding a decider is, the inbox of whoever decides much, the page of all rights.

python benchmarks/decisions.py                      500 types, 5,000 rights, 10,000 people
python benchmarks/decisions.py --types 50 --roles 150 --people 1000 --decided 2000 --open 400
python benchmarks/decisions.py --parts rules,answer     of rules, answer, pages, command
python benchmarks/decisions.py --data DIR           what is made stays there for the next run

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

from benchmarks.pages import environment_for  # noqa: E402
from esm.embedded import child as child_script  # noqa: E402
from esm.embedded.folder import DataFolder  # noqa: E402
from esm.embedded.servers import Servers  # noqa: E402


def main(arguments: list[str]) -> int:
    """Start the servers, measure inside, stop them; the code of what was measured."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--types", type=int, default=500, help="ten rights each")
    parser.add_argument("--roles", type=int, default=1_500)
    parser.add_argument("--people", type=int, default=10_000)
    parser.add_argument("--decided", type=int, default=100_000)
    parser.add_argument("--open", type=int, default=5_000)
    parser.add_argument("--mine", type=int, default=300, help="open ones of the measured person")
    parser.add_argument("--cases", type=int, default=5_000, help="pure resolutions")
    parser.add_argument("--repeats", type=int, default=60)
    parser.add_argument("--parts", default="rules,answer,pages,command")
    parser.add_argument("--json", default="")
    parser.add_argument("--data", default="", help="a folder to keep the database in")
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
            module = [sys.executable, "-m", "benchmarks.decisions_inside"]
            return subprocess.run(
                [*tied, *module, str(folder.root), repr(vars(chosen))],
                cwd=ROOT,
                env=environment_for(folder),
                check=False,
            ).returncode
        finally:
            servers.stop()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
