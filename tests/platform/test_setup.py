"""./up and ./test before Python: what they say when something is missing, and a fresh clone."""

import os
import signal
import subprocess
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import pytest

from tests.platform.portal import (
    NOBODY,
    ROOT,
    Portal,
    copy_checkout,
    give_away,
    plain_environment,
)

SYSTEM_PATH = "/usr/bin:/bin"


def script(folder: Path, name: str, body: str) -> None:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)


def begin(command: str, path: str, tmp_path: Path) -> "subprocess.CompletedProcess[str]":
    environment = plain_environment(tmp_path, PATH=path, ESM_VENV=str(tmp_path / "venv"))
    return subprocess.run(
        [ROOT / command, "--help"], env=environment, capture_output=True, text=True, timeout=60
    )


@pytest.mark.parametrize("command", ["up", "test"])
def test_an_old_python_is_told(tmp_path: Path, command: str) -> None:
    for version in ("", ".11", ".12", ".13"):
        script(tmp_path, f"python3{version}", "exit 1")

    done = begin(command, f"{tmp_path}:{SYSTEM_PATH}", tmp_path)

    assert done.returncode == 1
    assert "Python 3.11 or later is needed" in done.stderr
    assert not (tmp_path / "venv").exists()


@pytest.mark.parametrize("command", ["up", "test"])
def test_a_missing_venv_module_is_told(tmp_path: Path, command: str) -> None:
    body = 'case "$2" in *version_info*) exit 0 ;; *) exit 1 ;; esac'
    for version in ("", ".11", ".12", ".13"):
        script(tmp_path, f"python3{version}", body)

    done = begin(command, f"{tmp_path}:{SYSTEM_PATH}", tmp_path)

    assert done.returncode == 1
    assert "The venv module of python3 is missing" in done.stderr
    assert "apt-get install python3-venv" in done.stderr


def test_packages_that_cannot_be_installed_are_told(tmp_path: Path) -> None:
    venv = tmp_path / "venv"
    (venv / "bin").mkdir(parents=True)
    script(venv / "bin", "python", 'if [ "$1" = -m ]; then echo no index >&2; exit 1; fi')

    done = begin("up", SYSTEM_PATH, tmp_path)

    assert done.returncode == 1
    assert "no index" in done.stderr
    assert "The packages of requirements.lock could not be installed" in done.stderr
    assert not (venv / "installed.sha256").exists()


def test_the_lock_names_versions_and_hashes_and_no_registry() -> None:
    lines = (ROOT / "requirements.lock").read_text().splitlines()
    names = [line for line in lines if line and line[0].isalnum()]

    assert len(names) > 50
    assert all("==" in line for line in names)
    assert not [line for line in lines if "://" in line or "--index" in line]
    for name, after in pairwise(lines):
        if name and name[0].isalnum():
            assert after.lstrip().startswith("--hash=sha256:"), name


@pytest.mark.process
@pytest.mark.slow
def test_a_fresh_clone_with_an_empty_home_becomes_ready(
    portal_of: Callable[[str], Portal], place: Path
) -> None:
    portal = portal_of("me")
    portal.checkout = place / "clone"
    copy_checkout(portal.checkout)
    portal.environment.pop("ESM_VENV")
    if os.geteuid() == 0:
        give_away(place, NOBODY)
        portal.user = NOBODY

    portal.start()

    assert "Making a virtual environment" in portal.said
    assert portal.is_ready()
    assert portal.end(signal.SIGTERM) == 0
