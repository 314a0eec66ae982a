"""An installation of its own: servers, both database roles, an organisation; and its processes."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg2
import yaml
from django.db import connections
from django.test import override_settings

from esm.celery import app as celery_app
from esm.embedded import pg
from esm.embedded.folder import APP_ROLE, DATABASE, OWNER_ROLE, DataFolder
from esm.embedded.management.commands import up
from esm.embedded.process import Child
from esm.embedded.servers import Servers
from esm.embedded.supervisor import Supervisor
from esm.events.actors import SYSTEM
from esm.settings import env
from governance.selectors import versions
from governance.services import drafting
from governance.services.people_file import apply_people
from tests.made import lend_from_run
from tests.support import CLINIC, ROOT, WEEK_ONE
from workflows.selectors import calendars, identities

FAST, SLOW, BEAT, WEB = "worker fast", "worker slow", "beat", "web"
WEBHOOKS = "worker webhooks"
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
# On a busy machine a run may wait longer before it gives up; the limits of checks stay.
BUSY = float(os.environ.get("FAULTS_BUSY", "1"))
# The one offer that walks leave lying: both of its clocks warn and breach while they watch.
LEFT_LYING = "biometry"
RESPOND_S, COMPLETE_S = 2, 3


def write_quick_clinic(target: Path) -> None:
    """The clinic with open hours round the clock and one stage whose targets are seconds."""
    shutil.copytree(CLINIC, target)
    for path in (target / "model" / "calendar").glob("*.yaml"):
        spec = {"zone": "UTC", "weekly": {day: ["00:00-24:00"] for day in DAYS}}
        _change(path, lambda whole, spec=spec: whole["spec"].update(spec))
    agreements = target / "model" / "handoff-agreement"
    _change(
        agreements / f"reception-to-{LEFT_LYING}.yaml",
        lambda whole: whole["spec"].update(respond_s=RESPOND_S),
    )
    for path in (target / "model" / "workflow").glob("*.yaml"):
        _change(path, _shorten)
    # A holiday would stop the clocks on the day the tests happen to run.
    _change(target / "people.yaml", lambda whole: whole.update(calendar_exceptions=[]))


def _shorten(whole: dict[str, Any]) -> None:
    for stage in whole["spec"]["stages"]:
        if stage["key"] == LEFT_LYING:
            stage["complete_s"] = COMPLETE_S


def _change(path: Path, change: Any) -> None:
    whole = yaml.safe_load(path.read_text())
    change(whole)
    path.write_text(yaml.safe_dump(whole, allow_unicode=True))


@dataclass
class Installation:
    """Servers in a folder, migrated by the owner, entered by this process as the application."""

    root: Path
    environment: dict[str, str] = field(default_factory=dict)
    # Whether what was committed outlives a server that is killed.
    durable: bool = False

    def __post_init__(self) -> None:
        self.folder = DataFolder(self.root / "data")
        self.servers = Servers(self.folder, durable=self.durable)
        self.organisation = self.root / "clinic"
        # As ./up: nothing but the data folder is said, the rest follows from it.
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(self.root),
            "ESM_DATA": str(self.folder.root),
            "DJANGO_SETTINGS_MODULE": "esm.settings.dev",
            "PYTHONUNBUFFERED": "1",
        }

    def start(self) -> None:
        """Start the servers and migrate; nothing is published yet."""
        lend_from_run(self.folder)
        self.servers.start()
        self.manage("migrate", "--verbosity", "0")
        write_quick_clinic(self.organisation)

    def publish(self) -> None:
        """Publish the organisation through the services, as the application's role."""
        drafting.apply_files(self.organisation / "model", actor=SYSTEM, publish=True)
        apply_people(self.organisation / "people.yaml", actor=SYSTEM, week_one=WEEK_ONE)

    def stop(self) -> None:
        """Stop the servers, also when one of them was stopped by a signal."""
        for child in self.servers.children:
            if child.running:
                os.kill(child.pid, signal.SIGCONT)
        self.servers.stop()

    def manage(self, *arguments: str, code: int = 0) -> str:
        """Run a management command in a process of its own; what it prints."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=120 * BUSY,
        )
        assert done.returncode == code, f"{arguments}: {done.stdout[-2000:]}{done.stderr[-2000:]}"
        return done.stdout

    def connect(self, role: str) -> "psycopg2.extensions.connection":
        """A plain connection as one of the roles."""
        return pg.connect(self.folder, role=role, database=DATABASE)

    @contextmanager
    def entered(self) -> Iterator[None]:
        """Let this process work on the installation, in the application's role."""
        config = connections.settings["default"]
        before = dict(config)
        changed = {
            "VAR_DIR": self.folder.root,
            "MEDIA_ROOT": self.folder.root / "files",
            "DATABASE_OWNER": env.database(self.folder.database_url(OWNER_ROLE)),
            "FAILPOINT": "",
        }
        connections.close_all()
        config.update(env.database(self.folder.database_url(APP_ROLE)))
        broker = celery_app.conf.broker_url
        use_broker(self.folder.redis_url)
        forget()
        try:
            with override_settings(**changed):
                yield
        finally:
            connections.close_all()
            config.clear()
            config.update(before)
            use_broker(broker)
            forget()


