"""Many requests in one call: each by itself, each told, none lost and none twice."""

import json
from typing import Any

import pytest
from django.db import connection

from esm.events.models import Event, KeptAnswer
from governance.blueprint.weeks import resolve_weeks
from tests.api.client import Caller, caller
from tests.api.test_refusals import state
from tests.attacks.test_inbound import without_files
from tests.support import WEEK_ONE, World
from workflows.models import Request
from workflows.services import requests as service

BATCH = "/requests/batch"


@pytest.fixture
def who(clinic: World) -> Caller:
    """The journey's requester, where no file is asked for."""
    without_files(clinic)
    return caller(clinic, clinic.journey["persona"])


def good(world: World, **more: Any) -> dict[str, Any]:
    """One request that can be sent without files."""
    values = resolve_weeks(world.journey["values"], WEEK_ONE)
    return {"offering": world.journey["offering"], "data": values, **more}


def told(answer: Any) -> list[tuple[str, int, bool]]:
    assert answer.status_code == 200, answer.content
    return [(row["name"], row["status"], row["replayed"]) for row in answer.json()["results"]]


def post(who: Caller, items: list[Any], key: str = "") -> Any:
    more = {"HTTP_IDEMPOTENCY_KEY": key} if key else {}
    return who.raw("POST", BATCH, {"items": items}, **more)


def test_each_is_sent_or_refused_as_it_would_be_alone(clinic: World, who: Caller) -> None:
    odd = good(clinic)
    items = [
        good(clinic),
        {"offering": "nothing", "data": {}},
        {**odd, "data": {**odd["data"], "nobody_asked": 1}},
        {**odd, "requester": "somebody"},
        "no object",
        good(clinic, part_of="R-99999"),
        good(clinic),
    ]
    answer = post(who, items)
    assert told(answer) == [
        ("1", 201, False), ("2", 400, False), ("3", 400, False), ("4", 400, False),
        ("5", 400, False), ("6", 400, False), ("7", 201, False),
    ]  # fmt: skip
    rows = answer.json()["results"]
    pointers = [[e["pointer"] for e in r["problem"]["errors"]] for r in rows if r["problem"]]
    assert pointers == [["/offering"], ["/data/nobody_asked"], ["/requester"], [""], ["/part_of"]]
    sent = [row["request"]["ref"] for row in rows if row["request"]]
    assert sent == [row.ref for row in Request.objects.order_by("pk")] and len(sent) == 2
    assert [r["problem"] for r in rows if r["request"]] == [None, None]
    for row in rows[1:6]:
        alone = who.raw("POST", "/requests", items[int(row["name"]) - 1])
        assert alone.json() == row["problem"] and alone.status_code == row["status"]
    one = who.post("/requests", items[0], 201)
    assert set(one) == set(rows[0]["request"]) and one["title"] == rows[0]["request"]["title"]
    assert KeptAnswer.objects.count() == 0


def test_sent_again_it_does_what_was_not_done_and_tells_the_rest(
    clinic: World, who: Caller
) -> None:
    first = [good(clinic, name="a"), {"offering": "nothing", "data": {}, "name": "b"}]
    before = post(who, first, "night")
    assert told(before) == [("a", 201, False), ("b", 400, False)]
    assert "Idempotency-Replayed" not in before
    again = [good(clinic, name="a"), good(clinic, name="b"), good(clinic, name="c")]
    after = post(who, again, "night")
    assert told(after) == [("a", 201, True), ("b", 201, False), ("c", 201, False)]
    assert after.json()["results"][0]["request"] == before.json()["results"][0]["request"]
    whole = post(who, again, "night")
    assert told(whole) == [(name, 201, True) for name in "abc"]
    assert whole["Idempotency-Replayed"] == "true"
    assert Request.objects.count() == 3
    assert sorted(KeptAnswer.objects.values_list("key", flat=True)) == [
        "night#a", "night#b", "night#c",
    ]  # fmt: skip
    other = {**again[0], "data": {**again[0]["data"], "nobody_asked": 1}}
    reused = post(who, [other], "night").json()["results"][0]
    assert (reused["status"], reused["problem"]["code"]) == (422, "key-reused")
    # The key of a single post is another one.
    assert (
        who.raw("POST", "/requests", good(clinic), HTTP_IDEMPOTENCY_KEY="night#a").status_code
        == 201
    )


@pytest.mark.django_db(transaction=True)
def test_a_call_that_ends_half_way_loses_nothing_and_doubles_nothing(
    clinic: World, who: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process fails at the second: the first is committed, sending again does the rest."""
    items = [good(clinic), good(clinic), good(clinic)]
    who.client.raise_request_exception = False
    number = service._number
    calls = iter([number, lambda: 1 // 0])
    monkeypatch.setattr(service, "_number", lambda: next(calls)())
    assert post(who, items, "k").status_code == 500
    monkeypatch.setattr(service, "_number", number)
    assert Request.objects.count() == 1
    after = post(who, items, "k")
    assert told(after) == [("1", 201, True), ("2", 201, False), ("3", 201, False)]
    assert Request.objects.count() == 3
    assert Event.objects.filter(type="request.submitted").count() == 3


@pytest.mark.parametrize(
    ("items", "pointer"),
    [([], "/items"), (["x"] * 101, "/items"), ("x", "/items"), (None, "/items")],
)
def test_what_is_no_list_of_up_to_a_hundred_is_refused_whole(
    clinic: World, who: Caller, items: Any, pointer: str
) -> None:
    before = state()
    answer = who.raw("POST", BATCH, {"items": items})
    assert answer.status_code == 400
    assert [e["pointer"] for e in answer.json()["errors"]] == [pointer]
    assert state() == before


def test_two_of_one_name_and_a_key_that_is_too_long_are_refused_whole(
    clinic: World, who: Caller
) -> None:
    before = state()
    twice = post(who, [good(clinic, name="2"), good(clinic)])
    assert twice.status_code == 400
    assert [e["pointer"] for e in twice.json()["errors"]] == ["/items/1/name"]
    assert post(who, [good(clinic)], "k" * 201).status_code == 400
    assert state() == before
    wrong = post(who, [good(clinic, name="a b"), good(clinic, name="x" * 51)])
    assert told(wrong) == [("a b", 400, False), ("2", 400, False)]
    assert state() == before


def test_what_is_busy_is_told_for_its_item(
    clinic: World, who: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = service._number

    def slow() -> Any:
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = 50")
            cursor.execute("SELECT pg_sleep(5)")

    calls = iter([slow, number])
    monkeypatch.setattr(service, "_number", lambda: next(calls)())
    answer = post(who, [good(clinic), good(clinic)], "k")
    assert told(answer) == [("1", 503, False), ("2", 201, False)]
    assert answer.json()["results"][0]["problem"]["code"] == "took-too-long"
    monkeypatch.undo()
    assert told(post(who, [good(clinic), good(clinic)], "k")) == [
        ("1", 201, False),
        ("2", 201, True),
    ]
    assert json.loads(KeptAnswer.objects.get(key="k#1").body)["ref"]
