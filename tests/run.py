"""Runs the checks and the tests against an embedded PostgreSQL and Valkey of its own.

./test                 everything but the slow suites (what CI runs)
./test --full          the slow suites as well, and more of what is made up
./test PATH [OPTION]   only pytest, with these arguments, slow or not; also after --full
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from esm.embedded import child as child_script  # noqa: E402
from esm.embedded.folder import ADMIN_ROLE, DATABASE, DataFolder  # noqa: E402
from esm.embedded.process import EmbeddedError  # noqa: E402
from esm.embedded.servers import Servers  # noqa: E402
from tests import depth, made  # noqa: E402

BROWSER_PACKAGE = "chromium"
INSTALL_BROWSER = f"apt-get install --yes --no-install-recommends {BROWSER_PACKAGE}"
CODE = [
    "esm",
    "governance",
    "catalog",
    "workflows",
    "valueflow",
    "demo",
    "manage.py",
    "tests/run.py",
]
ALONE = "process or browser"
KEPT_BYTES = 4096


@dataclass(frozen=True)
class Step:
    """One thing to run."""

    name: str
    command: list[str]


@dataclass(frozen=True)
class Result:
    """How one step ended; ``closing`` is its last line."""

    name: str
    code: int
    seconds: float
    closing: str


class Running:
    """One step at work: what it says is shown as it comes, or kept until it is asked for.

    Started by the main thread: the kernel ends a child with the thread that started it.
    """

    def __init__(self, step: Step, environment: dict[str, str], *, quiet: bool) -> None:
        self.name = step.name
        self.started = time.monotonic()
        self.seconds = 0.0
        self.quiet = quiet
        self.kept: list[bytes] = []
        tied = [sys.executable, "-I", "-S", child_script.__file__, str(os.getpid()), "2", "0"]
        self.process = subprocess.Popen(
            [*tied, *step.command],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        self.reader = threading.Thread(target=self._read, daemon=True)
        if not quiet:
            print(f"\n— {self.name}", flush=True)
        self.reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        while piece := os.read(self.process.stdout.fileno(), 65536):
            self.kept.append(piece)
            if not self.quiet:
                sys.stdout.buffer.write(piece)
                sys.stdout.buffer.flush()
        self.process.wait()
        self.seconds = time.monotonic() - self.started

    def result(self) -> Result:
        """Wait for its end; what was kept is shown then."""
        while self.reader.is_alive():
            self.reader.join(0.2)
        whole = b"".join(self.kept)
        if self.quiet:
            print(f"\n— {self.name}", flush=True)
            sys.stdout.buffer.write(whole)
            sys.stdout.buffer.flush()
        lines = [line.strip() for line in whole[-KEPT_BYTES:].decode(errors="replace").splitlines()]
        closing = next((line.strip("= ") for line in reversed(lines) if line), "")
        return Result(self.name, self.process.returncode, self.seconds, closing)


def run(group: list[Step], environment: dict[str, str]) -> list[Result]:
    """Run the steps of a group side by side; interrupted, it interrupts them."""
    running = [Running(step, environment, quiet=n > 0) for n, step in enumerate(group)]
    try:
        return [one.result() for one in running]
    except BaseException:
        for one in running:
            one.process.send_signal(signal.SIGINT)
        for one in running:
            one.process.wait()
        raise


def ensure_browser() -> None:
    """Have Chromium, by the system's package manager if we may. A missing browser is an error."""
    if shutil.which(BROWSER_PACKAGE):
        return
    if os.geteuid() == 0 and shutil.which("apt-get"):
        print("Installing Chromium", flush=True)
        for command in (["apt-get", "update", "-qq"], [*INSTALL_BROWSER.split(), "-qq"]):
            subprocess.run(command, check=False, stdout=subprocess.DEVNULL)
        if shutil.which(BROWSER_PACKAGE):
            return
    sys.exit(
        "Chromium is missing; the browser tests need it. Install it with:\n"
        f"    sudo apt-get update && sudo {INSTALL_BROWSER}"
    )


