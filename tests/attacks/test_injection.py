"""Attacks by what is typed: 22 and 25 to 37 of docs/attacks.md."""

import logging
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import pytest
from django.core import mail
from django.http import HttpResponse
from django.test import Client

from catalog.models import Draft
from catalog.services import file_types
from catalog.services.files import store
from esm.celery import app
from esm.common import finding
from esm.common.errors import Invalid
from esm.common.expressions import MAX_LENGTH, ExpressionError, parse
from esm.events.services import dispatch
from esm.notices.services.notify import notify
from governance.blueprint.serialise import YamlProblem, read_yaml
from governance.models import Person
from governance.selectors.people import actor_for
from tests.permissions.world import TITLE, Stage
from valueflow.selectors.flow_json import flat
from workflows.models import Request
from workflows.selectors import search
from workflows.services import attachments, requests

pytestmark = pytest.mark.django_db

CORPUS = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<math><mi//xlink:href='data:x,<script>alert(1)</script>'>",
    "<style>@import 'javascript:alert(1)'</style>",
    "</textarea></title><script>alert(1)</script>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    '"><a href=javascript:alert(1)>x</a>',
    "' autofocus onfocus=alert(1) x='",
    "{{7*7}} {% load x %} ${7*7} #{7*7} <%= 7*7 %>",
    "javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
)
SQL = (
    "' OR 1=1 --", "1; DROP TABLE workflows_request", '") UNION SELECT 1 --', "%' AND pg_sleep(9)",
    "a:*|b & !c", "'''", "\\", "((((", "<->",
)  # fmt: skip


class Elements(HTMLParser):
    """What a browser would run: scripts without an address, handlers, addresses that are code."""

    def __init__(self) -> None:
        super().__init__()
        self.dangers: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in {"script", "style"} and not (given.get("src") or "").startswith("/static/"):
            self.dangers.append(tag)
        for name, value in attrs:
            code = (value or "").strip().lower().startswith(("javascript:", "data:text"))
            if name.startswith("on") or name == "style" or (name in {"href", "src"} and code):
                self.dangers.append(f"{tag} {name}={value}")


def dangers(page: HttpResponse) -> list[str]:
    found = Elements()
    found.feed(page.content.decode())
    return found.dangers


@pytest.fixture
def typed(stage: Stage) -> Request:
    """A request in which every text that somebody types is an attack."""
    world, asker = stage.world, actor_for(stage.accounts["requester"])
    worker = world.actor(world.journey["steps"][0]["actor"])
    person, offered = world.person(world.journey["persona"]), stage.requests["offered"]
    Person.objects.filter(pk=person.pk).update(name="<script>alert('name')</script>")
    request = world.submit(**{TITLE: CORPUS[1]})
    world.settle()
    for text in CORPUS:
        requests.comment(request.pk, body=text, actor=asker)
        requests.comment(offered.pk, body=text, internal=True, actor=worker)
        # The name of a file is cleaned; its first lines are shown as they are.
        stored = store(_Bytes(b"first " + text.replace("<", "&lt;").encode()), f"{text}.txt")
        attachments.add_file(request.pk, file=stored, actor=asker)
    dispatch.drain("files")
    Draft.objects.filter(pk=stage.draft.pk).update(data={TITLE: CORPUS[5]})
    return request


class _Bytes:
    def __init__(self, content: bytes) -> None:
        self.content = content

    def read(self, size: int = -1, /) -> bytes:
        found, self.content = self.content, b""
        return found


