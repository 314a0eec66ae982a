"""Attacks by what is sent to the API: 45, 50 and 53 to 56 of docs/attacks.md."""

import json
from collections import Counter
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client, RequestFactory

from esm.accounts.models import User
from esm.common.api import parsers
from esm.common.api.docs import description
from esm.common.api.errors import Malformed, TooLarge
from esm.common.api.parsers import MAX_JSON_BYTES, StrictJSONParser, read_json
from esm.events.models import Event
from governance.models import Absence
from tests.api.conformance import path_of
from tests.permissions.asking import FILE, METHODS, Row
from tests.permissions.matrix import ROWS
from tests.permissions.sending import a_request
from tests.permissions.test_matrix import traces
from tests.permissions.world import ACTORS, Stage
from workflows.models import Comment, Request

pytestmark = pytest.mark.django_db
V1 = "/api/v1"
# What a program would like to set beside what it is asked for.
FORGED = (
    "id", "number", "created_at", "requester", "owner", "state", "is_admin", "department",
    "sla_due", "approved_by", "audit",
)  # fmt: skip


def resolved(part: dict[str, Any]) -> dict[str, Any]:
    """A part of the description, or what it points at."""
    found: Any = description()
    for step in part.get("$ref", "").removeprefix("#/").split("/"):
        found = found[step] if step else part
    return dict(found)


def known(path: str, method: str) -> set[str]:
    """What a body may hold."""
    content = description()["paths"][path][method].get("requestBody", {}).get("content", {})
    shapes = [resolved(kind["schema"]) for kind in content.values()]
    return {name for shape in shapes for name in shape.get("properties", {})}


def changing() -> list[tuple[Row, str]]:
    """Every method of the API that takes a body, with its rows that let somebody through."""
    found = []
    for row in ROWS:
        path = path_of(row.name)
        for method in METHODS[1:4] if path else ():
            if method in description()["paths"][path] and who_may(row, method):
                found.append((row, method))
    return found


# None of the actors may, or has what it is about: the body comes first. Leads alone give a step to
# a colleague, deciders alone overrule, and sign, read, confirm and answer does who was asked.
FIRST_THE_BODY = {
    "api-visit-reassign": "receiver",
    "api-objection-overrule": "steward",
    "api-sign": "steward",
    "api-acknowledge": "steward",
    "api-element-review": "steward",
    "api-problem-answer": "steward",
}


def who_may(row: Row, method: str) -> str:
    """Somebody whose body is read: who may, could if the step stood elsewhere, or sent more."""
    words = getattr(row, method).split()
    ways = [ACTORS[words.index(word)] for word in ("ok", "st", "bad") if word in words]
    return ways[0] if ways else FIRST_THE_BODY.get(row.name, "")


def sent(client: Client, method: str, path: str, body: Any, **headers: str) -> HttpResponse:
    ask = getattr(client, method)
    found: HttpResponse = ask(path, body, content_type="application/json", **headers)
    return found


def pointers(answer: HttpResponse) -> set[str]:
    return {error["pointer"] for error in json.loads(answer.content)["errors"]}


def test_a45_no_body_sets_what_it_is_not_asked_for(stage: Stage) -> None:
    """On every command: each forged field is refused with its place, and nothing is done."""
    commands, before = changing(), traces()
    asked = {(path_of(row.name), method) for row, method in commands}
    told = description()["paths"]
    every = {(path, m) for path, methods in told.items() for m in methods if m in METHODS[1:4]}
    assert asked == every
    for row, method in commands:
        client, address = stage.client(who_may(row, method)), row.address(stage)
        body = dict((row.send(stage) if callable(row.send) else row.send) or {})
        forged = {name: "1" for name in FORGED if name not in known(path_of(row.name), method)}
        if FILE in body.values():
            parts = {
                name: SimpleUploadedFile("note.txt", b"x") if value == FILE else value
                for name, value in body.items()
            }
            answer = client.post(address, {**parts, **forged})
        else:
            answer = sent(client, method, address, {**body, **forged}, HTTP_IF_MATCH="*")
        assert answer.status_code == 400, (method, address, answer.content[:300])
        assert {f"/{name}" for name in forged} <= pointers(answer), (method, address)
    assert traces() == before


AMOUNTS = (
    "-1", "-0.01", "NaN", "Infinity", "1e400", "9" * 30, "9" * 5000, "0x10", "1.2345", "1,2,3",
    "EUR -5", "12 USD", "$12", "twelve", "1_000", "٣-", {"amount": "1"}, ["1", "2"], True,
)  # fmt: skip


