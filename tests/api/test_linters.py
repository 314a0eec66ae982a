"""The description of the API, read by two linters that are not ours: no error and no warning.

They come from the package index of Node by the lock in ``linters/``, once for each lock.
"""

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.api.test_schema import SNAPSHOT

pytestmark = pytest.mark.slow
HERE = Path(__file__).resolve().parent / "linters"
INSTALL_NODE = "sudo apt-get update && sudo apt-get install --yes nodejs npm"
QUIET = {"REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true", "CI": "true"}
Document = dict[str, Any]


def called(command: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    environment = os.environ | QUIET
    return subprocess.run(
        command, cwd=folder, env=environment, check=False, capture_output=True, text=True
    )


@pytest.fixture(scope="module")
def linters() -> Path:
    """The folder with both programs, kept for the next run."""
    missing = [name for name in ("node", "npm") if shutil.which(name) is None]
    assert not missing, f"{missing} is missing. Install it with:\n    {INSTALL_NODE}"
    lock = (HERE / "package-lock.json").read_bytes()
    caches = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    folder = caches / f"esm-api-linters-{sha256(lock).hexdigest()[:12]}"
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / "complete").exists():
        for name in ("package.json", "package-lock.json"):
            shutil.copy(HERE / name, folder)
        made = called(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], folder)
        assert made.returncode == 0, made.stdout + made.stderr
        (folder / "complete").touch()
    return folder / "node_modules" / ".bin"


def spectral(linters: Path, document: Path) -> list[tuple[str, int]]:
    """Findings as (rule, severity); 0 is an error, 1 a warning."""
    rules = str(HERE / "spectral.yaml")
    command = [str(linters / "spectral"), "lint", str(document), "--ruleset", rules]
    told = called([*command, "--format", "json", "--quiet"], document.parent)
    assert told.returncode in (0, 1), told.stderr
    return [(str(one["code"]), one["severity"]) for one in json.loads(told.stdout)]


def redocly(linters: Path, document: Path) -> list[tuple[str, str]]:
    """Findings as (rule, severity)."""
    command = [str(linters / "redocly"), "lint", str(document), "--format", "json"]
    told = called([*command, "--config", str(HERE / "redocly.yaml")], document.parent)
    assert told.returncode in (0, 1), told.stderr
    return [(one["ruleId"], one["severity"]) for one in json.loads(told.stdout)["problems"]]


def test_the_description_has_no_finding(linters: Path) -> None:
    assert spectral(linters, SNAPSHOT) == []
    assert redocly(linters, SNAPSHOT) == []


def no_scope(found: Document) -> None:
    del found["paths"]["/api/v1/requests"]["get"]["x-token-scope"]


def another_refusal(found: Document) -> None:
    found["components"]["responses"]["Problem404"]["content"] = {"text/html": {}}


def an_unnamed_refusal(found: Document) -> None:
    found["paths"]["/api/v1/requests"]["get"]["responses"]["404"] = {"description": "Gone."}


def a_shouted_path(found: Document) -> None:
    found["paths"]["/api/v1/Requests_All"] = found["paths"].pop("/api/v1/requests")


def a_field(name: str) -> Callable[[Document], None]:
    def add(found: Document) -> None:
        found["components"]["schemas"]["Problem"]["properties"][name] = {"type": "string"}

    return add


def an_open_body(found: Document) -> None:
    del found["components"]["schemas"]["ReasonInRequest"]["additionalProperties"]


def no_such_part(found: Document) -> None:
    found["paths"]["/api/v1/requests"]["get"]["responses"]["400"] = {"$ref": "#/components/none"}


PLANTED: dict[str, Callable[[Document], None]] = {
    "esm-scope": no_scope,
    "esm-refusals-are-problems": another_refusal,
    "esm-refusals-named": an_unnamed_refusal,
    "esm-snake-case": a_field("createdAt"),
    "esm-no-ids": a_field("user_id"),
    "esm-strict-bodies": an_open_body,
    "invalid-ref": no_such_part,
    "esm-plural-paths": a_shouted_path,
}


def test_what_is_planted_is_found(linters: Path, tmp_path: Path) -> None:
    """Each rule of ours is broken once, all in one document."""
    broken = yaml.load(SNAPSHOT.read_text(), yaml.CSafeLoader)
    ours = yaml.safe_load((HERE / "spectral.yaml").read_text())["rules"]
    assert {name for name in ours if name.startswith("esm-")} <= PLANTED.keys()
    for plant in PLANTED.values():
        plant(broken)
    path = tmp_path / "broken.yaml"
    path.write_text(yaml.dump(broken, sort_keys=False))
    assert PLANTED.keys() <= {name for name, _ in spectral(linters, path)}
    assert "no-unresolved-refs" in {name for name, _ in redocly(linters, path)}