def use_broker(url: str) -> None:
    """Send this process's hints to another broker."""
    celery_app.conf.update(broker_url=url)
    celery_app._after_fork()  # type: ignore[attr-defined]


def forget() -> None:
    """Drop what this process remembers of another database."""
    identities.forget()
    calendars.forget()
    versions.clear_caches()


def free_port() -> int:
    """A port of loopback that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Processes:
    """The fast worker, the slow worker and beat, as ``up`` runs them, under its supervisor.

    With a port also the web, and as many beats as wanted. Children are tied to the thread that
    starts them: use it from the main thread.
    """

    def __init__(
        self,
        installation: Installation,
        *,
        port: int = 0,
        beats: int = 1,
        without: Collection[str] = (),
    ) -> None:
        command = up.Command()
        command.folder, command.port = installation.folder, port
        without = {*without, *(() if port else (WEB,))}
        found = {name: child for name, child in command._processes() if name not in without}
        self.children: dict[str, Child] = found
        self.environment = installation.environment
        self.points = installation.root / "points"
        for number in range(2, beats + 1):
            self._copy(BEAT, f"{BEAT} {number}")
        self.said: list[str] = []
        self.supervisor = Supervisor(0, self.said.append)

    def _copy(self, name: str, new: str) -> None:
        """One more of a kind, with a log of its own."""
        child = self.children[name]
        log = child.log.with_name(f"{new.replace(' ', '-')}.log")
        self.children[new] = Child(new, child.command, log, before=child.before, place=child.place)

    def add_fast(self, name: str) -> None:
        """One more fast worker, under a name of its own."""
        self._copy(FAST, name)
        command = [part.replace("fast@", "fast2@") for part in self.children[name].command]
        self.children[name].command = command
        self.start()

    def remove(self, name: str) -> None:
        """End one for good, if it is there."""
        child = self.children.pop(name, None)
        if child is not None:
            child.kill()

    def add_beats(self, count: int) -> None:
        """Have so many beats."""
        for number in range(2, count + 1):
            if f"{BEAT} {number}" not in self.children:
                self._copy(BEAT, f"{BEAT} {number}")
        self.start()

    def keep_beats(self, count: int) -> None:
        """Have no more than so many beats."""
        kept = {BEAT, *(f"{BEAT} {number}" for number in range(2, count + 1))}
        for name in [name for name in self.children if name.startswith(BEAT)]:
            if name not in kept:
                self.remove(name)
        self.start()

    def arm(self, name: str, point: str, log: Path | None = None) -> None:
        """Ask one that runs, and what it starts, for a failpoint; without a log again and again."""
        self.points.mkdir(exist_ok=True)
        self._asking(name).write_text(f"{point} {log or ''}")

    def disarm(self, name: str) -> None:
        """Ask it for nothing any more."""
        self._asking(name).unlink(missing_ok=True)

    def plain(self, name: str) -> dict[str, str]:
        """What one sees that nobody asks for more; a failpoint may be asked for later."""
        return {**self.environment, "FAILPOINT": f"@{self._asking(name)}"}

    def _asking(self, name: str) -> Path:
        return self.points / name.replace(" ", "-")

    def start(
        self,
        *,
        failpoint: str = "",
        log: Path | None = None,
        at: str = FAST,
        more: Mapping[str, str] | None = None,
    ) -> None:
        """Start what does not run; ``at`` with a failpoint or more, for this one start."""
        asked = dict(more or {})
        if failpoint:
            asked |= {"FAILPOINT": failpoint, "FAILPOINT_LOG": str(log) if log else ""}
        for name, child in self.children.items():
            if not child.running:
                plain = self.plain(name)
                child.environment = plain | (asked if name == at else {})
                child.start()
                # Started again by the supervisor it must meet a poison again, but die once.
                if log is not None or not failpoint:
                    child.environment = plain
        # A supervisor of its own for each start: it remembers how often a child died. Nobody
        # serves /readyz here, so none is restarted for being silent.
        self.supervisor = Supervisor(0, self.said.append)
        for child in self.children.values():
            self.supervisor.add(child, "")

    def renew(self, name: str, **asked: Any) -> None:
        """End one and start it again."""
        self.children[name].kill()
        self.start(at=name, **asked)

    def watch(self, seconds: float = 0.02) -> None:
        """One look of the supervisor, then a pause."""
        self.supervisor.watch()
        time.sleep(seconds)

    def stop(self) -> None:
        """End all."""
        self.supervisor.stop(20)

    def last_words(self) -> str:
        """The ends of their logs, for a failed test."""
        parts: Mapping[str, str] = {n: c.last_words(30) for n, c in self.children.items()}
        return "\n".join(f"— {name}\n{text}" for name, text in parts.items())
