"""Refusals: what they say, and that nothing has changed after one."""

import re

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from esm.accounts.models import ApiToken
from esm.common.api.docs import description
from esm.common.api.throttling import ApiThrottle
from esm.events.models import Delivery, Event
from esm.notices.models import Notice
from governance.models import Decision
from tests.api.client import ALL, Caller, Player, caller, send
from workflows.models import Attachment, Clock, Comment, Handoff, Request, StageVisit


def state():
    """All that a command could change."""
    models = (Event, Delivery, Notice, Decision, Attachment, Clock, Comment, Handoff, ApiToken)
    return (
        [model.objects.count() for model in models],
        list(Request.objects.order_by("pk").values("state", "chain_seq", "principals", "data")),
        list(StageVisit.objects.order_by("pk").values("state", "holder_id", "ended_at")),
        list(Decision.objects.order_by("pk").values("state", "outcome")),
        list(Handoff.objects.order_by("pk").values("state", "answer", "question")),
    )


def pointers(problem):
    return sorted(error["pointer"] for error in problem["errors"])


def filled(path, ref):
    path = path.replace("{ref}", ref)
    path = re.sub(r"\{(seq|number|version)\}", "1", path)
    return re.sub(r"\{\w+\}", "x", path)


def test_every_operation_needs_its_scope_and_no_other(clinic):
    ref = send(clinic)["ref"]
    lacks = {s: caller(clinic, "beat", tuple(set(ALL) - {s})) for s in ALL}
    alone = {s: caller(clinic, "beat", (s,)) for s in ALL}
    before = state()
    for path, methods in description()["paths"].items():
        for method, told in methods.items():
            scope = told.get("x-token-scope")
            if scope is None:
                continue
            answer = lacks[scope].raw(method.upper(), filled(path, ref))
            assert answer.status_code == 403, path
            assert answer.json()["detail"] == f"This token lacks the scope {scope}."
            if method == "get":
                asked = alone[scope].raw("GET", filled(path, ref))
                assert asked.status_code in (200, 400, 403, 404), path
    assert state() == before


def test_refused_commands_say_why_and_change_nothing(clinic):
    ref = send(clinic)["ref"]
    Player(clinic, ref).play(until=2)
    who = {name: caller(clinic, name) for name in ("beat", "sefora", "gion")}
    offers = who["beat"].items(f"/requests/{ref}/handoffs")
    offered = next(h for h in offers if h["receiver_team"]["key"] == "diagnostics")
    step = f"/requests/{ref}/visits/{offered['to_visit']}"
    offer = f"/requests/{ref}/handoffs/{offered['number']}"
    before = state()

    wrong = who["sefora"].post(f"{step}/claim", status=409)
    assert (wrong["code"], wrong["allowed"]) == ("wrong-state", ["accept", "return", "ask"])
    wrong = who["sefora"].post(f"{offer}/answer", {"answer": "x"}, 403)
    assert wrong["code"] == "handoff-answer"
    wrong = who["beat"].post(f"{offer}/accept", status=403)
    assert wrong["code"] == "handoff-accept"
    assert wrong["detail"] == "Only a member of the receiving team may accept."
    wrong = who["sefora"].post(f"{offer}/return", {"reason": "no such", "note": ""}, 400)
    assert pointers(wrong) == ["/note", "/reason"]
    wrong = who["beat"].post(f"/requests/{ref}/visits/1/complete", {}, 409)
    assert wrong["allowed"] == []
    wrong = who["beat"].post(f"/requests/{ref}/confirm", status=409)
    assert wrong["code"] == "wrong-state"
    wrong = who["sefora"].post(f"/requests/{ref}/withdraw", {"reason": "x"}, 403)
    assert wrong["code"] == "request-withdraw"
    wrong = who["beat"].post(f"/requests/{ref}/withdraw", {"reason": " "}, 400)
    assert pointers(wrong) == ["/reason"]
    who["beat"].post(f"/requests/{ref}/visits/9/claim", status=404)
    assert state() == before

    who["sefora"].post(f"{offer}/accept")
    who["sefora"].post(f"{step}/claim")
    again = who["sefora"].post(f"{step}/claim", status=409)
    assert again["allowed"] == ["complete", "release", "pause"]


