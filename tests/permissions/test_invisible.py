"""What one may not see is not there: no answer, list or figure differs from one without it."""

import re

import pytest
from django.http import HttpResponse
from django.urls import reverse

from tests.depth import some_of
from tests.permissions.asking import Row, answer, word
from tests.permissions.matrix import ROWS
from tests.permissions.world import ACTORS, SECRET, Stage

pytestmark = pytest.mark.django_db

BELOW = [row for row in ROWS if row.place.partition(":")[2]]
SHOWN = [row for row in ROWS if row.get and not row.place.endswith(":confidential")]
MISSING = "R-99999999"
# Those who may not see the confidential request; a test below finds them anew.
BLIND = ("other", "steward", "auditor", "admin", "token")
# Differs from one answer to the next by design.
VARYING = re.compile(
    rb'csrfmiddlewaretoken" value="[^"]+"|"X-CSRFToken": "[^"]+"'
    rb'|"reference":"[^"]+"|<code>[0-9a-f-]+</code>'
)
HEADERS = ("Content-Type", "Content-Language", "Cache-Control", "Vary", "WWW-Authenticate", "Allow")


def name(row: Row) -> str:
    return f"{row.name}-{row.place}"


def blind(stage: Stage) -> tuple[str, ...]:
    """Those who may not see the confidential request, asked one by one."""
    request = stage.requests["confidential"]
    row = Row("request", "request:confidential")
    found = []
    for actor in ACTORS:
        if actor == "token":
            row = Row("api-request", "request:confidential")
        response = answer(row, "get", stage.client(actor), stage, row.address(stage))
        if word(response) == "--":
            found.append(actor)
        else:
            assert word(response) in ("ok", "in", "un"), (actor, request.ref)
    return tuple(found)


def seen(response: HttpResponse, *names: str) -> tuple[int, dict[str, str | None], bytes]:
    """All of an answer that could tell something, with the name that was asked for left out."""
    body = response.getvalue() if response.streaming else response.content
    for name in names:
        body = body.replace(name.encode(), b"?")
    headers = {name: response.headers.get(name) for name in HEADERS}
    return response.status_code, headers, VARYING.sub(b"", body)


def test_somebody_is_blind(stage: Stage) -> None:
    assert blind(stage) == BLIND


def both(row: Row, stage: Stage) -> tuple[str, str]:
    """The address for the hidden request, and the same for one that does not exist."""
    kind, _, state = row.place.partition(":")
    if kind == "decision":
        hidden = reverse(row.name, kwargs=stage.place("decision:confidential"))
        return hidden, reverse(row.name, kwargs={"pk": 99_999_999})
    if kind == "decision-link":
        # Its address names no request: the link to a hidden one, and one that was never made.
        hidden = reverse(row.name, kwargs=stage.place("decision-link:confidential"))
        return hidden, reverse(row.name, kwargs={"token": "x" * 43})
    here, ref = row.address(stage), stage.requests[state].ref
    return here.replace(ref, stage.requests["confidential"].ref), here.replace(ref, MISSING)


@pytest.mark.parametrize(
    ("turn", "row"), list(enumerate(BELOW)), ids=lambda it: name(it) if isinstance(it, Row) else ""
)
def test_hidden_and_missing_answer_alike(turn: int, row: Row, stage: Stage) -> None:
    hidden = stage.requests["confidential"].ref
    real, gone = both(row, stage)
    for actor in some_of(BLIND, turn):
        for method in row.methods:
            client = stage.client(actor)
            one = answer(row, method, client, stage, real)
            other = answer(row, method, client, stage, gone)
            assert seen(one, hidden, MISSING) == seen(other, hidden, MISSING), (actor, method)


@pytest.mark.parametrize(
    ("turn", "row"), list(enumerate(SHOWN)), ids=lambda it: name(it) if isinstance(it, Row) else ""
)
def test_nothing_shows_a_hidden_request(turn: int, row: Row, stage: Stage) -> None:
    hidden = stage.requests["confidential"]
    for actor in some_of(BLIND, turn):
        response = answer(row, "get", stage.client(actor), stage, row.address(stage))
        body = response.getvalue() if response.streaming else response.content
        assert hidden.ref.encode() not in body, actor
        assert SECRET.encode() not in body, actor
