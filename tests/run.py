"""Runs the checks and the tests against an embedded PostgreSQL and Valkey of its own.

./test                 everything but the slow suites (what CI runs)
./test --full          the slow suites as well
./test PATH [OPTION]   only pytest, with these arguments
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from esm.embedded import child as child_script  # noqa: E402
from esm.embedded.folder import ADMIN_ROLE, DataFolder  # noqa: E402
from esm.embedded.process import EmbeddedError  # noqa: E402
from esm.embedded.servers import Servers  # noqa: E402

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
class Result:
    """How one step ended; ``closing`` is its last line."""

    name: str
    code: int
    seconds: float
    closing: str


def run(name: str, command: list[str], environment: dict[str, str]) -> Result:
    """Run one step, showing its output as it comes; interrupted, it interrupts the step."""
    print(f"\n— {name}", flush=True)
    started = time.monotonic()
    tied = [sys.executable, "-I", "-S", child_script.__file__, str(os.getpid()), "2", "0"]
    with subprocess.Popen(
        [*tied, *command],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    ) as process:
        try:
            closing = show(process)
        except BaseException:
            process.send_signal(signal.SIGINT)
            raise
    return Result(name, process.returncode, time.monotonic() - started, closing)


def show(process: "subprocess.Popen[bytes]") -> str:
    """Copy what a process says, character by character; its last line."""
    assert process.stdout is not None
    end = b""
    while piece := os.read(process.stdout.fileno(), 65536):
        sys.stdout.buffer.write(piece)
        sys.stdout.buffer.flush()
        end = (end + piece)[-KEPT_BYTES:]
    lines = [line.strip() for line in end.decode(errors="replace").splitlines()]
    return next((line.strip("= ") for line in reversed(lines) if line), "")


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


def environment_for(folder: DataFolder) -> dict[str, str]:
    """What the tests see: servers of their own, as their administrator.

    Tests alter and cut the ledger behind the portal's back, which its own roles may not.
    """
    return os.environ | {
        "DJANGO_SETTINGS_MODULE": "esm.settings.test",
        "DATABASE_URL": folder.database_url(ADMIN_ROLE),
        "DATABASE_OWNER_URL": "",
        "ALLOW_SINGLE_ROLE": "1",
        "REDIS_URL": folder.redis_url,
        "ESM_DATA": str(folder.root / "data"),
        "DJANGO_ALLOW_ASYNC_UNSAFE": "true",
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
        "PYTHONUNBUFFERED": "1",
    }


def steps(arguments: list[str]) -> list[tuple[str, list[str]]]:
    """The steps as (name, command)."""
    python = sys.executable
    pytest = [python, "-m", "pytest", "-p", "no:cacheprovider"]
    full = "--full" in arguments
    arguments = [argument for argument in arguments if argument != "--full"]
    if arguments:
        return [("pytest", [*pytest, *arguments])]
    only = "" if full else " and not slow"
    together = [*pytest, "-q", "-n", "2", "--dist", "loadfile", "-m", f"not ({ALONE}){only}"]
    return [
        ("ruff", ["ruff", "check", "."]),
        ("format", ["ruff", "format", "--check", "--quiet", "."]),
        ("import contracts", ["lint-imports"]),
        ("types", ["mypy", *CODE]),
        ("migrations", [python, "manage.py", "makemigrations", "--check", "--dry-run"]),
        ("system checks", [python, "manage.py", "check", "--fail-level", "WARNING"]),
        ("tests", together),
        # Browsers wait more than they work, so two run side by side; servers are killed one by one.
        ("browser tests", [*pytest, "-q", "-n", "2", "--dist", "load", "-m", f"browser{only}"]),
        ("process tests", [*pytest, "-q", "-m", f"process and not browser{only}"]),
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
        folder = DataFolder(Path(place))
        servers = Servers(folder, durable=False)
        servers.start()
        try:
            environment = environment_for(folder)
            results = [run(name, command, environment) for name, command in steps(arguments)]
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