def test_fields_nobody_knows_are_refused_with_their_place(clinic):
    ref = send(clinic)["ref"]
    who = caller(clinic, "beat")
    before = state()
    forged = {"id": 1, "state": "closed", "a/b": 1}
    for path, body in {
        "visits/1/claim": {}, "confirm": {}, "withdraw": {"reason": "x"},
        "comments": {"body": "x"}, "share": {"email": "a@example.org"},
    }.items():  # fmt: skip
        answer = who.post(f"/requests/{ref}/{path}", {**body, **forged}, 400)
        assert pointers(answer) == ["/a~1b", "/id", "/state"]
    extra = {"offering": clinic.journey["offering"], "data": {}, "requester": "jost-bruegger"}
    assert pointers(who.post("/requests", extra, 400)) == ["/requester"]
    token = {"name": "x", "scopes": ["work"], "user": 1}
    assert pointers(who.post("/tokens", token, 400)) == ["/user"]
    assert state() == before


def test_answers_of_a_form_are_refused_where_they_stand(clinic):
    who = caller(clinic, "beat")
    before = state()
    spec = who.get(f"/offerings/{clinic.journey['offering']}")
    body = {"offering": clinic.journey["offering"], "data": {"nobody_asked": 1}}
    answer = who.post("/requests", body, 400)
    assert "/data/nobody_asked" in pointers(answer)
    for key in spec["data_schema"]["required"]:
        assert f"/data/{key}" in pointers(answer)
    for key in spec["files"]:
        part = {"offering": body["offering"], "data": "{}"}
        upload = SimpleUploadedFile("a.pdf", b"%PDF-1.4 x")
        again = who.form("/requests", {**part, f"files.{key}": upload}, 400)
        assert f"/data/{key}" not in pointers(again)
    unknown = {"offering": "nothing", "data": {}}
    assert pointers(who.post("/requests", unknown, 400)) == ["/offering"]
    assert state() == before


UNREADABLE = (
    b"{", b"[" * 100_000, b'{"a": NaN}', b'{"a": 1, "a": 2}', b"{} x", b"\xff\xfe{}",
    b"\xef\xbb\xbf{}", b'{"body": "\\u0000"}', b'{"body": "\\ud800"}',
    b'{"a": ' + b"9" * 5000 + b"}", b'{"body": ' + b"[" * 60 + b"]" * 60 + b"}",
)  # fmt: skip
OTHER_SHAPES = (
    b"[]", b"null", b'"x"', b"1", b'{"body": {"a": 1}}', b'{"body": null}', b'{"body": 1e400}',
    b'{"body": "x", "internal": "perhaps"}', b'{"body": "' + b"x" * 20_001 + b'"}',
)  # fmt: skip


def test_bodies_that_cannot_be_read(clinic):
    who = caller(clinic, "beat")
    ref = send(clinic)["ref"]
    before = state()
    for code, bodies in {"malformed": UNREADABLE, "invalid": OTHER_SHAPES}.items():
        for raw in bodies:
            answer = who.raw("POST", f"/requests/{ref}/comments", raw)
            assert (answer.status_code, answer.json()["code"]) == (400, code), raw[:40]
    assert state() == before


