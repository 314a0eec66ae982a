"""A portal run by ./up in a process of its own, as a stranger would run it."""

import http.client
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from esm.embedded import child as child_script
from esm.embedded.process import is_running

ROOT = Path(__file__).resolve().parents[2]
NOBODY = 65534
GIVE_UP_SECONDS = 240
# What a new machine has; nothing of the test run's own servers and settings.
KEPT_VARIABLES = ("LANG", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE")
KEPT_PREFIXES = ("PIP_", "http_proxy", "https_proxy", "no_proxy")


def plain_environment(home: Path, **more: str) -> dict[str, str]:
    """The environment of somebody who has just logged in."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name in KEPT_VARIABLES or name.startswith(KEPT_PREFIXES)
    }
    path = "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"
    return kept | {"PATH": path, "HOME": str(home), "PYTHONUNBUFFERED": "1"} | more


def wait_for(met: Callable[[], Any], what: str, seconds: float = GIVE_UP_SECONDS) -> Any:
    """Wait until a condition holds and return its value."""
    give_up = time.monotonic() + seconds
    while True:
        value = met()
        if value:
            return value
        assert time.monotonic() < give_up, f"gave up waiting: {what}"
        time.sleep(0.1)


def descendants(pid: int) -> set[int]:
    """All processes below one, by the kernel's own account."""
    children: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        children.setdefault(int(fields[1]), []).append(int(stat.parent.name))
    found: set[int] = set()
    waiting = [pid]
    while waiting:
        below = children.get(waiting.pop(), [])
        found.update(below)
        waiting.extend(below)
    return found


@dataclass
class Portal:
    """One ./up. ``user`` None is whoever runs the tests."""

    checkout: Path
    data: Path
    home: Path
    environment: dict[str, str]
    user: int | None = None
    process: subprocess.Popen[str] | None = None
    seen: set[int] = field(default_factory=set)
    output: IO[str] | None = None

    @property
    def said(self) -> str:
        return (self.home.parent / "up.out").read_text(errors="replace")

    def run(self, command: list[str]) -> subprocess.CompletedProcess[str]:
        """Run another command in the checkout, as the same user."""
        return subprocess.run(
            command,
            cwd=self.checkout,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=GIVE_UP_SECONDS,
            **self._identity(),
        )

    def _identity(self) -> dict[str, Any]:
        if self.user is None:
            return {}
        return {"user": self.user, "group": self.user, "extra_groups": []}

    def command(self, *options: str) -> list[str]:
        return ["./up", "--port", "0", "--data", str(self.data), *options]

    def start_seeded(self) -> None:
        """Start it with the demo organisation and its past."""
        self.start(seeded=True)

    def start(self, *options: str, seeded: bool = False) -> None:
        """Start it, empty unless told otherwise, and wait for READY."""
        if not options and not seeded:
            options = ("--empty",)
        self.output = open(self.home.parent / "up.out", "w")  # noqa: SIM115
        # Tied to us, so that a test run that is killed leaves no portal behind.
        tied = [sys.executable, "-I", "-S", child_script.__file__, str(os.getpid()), "15"]
        self.process = subprocess.Popen(
            [*tied, str(self.user or 0), *self.command(*options)],
            cwd=self.checkout,
            env=self.environment,
            stdout=self.output,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        running = self.process

        def ready_or_dead() -> bool:
            assert running.poll() is None, f"./up ended:\n{self.said}"
            return "READY http://127.0.0.1:" in self.said

        wait_for(ready_or_dead, "READY")
        self.look()

    @property
    def port(self) -> int:
        line = next(line for line in self.said.splitlines() if line.startswith("READY "))
        return int(line.rpartition(":")[2])

    @property
    def pids(self) -> dict[str, int]:
        """Names and process ids, from the run file."""
        content = json.loads((self.data / "run.json").read_text())
        return {**content["servers"], **content["processes"]}

    def look(self) -> set[int]:
        """Note every process that belongs to it now."""
        assert self.process is not None
        self.seen |= {self.process.pid, *descendants(self.process.pid)}
        return self.seen

    def get(self, path: str) -> tuple[int, Any]:
        """Status and JSON of an address; (0, None) when nobody answers."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())
        except (OSError, http.client.HTTPException):
            return 0, None
        finally:
            connection.close()

    def is_ready(self) -> bool:
        return self.get("/readyz")[0] == 200

    def still_running(self) -> list[int]:
        """Processes once seen that run still (a container may not reap the dead)."""
        return sorted(pid for pid in self.seen if is_running(pid))

    def end(self, number: signal.Signals) -> int:
        """Send a signal to ./up alone, wait until it and all below it are gone; its exit code."""
        assert self.process is not None
        self.look()
        self.process.send_signal(number)
        code = self.process.wait(timeout=GIVE_UP_SECONDS)
        wait_for(lambda: not self.still_running(), "everything to end", 60)
        return code

    def close(self) -> None:
        """Leave nothing, however the test went."""
        if self.process is not None and self.process.poll() is None:
            self.look()
            self.process.kill()
            self.process.wait()
        for pid in self.still_running():
            if pid in descendants(os.getpid()) or is_running(pid):
                _kill(pid)
        if self.output is not None:
            self.output.close()


def _kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def reachable_python(user: int) -> Path:
    """A Python like ours that another user may run."""
    version = f"python3.{sys.version_info.minor}"
    candidates = [Path(sys._base_executable).resolve(), Path("/usr/bin") / version]
    candidates += [Path("/usr/local/bin") / version]
    for candidate in candidates:
        if _can_run(user, candidate):
            return candidate
    raise AssertionError(f"no {version} that user {user} may run; install one in /usr")


def _can_run(user: int, program: Path) -> bool:
    try:
        tried = subprocess.run(
            [program, "-c", "import venv"], capture_output=True, user=user, extra_groups=[]
        )
    except OSError:
        return False
    return tried.returncode == 0


def copy_checkout(target: Path) -> None:
    """The files of a fresh clone: what git knows, and what it would add."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    for name in listed.stdout.decode().split("\0"):
        source = ROOT / name
        if name and source.is_file():
            (target / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, target / name)


def lend_packages(python: Path, target: Path, user: int) -> None:
    """A virtual environment of another Python that finds our installed packages.

    ./up then installs what is missing for that Python, if anything.
    """
    subprocess.run([python, "-m", "venv", "--without-pip", target], check=True)
    ours = Path(sys.prefix) / "lib" / f"python3.{sys.version_info.minor}" / "site-packages"
    theirs = target / "lib" / ours.parent.name / "site-packages"
    tried = subprocess.run(["test", "-r", ours / "django"], user=user, extra_groups=[])
    if tried.returncode == 0:
        (theirs / "lent.pth").write_text(f"{ours}\n")
    else:
        shutil.copytree(ours, theirs, dirs_exist_ok=True, symlinks=True)


def give_away(folder: Path, user: int) -> None:
    """Make a folder and all in it belong to another user."""
    for path in [folder, *folder.rglob("*")]:
        os.chown(path, user, user, follow_symlinks=False)
