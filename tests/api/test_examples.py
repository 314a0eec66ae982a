"""The clients in the documentation do what they say, against a portal that is served."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from esm.accounts.services.tokens import create_token
from esm.common import clock
from governance.blueprint.weeks import resolve_weeks
from tests.api.client import ALL
from tests.support import CLINIC, ROOT, WEEK_ONE, World
from workflows.models import Request

EXAMPLES = ROOT / "docs" / "api" / "examples"
COMMANDS = {
    "python": [sys.executable, str(EXAMPLES / "client.py")],
    "curl": [str(EXAMPLES / "client.sh")],
}


@pytest.fixture
def served(transactional_db: None, live_server: Any) -> Iterator[World]:
    yield World(CLINIC, ("model",))
    clock.set_source(None)


@pytest.mark.parametrize("client", COMMANDS)
def test_a_client_asks_takes_a_step_and_follows(
    served: World, live_server: Any, tmp_path: Path, client: str
) -> None:
    journey: Any = served.journey
    values = resolve_weeks(journey["values"], WEEK_ONE)
    (tmp_path / "answers.json").write_text(json.dumps(values, default=str))
    user = served.person(journey["persona"]).users.get(username=journey["persona"])
    environment = os.environ | {
        "PORTAL_URL": live_server.url,
        "PORTAL_TOKEN": create_token(user, name="example", scopes=ALL).text,
    }
    files = [f"{field}={served.directory / path}" for field, path in journey["files"].items()]
    sent = [journey["offering"], str(tmp_path / "answers.json"), *files]

    def run(token: str = environment["PORTAL_TOKEN"]) -> Any:
        return subprocess.run(
            [*COMMANDS[client], *sent],
            env=environment | {"PORTAL_TOKEN": token},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    done = run()
    assert done.returncode == 0, done.stderr
    said = done.stdout.splitlines()
    assert said[:2] == [f"asked {Request.objects.get().ref}", "took registration active"]
    events = [line for line in said if line.startswith("event ")]
    assert events[0] == "event request.submitted" and len(events) > 3
    assert Request.objects.get().visits.get().holder == served.person(journey["persona"])
    refused = run("esm_00000000_wrong")
    assert refused.returncode != 0 and "401 token-refused" in refused.stderr
    assert Request.objects.count() == 1