def amount_field(stage: Stage) -> tuple[dict[str, Any], str]:
    """The form of the journey as it is sent, and its field for money."""
    body = a_request(stage)
    spec = stage.client("requester").get(f"{V1}/offerings/{body['offering']}").json()
    fields = [field for part in spec["form"] for field in part["fields"]]
    (field,) = [f["key"] for f in fields if f["type"] == "money"]
    return body, field


@pytest.mark.parametrize("amount", AMOUNTS, ids=lambda value: str(value)[:12])
def test_a50_amounts_that_are_none(stage: Stage, amount: Any) -> None:
    body, field = amount_field(stage)
    client, before = stage.client("requester"), traces()
    values = {**json.loads(body["data"]), field: amount}
    uploads = {
        name: SimpleUploadedFile("note.txt", b"Something to read.")
        for name, value in body.items()
        if value == FILE
    }
    sending = {"offering": body["offering"], "data": json.dumps(values), **uploads}
    answer = client.post(f"{V1}/requests", sending)
    assert answer.status_code == 400, answer.content
    assert pointers(answer) & {f"/data/{field}", "/data"}
    assert traces() == before


def test_a50_no_number_that_json_cannot_hold_reaches_a_field(stage: Stage) -> None:
    body, field = amount_field(stage)
    client, before = stage.client("requester"), Request.objects.count()
    for raw in ("NaN", "Infinity", "-Infinity", "9" * 5000, "1e400", "-1e-400", "1E+99999999"):
        data = f'{{"offering": "{body["offering"]}", "data": {{"{field}": {raw}}}}}'
        answer = sent(client, "post", f"{V1}/requests", data)
        assert answer.status_code == 400, raw
    for asked in ("-1", "NaN", "1e400", "9" * 30, "1.234", "+1", " 1", "1 ", "１"):
        answer = client.get(f"{V1}/who-decides", {"type": "sign-contract", "amount": asked})
        assert (answer.status_code, pointers(answer)) == (400, {"/amount"}), asked
    assert Request.objects.count() == before


MOMENTS = (
    "0001-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59Z",
    "9999-12-31T23:59:59-12:00", "2027-02-29T10:00:00Z", "2031-01-01T25:00:00Z",
    "2031-01-01T10:00:00+25:00", "2031-13-01T00:00:00Z", "2031-01-01T10:00:60Z", "yesterday",
    "2031-01-01T10:00:00 Mars/Base", "1e9", 1, True, "",
)  # fmt: skip


@pytest.mark.parametrize("moment", MOMENTS, ids=str)
def test_a53_moments_that_are_none(stage: Stage, moment: Any) -> None:
    client, before = stage.client("requester"), traces()
    for name in ("since", "until"):
        body = {"since": "2031-01-06T00:00:00Z", "until": "2031-01-10T00:00:00Z", name: moment}
        answer = sent(client, "post", f"{V1}/absences", body)
        assert (answer.status_code, pointers(answer)) == (400, {f"/{name}"}), answer.content
    assert traces() == before


def test_a53_moments_mean_one_instant(stage: Stage) -> None:
    """An offset decides, so a gap or an overlap of clocks cannot; without one it is UTC."""
    client = stage.client("requester")
    leap = {"since": "2028-02-29T10:00:00+14:00", "until": "2031-03-30T02:30:00"}
    told = sent(client, "post", f"{V1}/absences", leap)
    assert told.status_code == 201, told.content
    row = Absence.objects.latest("pk")
    assert row.valid.lower.isoformat() == "2028-02-28T20:00:00+00:00"
    assert row.valid.upper.isoformat() == "2031-03-30T02:30:00+00:00"
    twice = [f"2031-10-26T02:30:00+0{hours}:00" for hours in (2, 1)]
    told = sent(client, "post", f"{V1}/absences", {"since": twice[0], "until": twice[1]})
    assert told.status_code == 201
    row = Absence.objects.latest("pk")
    assert row.valid.upper - row.valid.lower == timedelta(hours=1)


