"""How dear it is to say what a version changes: for 10,000 people, and over the last 90 days.

python benchmarks/impact.py            10,000 people, 10,000 requests with a decision each
python benchmarks/impact.py --people 1000 --requests 1000

Makes a database of its own in a folder for the time of the run, served on a Unix socket; ends by
itself and leaves nothing behind. The model is that of ``model_world.py``; people, what they hold,
requests and decisions are rows made in bulk (``bulk_create``), not by services.
"""

import argparse
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
    parser.add_argument("--people", type=int, default=10_000)
    parser.add_argument("--requests", type=int, default=10_000, help="with a decision each")
    parser.add_argument("--workflows", type=int, default=100)
    parser.add_argument("--services", type=int, default=400)
    parser.add_argument("--types", type=int, default=100, help="ten rights each")
    parser.add_argument("--roles", type=int, default=600)
    parser.add_argument("--share", type=float, default=0.2, help="of workflows and types changed")
    parser.add_argument("--json", default="")
    chosen = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with tempfile.TemporaryDirectory(prefix="esm-bench-", ignore_cleanup_errors=True) as place:
        folder = DataFolder(Path(place).resolve())
        servers = Servers(folder, durable=False)
        servers.start()
        try:
            tied = [sys.executable, "-I", "-S", child_script.__file__, str(os.getpid()), "2", "0"]
            module = [sys.executable, "-m", "benchmarks.impact_inside", repr(vars(chosen))]
            return subprocess.run(
                [*tied, *module], cwd=ROOT, env=environment_for(folder), check=False
            ).returncode
        finally:
            servers.stop()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
