"""How dear it is to edit and check a large operating model: copy, edit with checks, diff, publish.

python benchmarks/model.py            300 workflows, 2,000 services, 5,000 rights, 1,500 roles
python benchmarks/model.py --workflows 30 --services 200 --types 50 --roles 150

Makes a database of its own in a folder for the time of the run, served on a Unix socket; ends by
itself and leaves nothing behind.
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
    parser.add_argument("--workflows", type=int, default=300)
    parser.add_argument("--services", type=int, default=2_000)
    parser.add_argument("--types", type=int, default=500, help="ten rights each")
    parser.add_argument("--roles", type=int, default=1_500)
    parser.add_argument("--edits", type=int, default=40, help="of elements of different kinds")
    parser.add_argument("--json", default="")
    chosen = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with tempfile.TemporaryDirectory(prefix="esm-bench-", ignore_cleanup_errors=True) as place:
        folder = DataFolder(Path(place).resolve())
        servers = Servers(folder, durable=False)
        servers.start()
        try:
            tied = [sys.executable, "-I", "-S", child_script.__file__, str(os.getpid()), "2", "0"]
            module = [sys.executable, "-m", "benchmarks.model_inside", repr(vars(chosen))]
            return subprocess.run(
                [*tied, *module], cwd=ROOT, env=environment_for(folder), check=False
            ).returncode
        finally:
            servers.stop()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