def test_a53_zones_and_days_that_are_none(stage: Stage) -> None:
    keeper, before = stage.client("steward"), traces()
    for zone in ("Mars/Base", "../../etc/passwd", "UTC+25", "", "Europe", "a" * 61, "\u0000"):
        path = f"{V1}/people/{stage.outsiders[0].key}"
        answer = sent(keeper, "patch", path, {"zone": zone}, HTTP_IF_MATCH="*")
        assert answer.status_code == 400, zone
    key = stage.place("calendar")["key"]
    for day in ("0001-01-01", "9999-12-31", "2027-02-29", "2031-1-1", "tomorrow", "20310101"):
        answer = sent(keeper, "put", f"{V1}/calendars/{key}/days/{day}", {"name": "Off"})
        assert answer.status_code in (400, 404), (day, answer.content)
    assert traces() == before


def test_a54_names_that_look_alike(stage: Stage) -> None:
    """Forms of one name are one name; letters of two scripts in one are refused."""
    keeper = stage.client("admin")
    path = f"{V1}/people/{stage.outsiders[0].key}/accounts"
    users = User.objects.count()
    for name in ("аdmin", "pаypal", "adminα", "ad\u200dmin", "ad\u0000min", "", "x" * 151):
        answer = sent(keeper, "post", path, {"username": name})
        assert answer.status_code == 400, (name, answer.content)
    assert User.objects.count() == users
    assert sent(keeper, "post", path, {"username": "zoe\u0308"}).status_code == 201
    assert User.objects.filter(username="zo\u00eb").count() == 1
    for name in ("zo\u00eb", "ZO\u00cb", "ｚｏë"):
        assert sent(keeper, "post", path, {"username": name}).status_code == 409, name
    assert User.objects.count() == users + 1


def test_a54_texts_are_stored_or_refused_whole(stage: Stage) -> None:
    ref = stage.requests["offered"].ref
    client, path = stage.client("requester"), f"{V1}/requests/{ref}/comments"
    for kept in ("👩‍👩‍👧‍👦", "e\u0301", "ﷺ", "\u202eabc", "\ufeffx", "𝔘𝔫𝔦"):
        answer = sent(client, "post", path, {"body": kept})
        assert answer.status_code == 201, kept
        assert client.get(f"{V1}/requests/{ref}/comments").status_code == 200
    before = Comment.objects.count(), Event.objects.count()
    for text in (r"\ud800", r"\udfff\ud800", r"\u0000", "x" * 20_001):
        answer = sent(client, "post", path, f'{{"body": "{text}"}}')
        assert answer.status_code == 400, text[:20]
    assert sent(client, "post", path, {"body": "x" * 10**6}).status_code == 400
    assert sent(client, "post", path, {"body": "é" * 2 * 10**6}).status_code == 413
    for name in ("\x00", "%ED%A0%80", "x" * 5000, "👩‍👩‍👧‍👦", "..%2f..%2fetc", "%FF"):
        assert client.get(f"{V1}/requests/{name}").status_code == 404, name
        assert client.get(f"{V1}/search?q={name}").status_code in (200, 400), name
    assert (Comment.objects.count(), Event.objects.count()) == before


class Counted(BytesIO):
    """A body that says how much of it was read."""

    taken = 0

    def read(self, size: int | None = -1) -> bytes:
        found = super().read(size)
        self.taken += len(found)
        return found