def pages(stage: Stage, request: Request) -> Iterator[tuple[str, HttpResponse]]:
    attack = "%22%3E%3Cscript%3Ealert(1)%3C/script%3E"
    for actor in ("requester", "receiver", "steward"):
        client = stage.client(actor)
        for path in (
            "/", f"/requests/{stage.requests['offered'].ref}/", f"/requests/{request.ref}/",
            "/requests/", f"/requests/{request.ref}/access/",
            f"/requests/{request.ref}/comments/", "/queue/", "/inbox/", "/decisions/",
            f"/search/?q={attack}", "/search/?q=alert&tab=requests", f"/search/hints/?q={attack}",
            f"/services/?q={attack}", f"/drafts/{stage.draft.pk}/1/", f"/flow/requests/?q={attack}",
            f"/requests/?view={attack}&after={attack}", f"/{attack}/", f"/model/?x={attack}",
            f"/who-decides/?type={attack}",
        ):  # fmt: skip
            yield f"{actor} {path}", client.get(path, follow=True)


@pytest.mark.slow
def test_a22_what_is_typed_is_shown_as_text(stage: Stage, typed: Request) -> None:
    seen = 0
    for where, page in pages(stage, typed):
        assert page.status_code in (200, 404), where
        if "text/html" not in page["Content-Type"]:
            continue
        assert dangers(page) == [], where
        assert "script-src 'self'" in page["Content-Security-Policy"]
        assert "unsafe" not in page["Content-Security-Policy"]
        seen += page.content.count(b"&lt;script&gt;")
    assert seen > 20


def test_a22_the_api_answers_with_data(stage: Stage, typed: Request) -> None:
    answer = stage.client("requester").get(f"/api/v1/requests/{typed.ref}/comments")
    assert answer["Content-Type"] == "application/json"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert {row["body"] for row in answer.json()["items"]} == set(CORPUS)


@pytest.mark.parametrize("first", ["=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠"])
def test_a25_no_cell_of_an_export_is_a_formula(first: str) -> None:
    """CSV is the only table that goes out; XLSX is not written."""
    cell = f"{first}cmd|' /C calc'!A0"
    assert dict(flat({"a": cell, "b": "plain", "c": -5}))["a"] == f"'{cell}"
    assert dict(flat({"b": "plain", "c": -5})) == {"b": "plain", "c": -5}


@pytest.mark.slow
def test_a27_templates_in_texts_stay_texts(stage: Stage, typed: Request) -> None:
    page = stage.client("requester").get(f"/requests/{typed.ref}/").content.decode()
    assert "{{7*7}} {% load x %} ${7*7} #{7*7} &lt;%= 7*7 %&gt;" in page
    receiver = stage.world.person(stage.accounts["requester"].username)
    notify(receiver.pk, kind="comment.added", title=CORPUS[9], dedupe_key="a27")
    dispatch.drain("mail")
    sent = [m for m in mail.outbox if "7*7" in m.subject + m.body]
    assert sent
    assert all("{{7*7}}" in m.subject + m.body and " 49" not in m.body for m in sent)


@pytest.mark.parametrize(
    "text",
    ["x.__class__", "__import__('os')", "9**9**9", "import os", "x" * (MAX_LENGTH + 1),
     "(" * 1000 + "x" + ")" * 1000, "'" * 1001, "x[0]", "lambda: 1", "f'{x}'", "1 if x else 2"],
)  # fmt: skip
def test_a28_conditions_are_a_small_language(text: str) -> None:
    with pytest.raises(ExpressionError):
        parse(text, {"x": "number"})


@pytest.mark.slow
def test_a29_no_text_becomes_sql(stage: Stage) -> None:
    client, counted = stage.client("requester"), Request.objects.count()
    for text in SQL:
        for path, name in (
            ("/search/", "q"), ("/search/hints/", "q"), ("/requests/", "after"),
            ("/queue/", "view"),
            ("/flow/", "stream"), ("/services/", "q"), ("/api/v1/search", "q"),
        ):  # fmt: skip
            assert client.get(path, {name: text}, follow=True).status_code in (200, 400, 404)
        for name in ("ordering", "_connector", "title__contains", "data__x', 1)--"):
            assert client.get("/api/v1/requests", {name: text}).status_code == 400
        assert search.found(stage.accounts["other"], text).hits == []
    assert Request.objects.count() == counted


