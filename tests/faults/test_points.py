"""The named points: silent unless asked, once, and never in production."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from esm.common import failpoints
from tests.support import ROOT


def test_nothing_happens_unless_asked(settings: Any, tmp_path: Path) -> None:
    settings.FAILPOINT, settings.FAILPOINT_LOG = "", str(tmp_path / "log")
    failpoints.hit("outbox.after_claim")
    settings.FAILPOINT = "sweep.after_lock:raise"
    failpoints.hit("outbox.after_claim")
    assert not (tmp_path / "log").exists()


def test_a_point_acts_once_and_leaves_a_trace(settings: Any, tmp_path: Path) -> None:
    settings.FAILPOINT, settings.FAILPOINT_LOG = "probe.once:raise", str(tmp_path / "log")
    with pytest.raises(failpoints.FailpointError):
        failpoints.hit("probe.once")
    failpoints.hit("probe.once")
    assert (tmp_path / "log").read_text() == "probe.once\n"


def test_a_point_waits_for_its_turn(settings: Any, tmp_path: Path) -> None:
    settings.FAILPOINT, settings.FAILPOINT_LOG = "probe.turn#3:raise", str(tmp_path / "log")
    failpoints.hit("probe.turn")
    failpoints.hit("probe.turn")
    with pytest.raises(failpoints.FailpointError):
        failpoints.hit("probe.turn")


def test_a_file_asks_a_process_that_runs_already(settings: Any, tmp_path: Path) -> None:
    asking, log = tmp_path / "asking", tmp_path / "log"
    settings.FAILPOINT = f"@{asking}"
    failpoints.hit("probe.later")
    asking.write_text(f"probe.later#2:raise {log}\n")
    failpoints.hit("probe.later")
    failpoints.hit("probe.other")
    with pytest.raises(failpoints.FailpointError):
        failpoints.hit("probe.later")
    assert log.read_text() == "probe.later\n"
    failpoints.hit("probe.later")
    asking.write_text("")
    failpoints.hit("probe.later")


def test_a_misspelt_action_is_refused(settings: Any, tmp_path: Path) -> None:
    settings.FAILPOINT, settings.FAILPOINT_LOG = "probe.wrong:kill", str(tmp_path / "log")
    with pytest.raises(ValueError, match="'kill'"):
        failpoints.hit("probe.wrong")


@pytest.mark.parametrize(("module", "code"), [("prod", 0), ("dev", -9)])
def test_production_never_kills_itself(tmp_path: Path, module: str, code: int) -> None:
    done = subprocess.run(
        [sys.executable, "-c", "from esm.common import failpoints; failpoints.hit('probe.kill')"],
        cwd=ROOT,
        env=os.environ
        | {
            "DJANGO_SETTINGS_MODULE": f"esm.settings.{module}",
            "SECRET_KEY": "probe",
            "ESM_DATA": str(tmp_path),
            "FAILPOINT": "probe.kill:kill9",
            "FAILPOINT_LOG": str(tmp_path / "log"),
        },
        start_new_session=True,
    )
    assert done.returncode == code
    assert (tmp_path / "log").exists() == bool(code)
