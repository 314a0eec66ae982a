"""How an address is asked, and its answer in one word."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from tests.architecture.urls import addresses
from tests.permissions.world import ACTORS, Stage

METHODS = ("get", "post", "put", "patch", "delete")
WITH_BODY = ("post", "put", "patch")
# One word for each kind of answer; anything else shows its number.
WORDS = {
    200: "ok",
    201: "ok",
    204: "ok",
    400: "bad",
    401: "un",
    403: "no",
    404: "--",
    405: "xx",
    409: "st",
    412: "st",
    422: "bad",
}
FILE = "a file"


@dataclass(frozen=True)
class Row:
    """One address: what fills its parameters, what is sent, and the answer to each actor.

    ``get``, ``post`` … hold a word per actor, in the order of ACTORS.
    """

    name: str
    place: str = ""
    send: Mapping[str, Any] | Callable[[Stage], Mapping[str, Any]] | None = None
    get: str = ""
    post: str = ""
    put: str = ""
    patch: str = ""
    delete: str = ""

    @property
    def is_api(self) -> bool:
        """The API answers with problems, pages send to the sign-in."""
        return self.name.startswith("api-")

    @property
    def methods(self) -> list[str]:
        """What is worth asking: a view of the API says itself which methods it has."""
        view = getattr(resolved(self.name), "view_class", None)
        if view is None:
            return ["get", "post"]
        return [m for m in METHODS if hasattr(view, m)]

    def address(self, stage: Stage) -> str:
        """The address within the world."""
        return reverse(self.name, kwargs=stage.place(self.place))

    def line(self, found: Mapping[str, str]) -> str:
        """The row as it reads in the table, with these answers."""
        head = f'Row("{self.name}"' + (f', "{self.place}"' if self.place else "")
        cells = [f'        {method}="{words}",' for method, words in found.items() if words]
        return "\n".join([f"    {head},", *cells]).rstrip(",") + "),"


def resolved(name: str) -> Any:
    """The view behind a named address."""
    return next(address.view for address in addresses() if address.name == name)


def answer(row: Row, method: str, client: Client, stage: Stage, address: str) -> HttpResponse:
    """Ask once."""
    sent = dict((row.send(stage) if callable(row.send) else row.send) or {})
    for name, value in sent.items():
        if value == FILE:
            sent[name] = SimpleUploadedFile("note.txt", b"Something to read.")
    json = row.is_api and not any(isinstance(v, SimpleUploadedFile) for v in sent.values())
    kind: dict[str, Any] = (
        {"content_type": "application/json"} if json and method in WITH_BODY else {}
    )
    if row.is_api and method in ("put", "patch", "delete"):
        kind["headers"] = {"If-Match": "*"}
    found: HttpResponse
    found = getattr(client, method)(address, sent if method in WITH_BODY else None, **kind)
    return found


def word(response: HttpResponse) -> str:
    """The answer in one word: a redirect to the sign-in is «in», any other is «go»."""
    if response.status_code in (301, 302, 303):
        return "in" if response["Location"].startswith("/sign-in/") else "go"
    return WORDS.get(response.status_code, str(response.status_code))


def words(ask: Callable[[str], str]) -> str:
    """The answers to all actors, as one cell of the table."""
    return " ".join(f"{ask(actor):<3}" for actor in ACTORS).rstrip()
