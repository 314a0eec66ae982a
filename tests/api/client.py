"""A caller of the API: one person with one token, as a program would use it."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from esm.accounts.choices import TokenScope
from esm.accounts.services.tokens import create_token
from governance.blueprint.weeks import resolve_weeks
from tests.support import WEEK_ONE, World

V1 = "/api/v1"
ALL = tuple(TokenScope.values)


@dataclass
class Caller:
    """Calls below ``/api/v1``; every answer must have the status that is expected."""

    token: str
    client: Client = field(default_factory=Client)

    @property
    def headers(self) -> dict[str, str]:
        return {"HTTP_AUTHORIZATION": f"Bearer {self.token}"} if self.token else {}

    def raw(self, method: str, path: str, body: Any = None, **more: Any) -> Any:
        """The whole response, whatever its status."""
        target = path if path.startswith("/api/") else f"{V1}{path}"
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
        kind = more.pop("content_type", "application/json")
        if method in ("PUT", "PATCH"):
            more = {"HTTP_IF_MATCH": "*", **more}
        return self.client.generic(
            method, target, body or b"", content_type=kind, **self.headers, **more
        )

    def get(self, path: str, status: int = 200) -> Any:
        return self._read(self.raw("GET", path), status)

    def post(self, path: str, body: Any = None, status: int = 200) -> Any:
        return self._read(self.raw("POST", path, body), status)

    def delete(self, path: str, status: int = 204) -> Any:
        return self._read(self.raw("DELETE", path), status)

    def form(self, path: str, fields: dict[str, Any], status: int = 201) -> Any:
        return self._read(self.client.post(f"{V1}{path}", fields, **self.headers), status)

    def items(self, path: str) -> list[Any]:
        """Every item of a list, page after page."""
        found: list[Any] = []
        next_path: str | None = path
        while next_path:
            page = self.get(next_path)
            found += page["items"]
            next_path = page["next"]
        return found

    def _read(self, response: Any, status: int) -> Any:
        assert response.status_code == status, response.content.decode()[:2000]
        if status == 204:
            return None
        kind = "application/json" if status < 400 else "application/problem+json"
        assert response["Content-Type"] == kind
        return response.json()


def caller(world: World, username: str, scopes: tuple[str, ...] = ALL) -> Caller:
    """Somebody of the world with a new token."""
    user = world.person(username).users.get(username=username)
    return Caller(create_token(user, name="test", scopes=scopes).text)


def send(world: World, *, status: int = 201, **changes: Any) -> Any:
    """Send the journey's request by API, with some answers changed (None takes one away)."""
    journey = world.journey
    values: Any = resolve_weeks(journey["values"], WEEK_ONE)
    values = {k: v for k, v in {**values, **changes}.items() if v is not None}
    fields: dict[str, Any] = {"offering": journey["offering"], "data": json.dumps(values)}
    for key, path in (journey.get("files") or {}).items():
        content = (world.directory / path).read_bytes()
        fields[f"files.{key}"] = SimpleUploadedFile(Path(path).name, content)
    return caller(world, journey["persona"]).form("/requests", fields, status)


class Player:
    """Plays the steps of a journey by API alone: reads what is open, then commands."""

    def __init__(self, world: World, ref: str) -> None:
        self.world = world
        self.ref = ref
        self.callers: dict[str, Caller] = {}

    def as_(self, username: str) -> Caller:
        if username not in self.callers:
            self.callers[username] = caller(self.world, username)
        return self.callers[username]

    def play(self, until: int | None = None, minutes: int = 20) -> None:
        for step in self.world.journey["steps"][:until]:
            self.world.tick(minutes=minutes)
            self.do(step)
            self.world.settle()

    def branch(self, who: Caller, stage: str) -> Any:
        open_ = who.get(f"/requests/{self.ref}")["branches"]
        return next(branch for branch in open_ if branch["stage"] == stage)

    def do(self, step: dict[str, Any]) -> Any:
        who, action = self.as_(step["actor"]), step["action"]
        branch = self.branch(who, step["stage"])
        visit = f"/requests/{self.ref}/visits/{branch['visit']}"
        if action == "decide":
            body = {"outcome": step["outcome"], "rationale": step.get("rationale", "")}
            waiting = who.items("/decisions")
            mine = next(d for d in waiting if d["subject"]["ref"] == self.ref)
            return who.post(f"{mine['url']}/decide", body)
        if action in ("accept", "return"):
            handoff = f"/requests/{self.ref}/handoffs/{branch['handoff']}/{action}"
            body = {k: step[k] for k in ("reason", "note") if k in step}
            return who.post(handoff, body or None)
        if action == "claim":
            return who.post(f"{visit}/claim")
        return who.post(f"{visit}/complete", {"note": step.get("note", "")})
