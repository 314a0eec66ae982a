"""Attack 42: the receiver of docs/examples believes nothing old, changed or signed by others."""

import http.client
import importlib.util
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from esm.accounts.models import User
from esm.events.actors import SYSTEM
from esm.events.services import signing, webhooks
from esm.events.services.sending import send_due
from tests.architecture.code import ROOT
from tests.platform.portal import wait_for
from tests.sink import Received, sink

SAMPLE = ROOT / "docs" / "examples" / "webhook_receiver.py"
pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def sample() -> Any:
    """The example as a module."""
    spec = importlib.util.spec_from_file_location("webhook_receiver", SAMPLE)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def message(settings: Any) -> Iterator[tuple[Received, str, str]]:
    """A message that was sent during a rotation, with the old and the new secret."""
    settings.OUTWARD_ALLOWED = ["127.0.0.1"]
    ann = User.objects.create_user("ann")
    with sink() as found:
        made = webhooks.make_endpoint(
            ann, url=found.url("/ok"), types=["request.*"], by=ann, actor=SYSTEM
        )
        new = webhooks.rotate_secret(made.endpoint, by=ann, actor=SYSTEM)
        webhooks.send_test(made.endpoint, by=ann, actor=SYSTEM)
        assert send_due().done == 1
        yield found.received[0], made.secret, new.secret


def test_a42_both_secrets_are_believed_during_a_rotation(sample: Any, message: Any) -> None:
    came, old, new = message
    for secrets in ([old], [new], [new, old]):
        assert sample.verify(came.body, came.headers, secrets)["type"] == "webhook.tested"


def test_a42_old_changed_and_foreign_messages_are_refused(sample: Any, message: Any) -> None:
    came, old, _new = message
    at = int(came.headers["webhook-timestamp"])
    other = signing.secret_of(signing.new_salt())
    later = came.headers | {"webhook-timestamp": str(at + 1)}
    refused = [
        (came.body, came.headers, [old], at + 301),
        (came.body, came.headers, [old], at - 301),
        (came.body, later, [old], at),
        (came.body.replace(b"tested", b"ended "), came.headers, [old], at),
        (came.body, came.headers | {"webhook-id": "msg_1"}, [old], at),
        (came.body, came.headers, [other], at),
        (came.body, came.headers, [], at),
        (came.body, came.headers | {"webhook-signature": "v1,AAAA v2,x"}, [old], at),
        (came.body, {}, [old], at),
    ]
    for body, headers, secrets, now in refused:
        with pytest.raises(sample.Refused):
            sample.verify(body, headers, secrets, now=now)
    assert sample.verify(came.body, came.headers, [old], now=at + 299)


def test_a42_it_runs_and_takes_what_comes_twice_once(message: Any, tmp_path: Path) -> None:
    came, old, new = message
    port = _free_port()
    out = tmp_path / "out"
    with open(out, "w") as written:
        process = subprocess.Popen(
            [sys.executable, str(SAMPLE), str(port)],
            env=os.environ | {"SECRETS": f"{new} {old}"},
            stdout=written,
        )
        try:
            wait_for(lambda: _post(port, b"{}", {}) == 401, "the receiver", 60)
            assert [_post(port, came.body, came.headers) for _ in range(2)] == [204, 204]
            assert _post(port, came.body + b" ", came.headers) == 401
        finally:
            process.terminate()
            process.wait()
    assert out.read_text().split()[1] == "webhook.tested"
    assert len(out.read_text().splitlines()) == 1
    assert time.time() - int(came.headers["webhook-timestamp"]) < 300


def _post(port: int, body: bytes, headers: dict[str, str]) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    sent = {n: v for n, v in headers.items() if n.startswith("webhook-")}
    try:
        connection.request("POST", "/", body, sent)
        return connection.getresponse().status
    except OSError:
        return 0
    finally:
        connection.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