def environment_for(folder: DataFolder, template: DataFolder) -> dict[str, str]:
    """What the tests see: servers of their own, as their administrator, migrated already.

    Tests alter and cut the ledger behind the portal's back, which its own roles may not.
    """
    return os.environ | {
        "DJANGO_SETTINGS_MODULE": "esm.settings.test",
        "DATABASE_URL": folder.database_url(ADMIN_ROLE),
        "DATABASE_OWNER_URL": "",
        "ALLOW_SINGLE_ROLE": "1",
        "REDIS_URL": folder.redis_url,
        "ESM_DATA": str(folder.root / "data"),
        "ESM_TEST_TEMPLATE": DATABASE,
        made.VARIABLE: str(template.root),
        "DJANGO_ALLOW_ASYNC_UNSAFE": "true",
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
        "PYTHONUNBUFFERED": "1",
    }


def marked(name: str) -> list[str]:
    """The files that speak of a mark: to look for its tests in all others too takes long."""
    files = sorted((ROOT / "tests").rglob("test_*.py"))
    return [str(f.relative_to(ROOT)) for f in files if f"mark.{name}" in f.read_text()]


def groups(arguments: list[str]) -> list[list[Step]]:
    """Steps in groups: one group after the other, the steps of a group side by side."""
    python = sys.executable
    pytest = [python, "-m", "pytest", "-p", "no:cacheprovider"]
    full = "--full" in arguments
    arguments = [argument for argument in arguments if argument != "--full"]
    if arguments:
        return [[Step("pytest", [*pytest, *arguments])]]
    only = "" if full else " and not slow"
    # The dearest files first (``tests/conftest.py``): one that begins last leaves a core idle.
    shared = ["-n", "2", "--dist", "loadfile", "--no-loadscope-reorder"]
    together = [*pytest, "-q", *shared, "-m", f"not ({ALONE}){only}"]
    # One at a time to whoever is free, the dearest first; each starts the portal once.
    spread = ["-n", "2", "--dist", "load", "--maxschedchunk", "1"]
    browsers = [*pytest, "-q", *spread, "-m", f"browser{only}", *marked("browser")]
    # The few of every run wait most of their time, so they stand beside; all of them take both.
    processes = [*pytest, "-q", "-m", f"process and not browser{only}", *marked("process")]
    alone = [Step("process tests", processes)]
    # What was found of the same files before is kept beside the migrated cluster, not in the tree.
    types = ["mypy", "--cache-dir", str(made.ensure().root.parent / "types"), *CODE]
    checked = [python, "manage.py", "makemigrations", "--check", "--dry-run"]
    return [
        [
            Step("ruff", ["ruff", "check", "."]),
            Step("format", ["ruff", "format", "--check", "--quiet", "."]),
            Step("import contracts", ["lint-imports"]),
            Step("migrations", checked),
            Step("system checks", [python, "manage.py", "check", "--fail-level", "WARNING"]),
        ],
        # The types take longer than all other checks together; one core would wait for them.
        [Step("tests", together), Step("types", types), *([] if full else alone)],
        [Step("browser tests", browsers)],
        *([alone] if full else []),
    ]


def main(arguments: list[str]) -> int:
    """Run all steps, also after a failure; 0 when all are well."""
    if {"-h", "--help"} & set(arguments):
        print(__doc__)
        return 0
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    ensure_browser()
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="esm-test-", ignore_cleanup_errors=True) as place:
        folder, template = DataFolder(Path(place)), made.ensure()
        made.lend(template, folder)
        servers = Servers(folder, durable=False)
        servers.start()
        try:
            environment = environment_for(folder, template)
            if "--full" in arguments:
                environment[depth.VARIABLE] = "1"
            results = [one for group in groups(arguments) for one in run(group, environment)]
        finally:
            servers.stop()
    print()
    for result in results:
        verdict = "ok    " if result.code == 0 else "FAILED"
        print(f"{verdict} {result.seconds:6.1f} s  {result.name}: {result.closing}")
    failed = any(result.code for result in results)
    print(f"{'FAILED' if failed else 'ok    '} {time.monotonic() - started:6.1f} s  in all")
    return 1 if failed else 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except EmbeddedError as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        sys.exit(130)
