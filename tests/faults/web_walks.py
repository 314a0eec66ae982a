"""Walks by API: every call goes through the web, is written down, and is taken up again.

A call without an answer may have been done or not. The walk sends it again with the same key until
it is answered: what was done already is answered from the record, and done once. What was
acknowledged must be there; the comparison with the clean run shows it.
"""

import json
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import httpx
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.core.exceptions import ObjectDoesNotExist
from django.db import DatabaseError, InterfaceError, connections

from esm.accounts.choices import TokenScope
from esm.accounts.models import User
from esm.accounts.services.tokens import create_token
from governance.blueprint.weeks import resolve_weeks
from governance.models import Decision
from tests.faults.walks import GIVE_UP_S, LateError, Step, Walker, title_of
from tests.support import WEEK_ONE
from workflows.models import Request

PATIENCE_S = 20.0
PAUSE_S = 0.3
SIGN_IN, PASSWORD = "/sign-in/", "walks about the clinic"
T = TypeVar("T")


@dataclass(frozen=True)
class Operation:
    """One call and its answer; status 0 is none at all."""

    key: str
    path: str
    status: int
    seconds: float
    at: float
    words: str = ""
    # True when it had been done before and the answer was kept.
    replayed: bool = False

    @property
    def acknowledged(self) -> bool:
        return 200 <= self.status < 300

    @property
    def open(self) -> bool:
        """Nobody knows whether it was done, or it was not done for lack of something."""
        return self.status in (0, 429) or self.status >= 500


@dataclass
class Web:
    """The web as a program sees it: one token per account, every call written down."""

    port: int
    # Parts that nobody started, so that nobody waits for them.
    without: Collection[str] = ()
    tokens: dict[str, str] = field(default_factory=dict)
    operations: list[Operation] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.client = httpx.Client(base_url=f"http://127.0.0.1:{self.port}", timeout=PATIENCE_S)

    def make_tokens(self) -> None:
        """A token with every scope for each account."""
        for user in User.objects.all():
            made = create_token(user, name="walks", scopes=TokenScope.values)
            self.tokens[user.username] = made.text

    def call(self, method: str, path: str, *, by: str, key: str = "", **what: Any) -> Operation:
        """Call below ``/api/v1``; never raises for an answer that did not come."""
        headers = {"Authorization": f"Bearer {self.tokens[by]}"}
        if key:
            headers["Idempotency-Key"] = key
        began, at = time.monotonic(), time.time()
        try:
            answer = self.client.request(method, f"/api/v1{path}", headers=headers, **what)
            status, words = answer.status_code, answer.text[:500]
            replayed = "Idempotency-Replayed" in answer.headers
        except httpx.HTTPError as error:
            status, words, replayed = 0, type(error).__name__, False
        done = Operation(key, path, status, time.monotonic() - began, at, words, replayed)
        self.operations.append(done)
        return done

    def sign_in(self) -> httpx.Cookies:
        """Come in by the door as people do; what the browser keeps."""
        user, new = User.objects.get_or_create(username="visitor")
        if new:
            # Once: another password would end the sessions of the first. As the portal hashes it,
            # whatever the tests do.
            hasher = PBKDF2PasswordHasher()
            user.password = hasher.encode(PASSWORD, hasher.salt())
            user.save()
        with httpx.Client(base_url=self.client.base_url, timeout=PATIENCE_S) as browser:
            browser.get(SIGN_IN)
            fields = {"username": user.username, "password": PASSWORD}
            token = {"csrfmiddlewaretoken": browser.cookies["csrftoken"]}
            browser.post(SIGN_IN, data=fields | token)
            return browser.cookies

    def is_signed_in(self, cookies: httpx.Cookies) -> bool:
        """True when pages are shown to who has these."""
        with httpx.Client(base_url=self.client.base_url, cookies=cookies) as browser:
            return SIGN_IN not in browser.get("/", timeout=PATIENCE_S).headers.get("Location", "")

    def is_ready(self) -> bool:
        """What /readyz says, but for parts that were never started."""
        try:
            checks = self.client.get("/readyz").json()["checks"]
        except (httpx.HTTPError, ValueError, KeyError):
            return False
        return all(check["ok"] for name, check in checks.items() if name not in self.without)

    def client_answers(self, path: str) -> bool:
        """True when an address answers well."""
        try:
            return self.client.get(path).status_code == 200
        except httpx.HTTPError:
            return False


