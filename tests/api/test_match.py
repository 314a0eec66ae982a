"""Tags of single things: read again only what changed, overwrite nothing that was not seen."""

from datetime import timedelta
from typing import Any

import pytest

from esm.common import clock
from tests.api.client import Caller, caller, send
from tests.api.test_fuzz import schema
from tests.api.test_once import REPLY, someone
from tests.events.test_concurrency import run_threads
from workflows.models import SavedReply


def put(who: Caller, path: str, body: Any, tag: str) -> Any:
    return who.raw("PUT", path, body, HTTP_IF_MATCH=tag)


@pytest.mark.django_db
def test_what_did_not_change_is_not_sent_again():
    who = someone()
    path = who.raw("POST", "/replies", REPLY)["Location"]
    first = who.raw("GET", path)
    again = who.raw("GET", path, HTTP_IF_NONE_MATCH=f'"x", {first["ETag"]}')
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
    changed = put(who, path, {**REPLY, "body": "Hello."}, first["ETag"])
    assert changed.status_code == 200 and changed["ETag"] != first["ETag"]
    new = who.raw("GET", path, HTTP_IF_NONE_MATCH=first["ETag"])
    assert (new.status_code, new["ETag"]) == (200, changed["ETag"])
    # Somebody who may not see it learns nothing from a tag.
    hidden = someone("bea").raw("GET", path, HTTP_IF_NONE_MATCH=new["ETag"])
    assert (hidden.status_code, "ETag" in hidden) == (404, False)


@pytest.mark.django_db
def test_a_change_says_what_it_was_made_from():
    """Attack 48 for what is edited."""
    who = someone()
    path = who.raw("POST", "/replies", REPLY)["Location"]
    old = who.raw("GET", path)["ETag"]
    missing = who.client.put(
        path, {**REPLY, "body": "Lost."}, content_type="application/json", **who.headers
    )
    assert (missing.status_code, missing.json()["code"]) == (428, "if-match-required")
    now = put(who, path, {**REPLY, "body": "First."}, old)["ETag"]
    stale = put(who, path, {**REPLY, "body": "Second."}, old)
    assert (stale.status_code, stale.json()["code"]) == (412, "stale")
    assert stale.json()["current"] == stale["ETag"] == now == who.raw("GET", path)["ETag"]
    assert put(who, path, {**REPLY, "body": "Weak."}, f"W/{now}").status_code == 412
    assert SavedReply.objects.get().body == "First."
    assert who.raw("DELETE", path, HTTP_IF_MATCH=old).status_code == 412
    assert who.raw("DELETE", path, HTTP_IF_MATCH=now).status_code == 204
    assert put(who, path, REPLY, now).status_code == 404
    listed = who.raw("POST", "/replies", REPLY, HTTP_IF_MATCH=now)
    assert (listed.status_code, SavedReply.objects.count()) == (412, 1)


@pytest.mark.django_db(transaction=True)
def test_of_twenty_with_one_tag_one_succeeds():
    who = someone()
    path = who.raw("POST", "/replies", REPLY)["Location"]
    tag = who.raw("GET", path)["ETag"]
    answers: list[Any] = []

    def work(number: int) -> None:
        answers.append(put(Caller(who.token), path, {**REPLY, "body": f"From {number}."}, tag))

    assert run_threads(20, work) == []
    assert sorted(a.status_code for a in answers) == [200] + 19 * [412]
    (kept,) = [a.json()["body"] for a in answers if a.status_code == 200]
    assert SavedReply.objects.get().body == kept


