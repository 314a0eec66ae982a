import os
import signal
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command, get_commands
from django.core.management.base import BaseCommand, CommandParser
from django.db import connections

from esm.embedded.pg import drop_database
from esm.embedded.process import Child, EmbeddedError
from esm.embedded.servers import Servers, owned
from esm.embedded.supervisor import Supervisor

READY_WITHIN_SECONDS = 180
STOP_WITHIN_SECONDS = 20
FIRST_COMMAND = "first_account"
SEED_COMMAND = "seed_demo"


class Command(BaseCommand):
    help = "Runs the whole portal: servers, migrations, the demo, web, workers and beat."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=8000, help="0 takes a free one")
        parser.add_argument("--data", metavar="DIR", help="where the data lives (default: var/)")
        parser.add_argument("--empty", action="store_true", help="no demo organisation")
        parser.add_argument(
            "--no-demo-history", action="store_true", help="the demo without its past work"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        self.started = time.monotonic()
        self.folder = settings.FOLDER
        self.port = options["port"] or _free_port()
        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
            signal.signal(number, _interrupt)
        servers = Servers(
            self.folder, postgres=settings.EMBEDDED_POSTGRES, valkey=settings.EMBEDDED_VALKEY
        )
        try:
            self._run(servers, options)
        except KeyboardInterrupt:
            self.say("Stopped.")
        except EmbeddedError as error:
            raise CommandError(str(error)) from error

    def _run(self, servers: Servers, options: dict[str, Any]) -> None:
        _refuse_taken(self.port)
        with self.phase("PostgreSQL and Valkey"):
            ownership = owned(servers)
            ownership.__enter__()
        try:
            with self.phase("Migrations"):
                self._migrate()
            if not options["empty"] and SEED_COMMAND in get_commands():
                with self.phase("Demo"):
                    self._seed(history=not options["no_demo_history"])
            self._serve(servers)
        finally:
            connections.close_all()
            ownership.__exit__(None, None, None)

    def say(self, sentence: str) -> None:
        self.stdout.write(sentence)
        self.stdout.flush()

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        """Print how long a part of the start took."""
        started = time.monotonic()
        yield
        self.say(f"{name:<24}{time.monotonic() - started:7.1f} s")

    def _migrate(self) -> None:
        """Bring the tables up to date; an interrupted demo is thrown away first."""
        if self.folder.seeding_mark.exists():
            self._forget_half_demo()
        try:
            with open(os.devnull, "w") as nowhere:
                call_command("migrate", check_unapplied=True, verbosity=0, stdout=nowhere)
        except SystemExit:
            call_command("migrate", verbosity=0, interactive=False)
        # Signs of life of an earlier run say nothing about this one.
        apps.get_model("events", "Heartbeat").objects.all().delete()

    def _forget_half_demo(self) -> None:
        if not settings.EMBEDDED_POSTGRES:
            raise CommandError(
                "Writing the demo was interrupted. Empty the database of DATABASE_URL, delete "
                f"{self.folder.seeding_mark} and try again."
            )
        self.say("Writing the demo was interrupted; starting it afresh.")
        connections.close_all()
        drop_database(self.folder)
        self.folder.forget_companions()
        self.folder.seeding_mark.unlink()

    def _seed(self, *, history: bool) -> None:
        """Write the demo organisation into an empty database."""
        if get_user_model().objects.exists():
            return
        self.folder.seeding_mark.touch()
        self.folder.demo_mark.touch()
        settings.DEMO = True
        call_command(SEED_COMMAND, *([] if history else ["--no-history"]))
        self.folder.seeding_mark.unlink()

    def _serve(self, servers: Servers) -> None:
        """Start our processes, wait until they are ready, and keep them running until stopped."""
        settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)
        supervisor = Supervisor(self.port, self.say)
        connections.close_all()
        try:
            with self.phase("Web, workers, beat"):
                for check, child in self._processes():
                    child.start()
                    supervisor.add(child, check)
                self._wait_ready(supervisor)
            for server in servers.members:
                if server.child is not None:
                    supervisor.add_server(server.child, server.restart)
            supervisor.on_restart = lambda: self._note(servers, supervisor)
            supervisor.on_restart()
            self._announce()
            while True:
                supervisor.watch()
                time.sleep(0.25)
        finally:
            self.say("Stopping")
            for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
                signal.signal(number, lambda *_: supervisor.strike())
            supervisor.stop(STOP_WITHIN_SECONDS)

    def _wait_ready(self, supervisor: Supervisor) -> None:
        give_up = time.monotonic() + READY_WITHIN_SECONDS
        while True:
            checks = supervisor.readiness()
            if checks and all(check["ok"] for check in checks.values()):
                return
            dead = [child for child in supervisor.own if not child.running]
            for child in dead:
                raise EmbeddedError(f"{child.name} ended while starting.\n{child.last_words(20)}")
            if time.monotonic() > give_up:
                red = (f"{k} ({v.get('reason')})" for k, v in checks.items() if not v["ok"])
                raise EmbeddedError(f"Not ready in {READY_WITHIN_SECONDS} s: {', '.join(red)}")
            time.sleep(0.25)

    def _processes(self) -> list[tuple[str, Child]]:
        """Our processes, each with the check of /readyz that speaks for it."""
        python = [sys.executable, "-m"]
        celery = [*python, "celery", "--quiet", "-A", "esm.celery"]
        worker = [*celery, "worker", "--loglevel", "WARNING", "--without-gossip"]
        worker += ["--without-mingle", "--without-heartbeat", "--prefetch-multiplier", "1"]
        commands = {
            "web": [
                *(*python, "gunicorn", "esm.wsgi:application", "-c", "python:esm.web"),
                *("--bind", f"127.0.0.1:{self.port}"),
            ],
            "worker fast": [
                *(*worker, "-n", "fast@%h", "-Q", "timers,outbox,projection"),
                *("--concurrency", "2"),
            ],
            "worker slow": [
                *(*worker, "-n", "slow@%h", "-Q", "mail,files,bulk"),
                *("--concurrency", "2", "--soft-time-limit", "240", "--time-limit", "300"),
            ],
            # One process: it only waits for others, and should cost little. One thread takes new
            # messages for eight seconds, two may still wait for the last ones they took.
            "worker webhooks": [
                *(*worker, "-n", "webhooks@%h", "-Q", "webhooks"),
                *("--pool", "threads", "--concurrency", "4"),
            ],
            "beat": [*celery, "beat", "--loglevel", "WARNING"],
        }
        return [(name, self._child(name, command)) for name, command in commands.items()]

    def _child(self, name: str, command: list[str]) -> Child:
        log = self.folder.logs / f"{name.replace(' ', '-')}.log"
        # The system checks of Django ran with the migrations; workers need not repeat them.
        skip = ("env", "CELERY_SKIP_CHECKS=1")
        return Child(name, command, log, before=skip, place=settings.BASE_DIR)

    def _note(self, servers: Servers, supervisor: Supervisor) -> None:
        processes = {child.name: child.pid for child in supervisor.own}
        servers.write_run_file(port=self.port, processes=processes)

    def _announce(self) -> None:
        address = f"http://127.0.0.1:{self.port}"
        self.say(f"{'In all':<24}{time.monotonic() - self.started:7.1f} s")
        self.say(f"READY {address}")
        if settings.DEMO:
            self.say(f"Demo sign-ins: choose a person at {address}{settings.LOGIN_URL}")
        if FIRST_COMMAND in get_commands():
            call_command(FIRST_COMMAND, at=address)
        self.say(f"Data and logs: {self.folder.root}    Ctrl-C stops everything")


def _interrupt(number: int, _frame: object) -> None:
    raise KeyboardInterrupt


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _refuse_taken(port: int) -> None:
    """A clear sentence now instead of a web process that cannot start in a minute."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise EmbeddedError(
                f"Port {port} cannot be used ({error.strerror}). Choose another: --port N"
            ) from error
