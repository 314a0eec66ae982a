"""``manage.py faults``: breaks a portal of its own in many ways and counts what was lost."""

import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

# What leads to servers of the caller's own; a run has those of its temporary folder.
FOREIGN = ("DATABASE_URL", "DATABASE_OWNER_URL", "REDIS_URL", "FAILPOINT", "FAILPOINT_LOG")


class Command(BaseCommand):
    help = (
        "For developers: runs seeds of the fault tests against a portal of its own, in a temporary"
        " folder. Prints effects lost, doubled and early, and how soon all was back."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--seeds", type=int, help="how many runs (default: one per fault)")
        parser.add_argument("--seed", type=int, help="this run alone, as in a longer one")
        parser.add_argument("--only", metavar="F3,F8", help="these faults alone")
        told = "write every run to a file, and the logs of failures beside it"
        parser.add_argument("--json", metavar="FILE", help=told)
        parser.add_argument("--list", action="store_true", help="print the faults and end")

    def handle(self, *args: Any, **options: Any) -> None:
        harness = settings.BASE_DIR / "tests" / "faults" / "__main__.py"
        if not harness.exists():
            raise CommandError(
                f"The fault tests are not installed here ({harness.parent} is missing). They are no"
                " part of the product: run this command in a checkout of the sources."
            )
        asked = ["--list"] if options["list"] else []
        for name in ("seeds", "seed", "only", "json"):
            if options[name] is not None:
                asked += [f"--{name}", str(options[name])]
        # Short, because the paths of sockets are.
        with tempfile.TemporaryDirectory(prefix="esm-faults-", ignore_cleanup_errors=True) as place:
            Path(place).chmod(0o755)
            forgotten = [part for name in FOREIGN for part in ("-u", name)]
            own = ["DJANGO_SETTINGS_MODULE=esm.settings.dev", f"ESM_DATA={place}/data"]
            command = [sys.executable, "-m", "tests.faults", *asked]
            done = subprocess.run(["env", *forgotten, *own, *command], cwd=settings.BASE_DIR)
        if done.returncode:
            raise CommandError("Some runs failed; the lines above say which and why.")