def test_a30_a_log_line_stays_one_line(caplog: Any) -> None:
    with caplog.at_level(logging.INFO):
        client = Client()
        client.get("/nothing%0a[AUDIT]%20admin%20approved/")
        client.post("/sign-in/", {"username": "x\n[AUDIT] admin approved", "password": "no"})
        client.get("/api/v1/requests/R-1%0d%0a[AUDIT]")
    assert caplog.records
    assert [r.getMessage() for r in caplog.records if "\n" in r.getMessage()] == []


@pytest.mark.slow
def test_a31_a_title_adds_no_header_to_a_mail(stage: Stage) -> None:
    person = stage.world.person(stage.accounts["requester"].username)
    title = "Hello\r\nBcc: evil@example.org\r\n\r\nBody"
    notify(person.pk, kind="comment.added", title=title, dedupe_key="a31")
    mail.outbox.clear()
    dispatch.drain("mail")
    sent = [m for m in mail.outbox if "Hello" in m.subject]
    assert [m.recipients() for m in sent] == [[person.email]]
    for message in sent:
        written = message.message()
        assert written["Bcc"] is None
        assert "\n" not in message.subject.strip()


def test_a32_there_is_no_filter_language(stage: Stage) -> None:
    """LDAP and SCIM do not exist; an unknown parameter is refused, however deep."""
    client = stage.client("requester")
    for text in ("(&(uid=*)(objectClass=*))", 'userName eq "a" or ' * 1000 + "x"):
        assert client.get("/api/v1/requests", {"filter": text}).status_code == 400
    assert client.get("/scim/v2/Users", {"filter": "x"}).status_code == 404


def test_a33_a_document_type_is_no_model(tmp_path: Any) -> None:
    xml = b"<?xml version='1.0'?><!DOCTYPE x [<!ENTITY a 'aaaa'>]><x>&a;</x>"
    # One text, in which nothing was replaced or fetched; a model is made of mappings.
    assert read_yaml(xml)[0] == xml.decode()
    bomb = b"a: &a [x]\n" + b"".join(
        b"%c: &%c [%s]\n" % (98 + n, 98 + n, b",".join([b"*%c" % (97 + n)] * 9)) for n in range(9)
    )
    with pytest.raises(YamlProblem):
        read_yaml(bomb)


LONG = ("a" * 100_000 + "!", "a@" * 50_000, "<" * 100_000, "-" * 100_000, " " * 99_999 + "x",
        "../" * 33_000, "http://" * 14_000, "1," * 50_000, "@a " * 33_000)  # fmt: skip


@pytest.mark.parametrize("text", LONG)
def test_a36_long_texts_are_read_in_one_go(stage: Stage, text: str) -> None:
    """Patterns look at each letter a bounded number of times, so these come back at once."""
    assert len(file_types.clean_name(text)) <= file_types.MAX_NAME + 1
    words = finding.asked(text)
    assert len(words) <= finding.MAX_WORDS
    assert "".join(part for part, _hit in finding.marked(text, words)) == text
    request, client = stage.requests["offered"], stage.client("requester")
    before = request.comments.count()
    answer = client.post(f"/requests/{request.ref}/comments/", {"body": text})
    assert answer.status_code == 400
    with pytest.raises(Invalid):
        requests.comment(request.pk, body=text, actor=actor_for(stage.accounts["requester"]))
    assert request.comments.count() == before
    assert client.get("/search/", {"q": text[:8000]}).status_code == 200


def test_a37_nothing_is_unpacked_into_objects() -> None:
    assert set(app.conf.accept_content) == {"json"}
    assert app.conf.task_serializer == "json"
    for text in (
        b"a: !!python/object/apply:os.system ['true']",
        b"a: !!python/name:os.system",
        b"!!python/object/new:os.system [x]",
    ):
        with pytest.raises(YamlProblem):
            read_yaml(text)
