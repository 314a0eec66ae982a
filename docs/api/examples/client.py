"""Ask for something, follow it, move it on: a client to copy from.

    PORTAL_URL=http://127.0.0.1:8000 PORTAL_TOKEN=esm_… \\
        python client.py OFFERING ANSWERS.json [FIELD=FILE …]

Needs ``httpx``. Every post goes with an idempotency key and is sent again with the same key when
its answer did not arrive, so nothing happens twice. What is changed goes with the ETag it was read
with, so nothing that somebody else did is overwritten.
"""

import json
import os
import sys
import time
import uuid
from pathlib import Path
from typing import Any

import httpx

TRIES = 6


class Refused(Exception):
    """The portal said no; ``problem`` is its RFC 9457 problem."""

    def __init__(self, problem: dict[str, Any]) -> None:
        super().__init__(f"{problem['status']} {problem['code']}: {problem['detail']}")
        self.problem = problem


class Portal:
    """The API with one token."""

    def __init__(self, url: str, token: str) -> None:
        headers = {"Authorization": f"Bearer {token}"}
        self.http = httpx.Client(base_url=f"{url.rstrip('/')}/api/v1/", headers=headers, timeout=30)

    def send(self, method: str, path: str, *, tag: str = "", **more: Any) -> httpx.Response:
        """One call, sent again where that is right. Raises Refused.

        Again: no answer, the portal restarting (502, 503, 504), too many calls (429), or the same
        call in work elsewhere (409 ``in-flight``). Not again: whatever else is refused.
        """
        headers = {"Idempotency-Key": str(uuid.uuid4())} if method == "POST" else {}
        headers |= {"If-Match": tag} if tag else {}
        for turn in range(TRIES):
            wait = 2.0**turn / 4
            try:
                answer = self.http.request(method, path, headers=headers, **more)
            except httpx.TransportError:
                if turn == TRIES - 1:
                    raise
            else:
                if answer.is_success:
                    return answer
                if not self._again(answer) or turn == TRIES - 1:
                    raise Refused(self._problem(answer))
                wait = float(answer.headers.get("Retry-After", wait))
            time.sleep(wait)
        raise AssertionError("not reached")

    def _again(self, answer: httpx.Response) -> bool:
        if answer.status_code in (429, 502, 503, 504):
            return True
        return answer.status_code == 409 and self._problem(answer)["code"] == "in-flight"

    def _problem(self, answer: httpx.Response) -> dict[str, Any]:
        try:
            found: dict[str, Any] = answer.json()
        except ValueError:
            found = {
                "status": answer.status_code,
                "code": "no-problem",
                "detail": answer.text[:200],
            }
        return found

    def ask(self, offering: str, data: dict[str, Any], files: dict[str, Path]) -> dict[str, Any]:
        """Send a request with its files; returns it."""
        form = {"offering": offering, "data": json.dumps(data)}
        parts = {f"files.{field}": (path.name, path.read_bytes()) for field, path in files.items()}
        sent: dict[str, Any] = self.send("POST", "requests", data=form, files=parts or None).json()
        return sent

    def follow(self, cursor: str = "", **narrow: str) -> tuple[list[dict[str, Any]], str]:
        """What happened since, and the cursor to keep until the next time."""
        found: list[dict[str, Any]] = []
        while True:
            asked = {**narrow, **({"cursor": cursor} if cursor else {})}
            page = self.send("GET", "events", params=asked).json()
            found += page["items"]
            cursor = page["cursor"]
            if page["next"] is None:
                return found, cursor

    def command(self, path: str, name: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """A command on a step as it was seen; read again and decided anew when it changed."""
        for _ in range(TRIES):
            seen = self.send("GET", path)
            try:
                done = self.send(
                    "POST", f"{path}/{name}", tag=seen.headers["ETag"], json=body or {}
                )
            except Refused as refused:
                # Somebody was faster: look again whether it still makes sense.
                if refused.problem["status"] != 412:
                    raise
            else:
                found: dict[str, Any] = done.json()
                return found
        raise RuntimeError(f"{path} changes faster than it can be read")


def main(offering: str, answers: str, *files: str) -> None:
    """Ask, take the first step that we may take, and tell what happened."""
    portal = Portal(os.environ["PORTAL_URL"], os.environ["PORTAL_TOKEN"])
    _, cursor = portal.follow(start="now")
    named = {field: Path(path) for field, _, path in (one.partition("=") for one in files)}
    sent = portal.ask(offering, json.loads(Path(answers).read_text()), named)
    print("asked", sent["ref"])
    request = portal.send("GET", f"requests/{sent['ref']}").json()
    for branch in request["branches"]:
        if "visit.claim" in branch["may"]:
            step = portal.command(f"requests/{request['ref']}/visits/{branch['visit']}", "claim")
            print("took", step["stage"], step["state"])
    events, cursor = portal.follow(cursor, subject=request["ref"])
    for event in events:
        print("event", event["type"])
    print("cursor", cursor)


if __name__ == "__main__":
    main(*sys.argv[1:])
