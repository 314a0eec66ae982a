"""A receiver of webhooks that checks every message; Python's own library is enough.

    SECRETS="whsec_… whsec_…" python webhook_receiver.py 8080

While a secret is replaced, name both for a day. Put it behind a server that ends TLS.
"""

import base64
import hashlib
import hmac
import json
import os
import sys
import time
from collections.abc import Mapping, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

TOLERANCE_S = 300
MOST_BYTES = 2**20
# Ids of messages that were taken. Keep them where they outlive the program, for four days.
taken: set[str] = set()


class Refused(Exception):
    """This message is not to be believed; the text says why, for the log alone."""


def verify(
    body: bytes, headers: Mapping[str, str], secrets: Sequence[str], now: float | None = None
) -> Any:
    """The event in the body, if one of the secrets signed it lately. Raises Refused."""
    try:
        name, at = headers["webhook-id"], headers["webhook-timestamp"]
        signatures = headers["webhook-signature"].split()
        age = (time.time() if now is None else now) - int(at)
    except (KeyError, ValueError):
        raise Refused("a header is missing or no number") from None
    if abs(age) > TOLERANCE_S:
        raise Refused("too old or ahead of time")
    signed = b".".join([name.encode(), at.encode(), body])
    for secret in secrets:
        key = base64.b64decode(secret.removeprefix("whsec_"))
        digest = hmac.new(key, signed, hashlib.sha256).digest()
        expected = "v1," + base64.b64encode(digest).decode()
        if any(hmac.compare_digest(expected.encode(), one.encode()) for one in signatures):
            return json.loads(body)
    raise Refused("no signature of a known secret")


class Receiver(BaseHTTPRequestHandler):
    """Answers 204 to what it took, also when it comes again, and 401 to all else."""

    secrets: Sequence[str] = ()

    def do_POST(self) -> None:
        """Take one message."""
        length = min(int(self.headers.get("Content-Length") or 0), MOST_BYTES)
        body = self.rfile.read(length)
        headers = {name.lower(): value for name, value in self.headers.items()}
        try:
            event = verify(body, headers, self.secrets)
        except Refused:
            self.send_response(401)
        else:
            if event["id"] not in taken:
                taken.add(event["id"])
                print(event["sequence"], event["type"], event["subject"], flush=True)
            self.send_response(204)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        """Say nothing of each call."""


if __name__ == "__main__":
    Receiver.secrets = os.environ["SECRETS"].split()
    ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Receiver).serve_forever()
