"""What is hidden and what is missing answer alike, byte for byte, at every address."""

import re

import pytest
from django.urls import URLPattern

from tests.api.client import Caller, Player, caller, send
from workflows.api.urls import urlpatterns

MISSING = "R-99999"
NUMBER = re.compile(r"<int:seq>")
# What every command takes, so that nothing but the address decides.
BODIES = {
    "withdraw": {"reason": "x"}, "share": {"email": "a@example.org"}, "comments": {"body": "x"},
    "complete": {}, "pause": {"party": "third", "reason": "x"}, "ask": {"question": "x"},
    "return": {"reason": "x", "note": "x"}, "answer": {"answer": "x"},
    "decide": {"outcome": "approve"},
}  # fmt: skip


def calls():
    """(method, path) of every address below a request."""
    for pattern in urlpatterns:
        assert isinstance(pattern, URLPattern)
        path = "/" + str(pattern.pattern)
        if "<str:ref>" in path:
            view = pattern.callback.cls
            for method in ("get", "post"):
                if hasattr(view, method):
                    yield method.upper(), NUMBER.sub("1", path)


def seen(response):
    own = ("Date", "RateLimit-Remaining", "RateLimit-Reset")
    headers = {k: v for k, v in response.headers.items() if k not in own}
    return response.status_code, headers, response.content


@pytest.mark.slow
def test_every_address_of_a_hidden_request_answers_like_a_missing_one(clinic):
    ref = send(clinic)["ref"]
    Player(clinic, ref).play(until=1)
    stranger, owner = caller(clinic, "sefora"), caller(clinic, "beat")
    assert stranger.items("/requests?scope=visible") == []
    count = 0
    for method, path in calls():
        body = BODIES.get(path.rpartition("/")[2])
        hidden = stranger.raw(method, path.replace("<str:ref>", ref), body)
        missing = stranger.raw(method, path.replace("<str:ref>", MISSING), body)
        assert seen(hidden) == seen(missing), path
        assert hidden.status_code == 404, path
        assert hidden.json()["code"] == "not-found"
        assert owner.raw(method, path.replace("<str:ref>", MISSING), body).content == hidden.content
        count += 1
    assert count >= 28


NOWHERE = (
    "/requests/R-0", "/requests/10001", "/requests/r-10001", "/requests/R-1e4",
    "/requests/R-%C2%B2", "/requests/R-%D9%A3", "/requests/R-010001", "/requests/R-" + "9" * 30,
    "/requests/R-%00", "/services/%00", "/services/nothing", "/offerings/nothing",
    "/queues/nothing", "/queues/%00", "/decisions/R-1/1", "/decisions/R-1/" + "9" * 40,
    "/model/versions/nothing", "/model/kinds/Nothing", "/tokens/nothing", "/nothing", "/",
    "/requests/", "/me/", "/requests/R-1/visits/x", "/model/versions/nothing/elements/Team/x",
)  # fmt: skip


def test_all_that_is_not_there_has_one_body(clinic):
    who = caller(clinic, "beat")
    missing = who.raw("GET", "/requests/R-77777")
    for path in NOWHERE:
        answer = who.raw("GET", path)
        assert (answer.status_code, answer.content) == (404, missing.content), path


def test_parts_of_one_request_are_not_found_below_another(clinic):
    mine, other = send(clinic)["ref"], send(clinic)["ref"]
    owner = caller(clinic, "beat")
    owner.post(f"/requests/{other}/comments", {"body": "first"}, 201)
    assert owner.items(f"/requests/{mine}/comments") == []
    assert owner.get(f"/requests/{mine}/files/1")["number"] == 1
    owner.get(f"/requests/{mine}/files/2", 404)
    content = owner.raw("GET", f"/requests/{mine}/files/1/content")
    assert content["Content-Disposition"].startswith("attachment")
    assert content["Content-Security-Policy"] == "sandbox"


def test_notes_are_for_the_teams_and_sharing_opens_no_more_than_reading(demo):
    ref = send(demo)["ref"]
    Player(demo, ref).play(until=1)
    worker, owner, other = (caller(demo, name) for name in ("nuala", "mira", "tomas"))
    worker.post(f"/requests/{ref}/comments", {"body": "between us", "internal": True}, 201)
    worker.post(f"/requests/{ref}/comments", {"body": "to all"}, 201)
    said = [c["body"] for c in worker.items(f"/requests/{ref}/comments")]
    assert said == ["between us", "to all"]
    assert [c["body"] for c in owner.items(f"/requests/{ref}/comments")] == ["to all"]
    assert len(worker.items(f"/requests/{ref}/events?type=comment.added")) == 2
    assert len(owner.items(f"/requests/{ref}/events?type=comment.added")) == 1
    for path in ("", "/events", "/visits", "/handoffs", "/comments", "/files", "/clocks"):
        assert "between us" not in owner.raw("GET", f"/requests/{ref}{path}").content.decode()
    refused = owner.post(f"/requests/{ref}/comments", {"body": "x", "internal": True}, 403)
    assert refused["code"] == "request-note"

    other.get(f"/requests/{ref}", 404)
    owner.post(f"/requests/{ref}/share", {"email": demo.person("tomas").email})
    assert other.get(f"/requests/{ref}")["ref"] == ref
    assert other.post(f"/requests/{ref}/visits/1/claim", status=403)["code"] == "visit-claim"
    assert [c["body"] for c in other.items(f"/requests/{ref}/comments")] == ["to all"]
    owner.post(f"/requests/{ref}/share", {"email": "nobody@example.org"}, 400)


def test_nobody_is_told_anything_without_a_name(clinic):
    ref = send(clinic)["ref"]
    nobody = Caller("")
    for method, path in [*calls(), ("GET", "/me"), ("GET", "/nothing"), ("POST", "/tokens")]:
        answer = nobody.raw(method, path.replace("<str:ref>", ref))
        assert (answer.status_code, answer.json()["code"]) == (401, "not-signed-in")
        assert answer["WWW-Authenticate"] == 'Bearer realm="api"'
    wrong = Caller("esm_00000000_wrong").raw("GET", "/me")
    assert (wrong.status_code, wrong.json()["code"]) == (401, "token-refused")
