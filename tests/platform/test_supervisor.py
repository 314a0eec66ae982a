"""The supervisor: restarts with growing pauses, and looks for silence only where it is telling."""

import signal
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from esm.embedded import supervisor as module
from esm.embedded.process import Child
from esm.embedded.supervisor import Supervisor
from tests.platform.portal import wait_for

pytestmark = pytest.mark.process
NOBODY_LISTENS = 1


def watch_until(supervisor: Supervisor, met: Any, what: str) -> None:
    def look() -> bool:
        supervisor.watch()
        return bool(met())

    wait_for(look, what, 60)


def test_a_child_that_keeps_dying_is_restarted_with_growing_pauses(tmp_path: Path) -> None:
    told: list[str] = []
    supervisor = Supervisor(NOBODY_LISTENS, told.append)
    child = Child("fragile", ["sh", "-c", "exit 7"], tmp_path / "fragile.log")
    child.start()
    supervisor.add(child, "worker fast")

    watch_until(supervisor, lambda: len(told) == 3, "three ends")
    supervisor.kill()

    log = tmp_path / "fragile.log"
    assert told == [
        f"fragile ended (code 7); starting it again in {pause} s. Its log: {log}"
        for pause in ("0.5", "1", "2")
    ]


def test_a_restart_is_told_to_the_run_file(tmp_path: Path) -> None:
    noted: list[int] = []
    supervisor = Supervisor(NOBODY_LISTENS, lambda _: None)
    child = Child("sleeper", ["sleep", "600"], tmp_path / "log")
    child.start()
    first = child.pid
    supervisor.add(child, "beat")
    supervisor.on_restart = lambda: noted.append(child.pid)
    child.kill()

    watch_until(supervisor, lambda: noted, "the restart")
    assert noted == [child.pid] and child.pid != first
    supervisor.stop(10)
    assert not child.running


@pytest.mark.parametrize(
    ("checks", "restarted"),
    [
        ('{"database": {"ok": true}, "broker": {"ok": true}, "beat": {"ok": false}}', True),
        ('{"database": {"ok": true}, "broker": {"ok": true}, "beat": {"ok": true}}', False),
        ('{"database": {"ok": true}, "broker": {"ok": false}, "beat": {"ok": false}}', False),
        ('{"database": {"ok": false}, "broker": {"ok": true}, "beat": {"ok": false}}', False),
    ],
    ids=["silent", "well", "no broker", "no database"],
)
def test_a_silent_process_is_restarted_unless_what_it_stands_on_is_down(
    tmp_path: Path, checks: str, restarted: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "SILENT_SECONDS", 0.0)
    monkeypatch.setattr(module, "ASK_EVERY_SECONDS", 0.0)
    answers = 0

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            nonlocal answers
            answers += 1
            body = f'{{"status": "x", "checks": {checks}}}'.encode()
            self.send_response(503)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Keep the test's output quiet."""

    server = HTTPServer(("127.0.0.1", 0), Answer)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    supervisor = Supervisor(server.server_port, lambda _: None)
    child = Child("beat", ["sleep", "600"], tmp_path / "log")
    child.start()
    first = child.pid
    supervisor.add(child, "beat")

    watch_until(supervisor, lambda: answers >= 3, "three questions")
    server.shutdown()
    server.server_close()

    assert (child.pid != first or not child.running) is restarted
    supervisor.kill()


def test_a_signal_may_end_them_while_somebody_waits(tmp_path: Path) -> None:
    """Asked twice to end, ``up`` strikes from the handler, above a wait that holds the lock."""
    supervisor = Supervisor(NOBODY_LISTENS, lambda _: None)
    child = Child("deaf", ["sleep", "600"], tmp_path / "log")
    child.start()
    supervisor.add(child, "beat")
    handler = threading.Thread(target=supervisor.strike, daemon=True)
    assert child.process is not None
    with child.process._waitpid_lock:  # type: ignore[attr-defined]
        handler.start()
        handler.join(30)
        assert not handler.is_alive()
    supervisor.stop(600)
    assert child.code == -signal.SIGKILL
