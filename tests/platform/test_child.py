"""Children end with the process that started them, whatever their user id became."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from esm.embedded.pg import UNSHARE
from esm.embedded.process import NOBODY, Child, EmbeddedError, is_running, wait_until
from tests.platform.portal import ROOT, wait_for

pytestmark = pytest.mark.process

PARENT = """
import sys, time
from pathlib import Path
from esm.embedded.process import Child
before, user = tuple(filter(None, sys.argv[1].split(" "))), int(sys.argv[2]) or None
child = Child("sleeper", ["sleep", "600"], Path(sys.argv[3]), before=before, user=user)
child.start()
print(child.pid, flush=True)
time.sleep(600)
"""
WAYS = [("", 0)]
if os.geteuid() == 0:
    WAYS += [(" ".join(UNSHARE), 0), ("", NOBODY)]


@pytest.mark.parametrize(("before", "user"), WAYS)
def test_kill_9_of_the_parent_ends_the_child(tmp_path: Path, before: str, user: int) -> None:
    command = [sys.executable, "-c", PARENT, before, str(user), str(tmp_path / "log")]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as parent:
        try:
            assert parent.stdout is not None
            child = int(parent.stdout.readline())
            wait_for(lambda: _name(child) == "sleep", "the launcher to become the command", 30)
            assert is_running(child)
        finally:
            parent.kill()

    wait_for(lambda: not is_running(child), "the child to end", 30)


def test_a_child_has_its_own_process_group_and_log(tmp_path: Path) -> None:
    child = Child("speaker", ["sh", "-c", "echo one; echo two; exit 3"], tmp_path / "log")
    child.start()
    assert child.process is not None
    assert child.process.wait(timeout=30) == 3

    assert os.getpgrp() != child.pid
    assert (child.running, child.code, child.last_words(1)) == (False, 3, "two")


def test_stopping_kills_what_ignores_the_request(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "import signal,time;signal.signal(15,1);print('set',flush=True);time.sleep(600)"]  # fmt: skip  # noqa: E501
    child = Child("stubborn", command, tmp_path / "log")
    child.start()
    wait_for(lambda: "set" in child.last_words(), "the handler", 30)

    child.stop(0.2)

    assert child.code == -signal.SIGKILL


def test_a_child_that_ends_while_starting_is_told_with_its_last_words(tmp_path: Path) -> None:
    child = Child("broken", ["sh", "-c", "echo no room left; exit 1"], tmp_path / "log")
    child.start()
    with pytest.raises(EmbeddedError, match=r"It ended while starting\.\nno room left"):
        wait_until(lambda: False, child, 30, "It")


def _name(pid: int) -> str:
    return Path(f"/proc/{pid}/comm").read_text().strip()