def patiently(ask: Callable[[], T]) -> T:
    """Ask the database until it answers, whatever happens to it meanwhile."""
    give_up = time.monotonic() + GIVE_UP_S
    while True:
        try:
            return ask()
        except (DatabaseError, InterfaceError):
            connections.close_all()
            if time.monotonic() > give_up:
                raise
            time.sleep(PAUSE_S)


class WebWalker(Walker):
    """A walk whose steps are calls of the API; it only reads the database by itself."""

    def __init__(self, directory: Path, seed: int, *, after: int, web: Web) -> None:
        super().__init__(directory, seed, after=after)
        self.web = web
        # What the last call heard, for whoever gives up.
        self.heard = "nothing"
        self.asked: tuple[str, dict[str, Any]] | None = None

    def step(self, step: Step) -> None:
        """One step: a call, repeated until it is known to be done, or waiting."""
        if step["action"] in ("routed", "breached", "settled"):
            patiently(lambda: super(WebWalker, self).step(step))
            return
        give_up, began = time.monotonic() + GIVE_UP_S, time.monotonic()
        self.asked = None
        while not self._is_done(step):
            if time.monotonic() > give_up or self.given_up.is_set():
                who = title_of(self.seed)
                raise LateError(f"{who}: {step} was never acknowledged; heard last: {self.heard}")
            time.sleep(PAUSE_S)
        self.calls.append((time.monotonic() - began, step["action"]))

    def _is_done(self, step: Step) -> bool:
        """Try once; True when it was acknowledged."""
        try:
            answer = self._send(step)
        except ObjectDoesNotExist:
            answer = None
        if answer is not None and answer.acknowledged:
            return True
        self.heard = f"{answer.status} {answer.words}" if answer else "no such row"
        if answer is None or answer.open or "in-flight" in answer.words:
            return False
        raise AssertionError(f"{title_of(self.seed)}: {step} got {answer.status}: {answer.words}")

    def _send(self, step: Step) -> Operation:
        key = f"walk-{self.after}-{self.seed}-{self.position}"
        if step["action"] == "submit":
            return self._submit(step["values"], key)
        # What was done has another address now, or none: the same call is sent again.
        self.asked = self.asked or patiently(lambda: self._address(step))
        path, body = self.asked
        return self.web.call("POST", path, by=step["actor"], key=key, json=body)

    def _submit(self, changes: dict[str, Any], key: str) -> Operation:
        """The journey's form with a file of this walk alone, so that it is new to the portal."""
        values = {**resolve_weeks(self.journey["values"], WEEK_ONE), **changes}  # type: ignore[dict-item]
        fields = {"offering": self.journey["offering"], "data": json.dumps(values, default=str)}
        files = {}
        for name, path in (self.journey.get("files") or {}).items():
            content = (self.directory / path).read_bytes() + f"\n% {key}\n".encode()
            files[f"files.{name}"] = (Path(path).name, content)
        who = self.journey["persona"]
        return self.web.call("POST", "/requests", by=who, key=key, data=fields, files=files)

    def _address(self, step: Step) -> tuple[str, dict[str, Any]]:
        """Where a step is posted to, and its body."""
        request, action = self.request(), step["action"]
        whole = f"/requests/{request.ref}"
        if action == "withdraw":
            return f"{whole}/withdraw", {"reason": "The patient moved."}
        if action == "comment":
            return f"{whole}/comments", {"body": "We look at it today."}
        if action == "decide":
            row = Decision.objects.get(subject_id=request.pk, state="open")
            body = {"outcome": step["outcome"], "rationale": step["rationale"]}
            return f"{whole}/decisions/{row.seq}/decide", body
        return self._of_visit(request, step, whole)

    def _of_visit(self, request: Request, step: Step, whole: str) -> tuple[str, dict[str, Any]]:
        visit, action = self.visit(request, step["stage"]), step["action"]
        handoff = {
            "accept": {},
            "return": {name: step.get(name, "") for name in ("reason", "note")},
            "ask": {"question": "Which policy?"},
            "answer": {"answer": "The new one."},
        }
        if action in handoff:
            return f"{whole}/handoffs/{visit.handoff.seq}/{action}", handoff[action]
        bodies = {"pause": {"party": "third", "reason": "The insurer"}}
        if action == "hand-over":
            action = "complete"
        return f"{whole}/visits/{visit.seq}/{action}", bodies.get(action, {})
