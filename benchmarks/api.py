"""How dear calls of the API are: create, list 50, move a step; beside django-helpdesk in turn.

benchmarks/peers/setup.sh var/helpdesk                      once, for the other product
python benchmarks/api.py --helpdesk var/helpdesk/bin/python     100,000 requests and tickets
python benchmarks/api.py --requests 5000 --calls 40         smaller, to try it; ours alone
python benchmarks/api.py --json out.json                    the figures as JSON too
python benchmarks/api.py --data DIR                         what is made stays there for the next

Both are served by gunicorn over Unix sockets from databases of one PostgreSQL that keeps what it
commits. Ends by itself and leaves nothing behind, unless a folder for it was named.
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
    parser.add_argument("--requests", type=int, default=100_000)
    parser.add_argument("--people", type=int, default=2_000)
    parser.add_argument("--tickets", type=int, default=0, help="of theirs; as many as requests")
    parser.add_argument("--calls", type=int, default=200, help="of each kind in a round")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--helpdesk", default="", help="Python with django-helpdesk installed")
    parser.add_argument("--json", default="")
    parser.add_argument("--data", default="", help="a folder to keep the database in")
    chosen = parser.parse_args(arguments)
    chosen.tickets = chosen.tickets or chosen.requests
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with contextlib.ExitStack() as ending:
        place = chosen.data or ending.enter_context(
            tempfile.TemporaryDirectory(prefix="esm-bench-", ignore_cleanup_errors=True)
        )
        folder = DataFolder(Path(place).resolve())
        servers = Servers(folder, durable=True)
        servers.start()
        try:
            tied = [sys.executable, "-I", "-S", child_script.__file__, str(os.getpid()), "2", "0"]
            inside = [sys.executable, "-m", "benchmarks.api_inside", str(folder.root)]
            return subprocess.run(
                [*tied, *inside, repr(vars(chosen))],
                cwd=ROOT,
                env=environment_for(folder) | {"SECRET_KEY": "measured"},
                check=False,
            ).returncode
        finally:
            servers.stop()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