def test_too_large_wrong_type_and_too_many(clinic, monkeypatch, settings):
    who = caller(clinic, "beat")
    ref = send(clinic)["ref"]
    path = f"/requests/{ref}"
    before = state()
    large = who.raw("POST", f"{path}/comments", b'{"body": "' + b"x" * 3 * 2**20 + b'"}')
    assert (large.status_code, large.json()["code"]) == (413, "too-large")
    settings.FILE_MAX_BYTES = 1000
    upload = SimpleUploadedFile("a.txt", b"x" * 1001)
    assert who.form(f"{path}/files", {"file": upload}, 413)["code"] == "too-large"
    empty = SimpleUploadedFile("a.txt", b"")
    assert who.form(f"{path}/files", {"file": empty}, 400)["code"] == "invalid"
    assert pointers(who.form(f"{path}/files", {"other": "x"}, 400)) == ["/other"]
    assert pointers(who.form(f"{path}/files", {}, 400)) == ["/file"]
    for kind in ("text/plain", "application/x-www-form-urlencoded", "application/xml"):
        wrong = who.raw("POST", f"{path}/comments", b"a=b", content_type=kind)
        assert (wrong.status_code, wrong.json()["code"]) == (415, "unsupported-media-type")
    wrong = who.raw("DELETE", path)
    assert (wrong.status_code, wrong.json()["code"]) == (405, "method-not-allowed")
    assert wrong["Allow"] == "GET, HEAD"
    monkeypatch.setattr(ApiThrottle, "THROTTLE_RATES", {"api": "2/min"})
    fresh = caller(clinic, "sefora")
    answers = [fresh.raw("GET", "/me") for _ in range(3)]
    assert [a.status_code for a in answers] == [200, 200, 429]
    assert answers[2].json()["code"] == "throttled" and int(answers[2]["Retry-After"]) > 0
    ApiToken.objects.filter(user__username="sefora").delete()
    assert state() == before


def test_a_session_works_with_the_csrf_token_alone(clinic):
    ref = send(clinic)["ref"]
    client = Client(enforce_csrf_checks=True)
    client.force_login(clinic.person("beat").users.get(username="beat"))
    who = Caller("", client)
    assert who.get("/me")["token_scopes"] is None
    before = state()
    assert who.post(f"/requests/{ref}/comments", {"body": "x"}, 403)["code"] == "not-allowed"
    assert state() == before
    client.get("/api/docs/")
    secret = client.cookies["csrftoken"].value
    answer = who.raw("POST", f"/requests/{ref}/comments", {"body": "x"}, HTTP_X_CSRFTOKEN=secret)
    assert answer.status_code == 201


def test_a_decision_is_for_its_decider_alone(clinic):
    ref = send(clinic)["ref"]
    steps = clinic.journey["steps"]
    at = next(i for i, step in enumerate(steps) if step["action"] == "decide")
    Player(clinic, ref).play(until=at)
    who = {name: caller(clinic, name) for name in ("beat", "sefora", "meret")}
    before = state()
    approve = {"outcome": "approve", "rationale": ""}
    for name in ("beat", "sefora"):
        refused = who[name].post(f"/requests/{ref}/decisions/1/decide", approve, 403)
        assert refused["code"] == "decision-decide"
    assert who["sefora"].get(f"/requests/{ref}/decisions/1")["why_not"]
    who["sefora"].get(f"/decisions/{ref}/1", 404)
    meret, path = who["meret"], f"/decisions/{ref}/1"
    assert pointers(meret.post(f"{path}/decide", {"outcome": "decline"}, 400)) == ["/rationale"]
    assert pointers(meret.post(f"{path}/decide", {"outcome": "maybe"}, 400)) == ["/outcome"]
    assert state() == before
    told = meret.post(f"{path}/decide", approve)
    assert (told["outcome"], told["decided_by"]["key"]) == ("approve", "meret-zumthor")
    again = meret.post(f"{path}/decide", approve, 409)
    assert again["detail"].startswith("This was decided already")
    assert [d["number"] for d in meret.items("/decisions?view=decided")] == [1]
    assert meret.items("/decisions") == []


def test_an_address_with_the_end_of_a_line_is_answered_as_any_other(clinic):
    who = caller(clinic, "beat")
    for path in ("/people/a%0Ab", "/calendars/%0A/days", "/%0A"):
        answer = who.raw("GET", path)
        assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")
        assert answer.json()["code"] == "not-found"