def test_a55_what_is_too_deep_is_refused_before_it_is_built(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    built: list[str] = []
    load = json.loads
    monkeypatch.setattr(
        parsers.json, "loads", lambda *a, **k: (built.append(a[0]), load(*a, **k))[1]
    )
    for depth in (103, 10_000, 200_000):
        for opening, closing in (("[", "]"), ('{"a":', "}")):
            for raw in (opening * depth + "1" + closing * depth, opening * depth):
                with pytest.raises(Malformed, match="nested deeper"):
                    read_json(raw.encode())
    assert built == []
    # Just too deep is found when it was built, brackets inside of texts are none.
    for depth in (51, 60):
        with pytest.raises(Malformed, match="nested deeper"):
            read_json(b"[" * depth + b"]" * depth)
    assert read_json(b"[" * 50 + b"]" * 50) and read_json(b'["' + b"[" * 900 + b'\\"[{"]')
    assert len(read_json(b"[" + b"[[]]," * 9_000 + b"{}]")) == 9_001
    for raw in (b'"' + b'\\"' * 500_000, b'"\\', b"[" * 40 + b"}" * 40, b"]]]]", b"[}" * 300_000):
        with pytest.raises(Malformed):
            read_json(raw)


def test_a55_what_is_too_large_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    body = Counted(b'"' + b"x" * (MAX_JSON_BYTES + 10_000) + b'"')
    told = RequestFactory().post("/", CONTENT_LENGTH=str(50 * 2**20))
    with pytest.raises(TooLarge):
        StrictJSONParser().parse(body, None, {"request": told})
    assert body.taken == 0
    # Who says nothing about the length, or lies, is cut off.
    for length in ("", "12", "-1", "1e9", "9" * 30):
        body.seek(0)
        body.taken = 0
        with pytest.raises(TooLarge):
            silent = RequestFactory().post("/", CONTENT_LENGTH=length)
            StrictJSONParser().parse(body, None, {"request": silent})
        assert body.taken <= MAX_JSON_BYTES + 1, length


def test_a55_json_that_means_two_things_or_none(stage: Stage) -> None:
    ref = stage.requests["offered"].ref
    client, before = stage.client("requester"), traces()
    bodies = (
        '{"body": "a", "body": "b"}', '{"body": NaN}', '{"body": "a"} x', '{"body": "a"}{}',
        "\ufeff" + '{"body": "a"}', '{"body": 1,}', "{'body': 'a'}", '[{"body": "a"}]', "null",
        "", '{"body": ["a"]}', '{"body": {"a": "b"}}', '{"body": "a"/**/}', '{"body": "\t"}',
    )  # fmt: skip
    for raw in bodies:
        answer = sent(client, "post", f"{V1}/requests/{ref}/comments", raw)
        assert answer.status_code == 400, raw
    for kind in ("text/plain", "application/xml", "text/json", "application/json-patch+json", ""):
        path = f"{V1}/requests/{ref}/comments"
        assert client.generic("POST", path, b'{"body": "a"}', kind).status_code == 415, kind
    assert traces() == before


PAGING = (
    "page=-1", "page=1", "limit=1000000000", "limit=0", "limit=-1", "limit=1e3", "limit=201",
    "limit=9" + "9" * 5000, "cursor=eyJhIjoxfQ:1:x", "cursor=" + "x" * 501, "cursor=%00",
    "offset=10", "expand=" + ".".join(["parent"] * 50), "fields=" + ",".join(["x"] * 99),
    "ids=" + ",".join(str(n) for n in range(10_000)), "limit=5&limit=6",
)  # fmt: skip


@pytest.mark.parametrize("asked", PAGING, ids=lambda value: value[:16])
def test_a56_pages_that_are_none(stage: Stage, asked: str) -> None:
    """Every list refuses it with the parameter's name; what a caller may not read stays 403."""
    name, asking = asked.partition("=")[0], Counter[str]()
    for row in ROWS:
        path, words = path_of(row.name), row.get.split()
        if path and "get" in description()["paths"][path] and "ok" in words and page_schema(path):
            client = stage.client(ACTORS[words.index("ok")])
            answer = client.get(f"{row.address(stage)}?{asked}")
            assert answer.status_code == 400, (path, answer.content[:200])
            assert f"/{name}" in pointers(answer), path
            asking[path] += 1
    told = description()["paths"]
    listed = {p for p in told if "get" in told[p] and page_schema(p)}
    # None of the actors leads a team.
    assert listed - asking.keys() == {f"{V1}/teams/{{key}}/away"}


def page_schema(path: str) -> str:
    """The name of what a list answers; empty for what is none."""
    content = description()["paths"][path]["get"]["responses"]["200"]["content"]
    name = str(content.get("application/json", {}).get("schema", {}).get("$ref", ""))
    return name if name.endswith("Page") else ""


def test_a56_a_cursor_is_of_its_own_list(stage: Stage) -> None:
    client = stage.client("steward")
    following = client.get(f"{V1}/model/versions/OM-2/elements?limit=1").json()["next"]
    cursor = following.partition("cursor=")[2].partition("&")[0]
    assert client.get(following).status_code == 200
    for path in ("/requests", "/people", "/model/versions/OM-1/elements"):
        answer = client.get(f"{V1}{path}?cursor={cursor}")
        assert (answer.status_code, pointers(answer)) == (400, {"/cursor"}), path
    forged = cursor[:-1] + ("a" if cursor[-1] != "a" else "b")
    answer = client.get(f"{V1}/model/versions/OM-2/elements?cursor={forged}")
    assert answer.status_code == 400


def test_a56_a_bulk_call_is_bounded(stage: Stage) -> None:
    shape = resolved(
        description()["paths"][f"{V1}/requests/bulk"]["post"]["requestBody"]["content"][
            "application/json"
        ]["schema"]
    )
    assert shape["properties"]["items"]["maxItems"] <= 500
