"""./up from outside: it serves, it heals, it leaves nothing running, it finds its data again."""

import os
import signal
from collections.abc import Callable

import psycopg2
import pytest

from esm.embedded.folder import DATABASE, OWNER_ROLE, DataFolder
from esm.embedded.process import is_running
from tests.platform.portal import Portal, wait_for

pytestmark = pytest.mark.process

# Root can run it as both; an ordinary user only as itself. Every run takes a database that holds
# its tables; making them, as on a fresh clone, is slow.
FRESH = ["root", "ordinary user"] if os.geteuid() == 0 else ["me"]
WHO = [pytest.param(who, marks=pytest.mark.slow) for who in ("migrated", *FRESH)]
EVERY_PART = {
    "database",
    "broker",
    "migrations",
    "worker fast",
    "worker slow",
    "worker webhooks",
    "clock",
    "beat",
}
OUR_PROCESSES = {
    "postgres",
    "valkey",
    "web",
    "worker fast",
    "worker slow",
    "worker webhooks",
    "beat",
}


def ask(portal: Portal, statement: str) -> list[tuple[object, ...]]:
    """Run a statement in the portal's database, past the application."""
    connection = psycopg2.connect(
        host=str(DataFolder(portal.data).sockets), user=OWNER_ROLE, dbname=DATABASE
    )
    try:
        connection.autocommit = True
        with connection.cursor() as cursor:
            cursor.execute(statement)
            return cursor.fetchall() if cursor.description else []
    finally:
        connection.close()


@pytest.mark.parametrize("who", WHO)
def test_it_serves_leaves_nothing_after_kill_9_and_finds_its_data(
    portal_of: Callable[[str], Portal], who: str
) -> None:
    portal = portal_of(who)
    portal.start()

    status, body = portal.get("/readyz")
    assert (status, body["status"]) == (200, "ready")
    assert set(body["checks"]) == EVERY_PART
    assert all(check["ok"] for check in body["checks"].values())
    assert portal.get("/healthz") == (200, {"status": "alive"})
    assert set(portal.pids) == OUR_PROCESSES
    for phase in ("PostgreSQL and Valkey", "Migrations", "Web, workers, beat", "In all"):
        assert phase in portal.said
    ask(portal, "CREATE TABLE left_behind AS SELECT 42 AS answer")

    # a second one on the same folder is refused and changes nothing
    second = portal.run(portal.command("--empty"))
    assert second.returncode == 1
    assert f"The portal is already running on {portal.data}" in second.stderr

    # so is one on the same port
    elsewhere = ["--port", str(portal.port), "--data", str(portal.home / "other"), "--empty"]
    third = portal.run(["./up", *elsewhere])
    assert third.returncode == 1
    assert f"Port {portal.port} cannot be used" in third.stderr
    assert portal.is_ready()

    assert portal.end(signal.SIGKILL) == -signal.SIGKILL
    assert portal.still_running() == []

    portal.start()
    assert ask(portal, "SELECT answer FROM left_behind") == [(42,)]
    assert portal.is_ready()
    assert portal.end(signal.SIGINT) == 0
    assert "Stopped." in portal.said
    assert not (portal.data / "run.json").exists()


@pytest.mark.slow
def test_every_killed_child_is_started_again(portal_of: Callable[[str], Portal]) -> None:
    portal = portal_of("migrated")
    portal.start()

    for name in sorted(OUR_PROCESSES):
        before = portal.pids[name]
        portal.look()
        below = _children(before)
        os.kill(before, signal.SIGKILL)
        wait_for(lambda: not any(map(is_running, below)), f"what {name} started to end", 60)  # noqa: B023
        wait_for(lambda: f"{name} ended (signal 9)" in portal.said, f"{name} to be missed")  # noqa: B023
        wait_for(lambda: portal.pids[name] != before, f"{name} to be started")  # noqa: B023
        wait_for(portal.is_ready, f"readiness after the end of {name}")

    assert portal.end(signal.SIGTERM) == 0
    assert portal.still_running() == []


def _children(pid: int) -> list[int]:
    with open(f"/proc/{pid}/task/{pid}/children") as file:
        return [int(child) for child in file.read().split()]


@pytest.mark.slow
def test_an_interrupted_demo_is_written_afresh(portal_of: Callable[[str], Portal]) -> None:
    portal = portal_of("migrated")
    portal.start("--no-demo-history")
    people = ask(portal, "SELECT count(*) FROM accounts_user")
    (portal.data / "anchors.log").write_text("of a database that is no more\n")
    assert portal.end(signal.SIGTERM) == 0
    assert (portal.data / "demo").exists()

    # as a kill -9 in the middle of seeding would leave it
    (portal.data / "seeding").touch()
    portal.start("--no-demo-history")

    assert "Writing the demo was interrupted; starting it afresh." in portal.said
    assert ask(portal, "SELECT count(*) FROM accounts_user") == people
    assert people[0][0] != 0
    assert "of a database that is no more" not in _anchors(portal)
    assert not (portal.data / "seeding").exists()
    assert "Demo sign-ins: choose a person at" in portal.said
    assert portal.end(signal.SIGTERM) == 0


def _anchors(portal: Portal) -> str:
    path = portal.data / "anchors.log"
    return path.read_text() if path.exists() else ""