@pytest.mark.django_db
def test_a_step_moves_from_what_was_seen_and_a_second_changes_no_tag(clinic):
    ref = send(clinic)["ref"]
    who = caller(clinic, clinic.journey["steps"][0]["actor"])
    owner = caller(clinic, clinic.journey["persona"])
    paths = (f"/requests/{ref}", f"/requests/{ref}/visits/1", f"/requests/{ref}/envelope")
    before = [owner.raw("GET", path)["ETag"] for path in paths]
    with clock.frozen(clock.now() + timedelta(seconds=70)):
        assert [owner.raw("GET", path)["ETag"] for path in paths] == before
        # Its figures did move, so it is told whole.
        assert owner.raw("GET", paths[0], HTTP_IF_NONE_MATCH=before[0]).status_code == 200
    step = f"/requests/{ref}/visits/1"
    seen = who.raw("GET", step)["ETag"]
    wrong = who.raw("POST", f"{step}/claim", HTTP_IF_MATCH='"else"')
    assert (wrong.status_code, wrong["ETag"]) == (412, seen)
    taken = who.raw("POST", f"{step}/claim", HTTP_IF_MATCH=seen)
    assert (taken.status_code, taken["ETag"]) == (200, who.raw("GET", step)["ETag"])
    assert who.raw("POST", f"{step}/release", HTTP_IF_MATCH=seen).status_code == 412
    # With a key, the same call is answered from its record: its tag was right when it counted.
    once = {"HTTP_IF_MATCH": taken["ETag"], "HTTP_IDEMPOTENCY_KEY": "k"}
    first = who.raw("POST", f"{step}/release", **once)
    again = who.raw("POST", f"{step}/release", **once)
    assert (first.status_code, again.status_code) == (200, 200)
    assert (again.content, again["ETag"]) == (first.content, first["ETag"])
    stale = owner.raw("POST", f"/requests/{ref}/withdraw", {"reason": "x"}, HTTP_IF_MATCH=before[0])
    assert stale.status_code == 412
    now = owner.raw("GET", paths[0])["ETag"]
    done = owner.raw("POST", f"/requests/{ref}/withdraw", {"reason": "x"}, HTTP_IF_MATCH=now)
    assert done.status_code == 200


def test_what_is_described_about_tags_and_keys():
    """Every single thing has a tag, every post takes a key, every list takes fields."""
    known = schema.raw_schema["paths"]
    tags = keys = lists = 0
    for path, methods in known.items():
        for method, told in methods.items():
            if "/flow/" in path or path == "/api/v1/events":
                continue
            names = {p["name"] for p in told.get("parameters", [])}
            if method == "post":
                keys += 1
                assert "Idempotency-Key" in names and "422" in told["responses"], path
            elif method == "get" and path.endswith(("content", "preview", "evidence")):
                continue
            elif method == "get" and "cursor" in names:
                lists += 1
                assert {"limit", "fields"} <= names, path
            elif method == "get" and "fields" not in names:
                tags += 1
                assert "ETag" in told["responses"]["200"]["headers"], path
    assert keys > 50 and lists > 30 and tags > 20


@pytest.mark.django_db
def test_every_list_refuses_what_it_does_not_know(clinic):
    """All lists of the description: unknown filters, fields, limits, cursors, doubled names."""
    ref = send(clinic)["ref"]
    who = caller(clinic, "beat")
    clinic.person("beat").users.update(is_admin=True, is_steward=True)
    real = {"ref": ref, "seq": "1", "number": "1", "code": "CL-1", "version": "1"}
    count = 0
    for path, methods in schema.raw_schema["paths"].items():
        told = methods.get("get", {"parameters": []})
        names = {p["name"] for p in told.get("parameters", [])}
        if not {"cursor", "fields"} <= names or "{number}" in path:
            continue
        key = {"queues": "reception", "teams": "reception"}.get(path.split("/")[3])
        place = path.format(**{**real, "key": key or "none"})
        plain = {p["name"]: "x" for p in told.get("parameters", []) if p.get("required")}
        more = "".join(f"&{name}={value}" for name, value in plain.items())
        wrong = {
            f"requester__email=x{more}": "/requester__email",
            f"fields=nothing{more}": "/fields",
            f"limit=201{more}": "/limit",
            f"limit=0{more}": "/limit",
            f"limit=5&limit=6{more}": "/limit",
            f"ordering=password{more}": "/ordering",
        }
        for question, pointer in wrong.items():
            found = who.get(f"{place}?{question}", 400)
            assert pointer in [e["pointer"] for e in found["errors"]], (place, question)
        count += 1
    assert count > 25
    (row,) = who.get("/requests?fields=ref,state")["items"]
    assert row == {"ref": ref, "state": who.get(f"/requests/{ref}")["state"]}
    second = send(clinic)["ref"]
    assert [r["ref"] for r in who.items("/requests?ordering=number&limit=1")] == [ref, second]
