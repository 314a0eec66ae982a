"""Following what happens over REST: as much as the history of each thing tells its reader."""

import pytest

from tests.api.client import Player, caller, send


def read(who, path="/events"):
    """Everything that is told, page after page, and the cursor to go on from."""
    found, address = [], path
    while address:
        page = who.get(address)
        found += page["items"]
        address = page["next"]
    return found, page["cursor"]


@pytest.mark.django_db
def test_it_tells_what_the_histories_tell(clinic):
    ref = send(clinic)["ref"]
    Player(clinic, ref).play(until=3)
    owner, stranger = caller(clinic, "beat"), caller(clinic, "sefora")
    worker = caller(clinic, clinic.journey["steps"][0]["actor"])
    worker.post(f"/requests/{ref}/comments", {"body": "among us", "internal": True}, 201)
    owner.post(f"/requests/{ref}/comments", {"body": "to all"}, 201)
    for who in (owner, worker):
        events, cursor = read(who, "/events?limit=2")
        history = who.items(f"/requests/{ref}/events")
        mine = [e for e in events if e["subject"] == ref]
        assert [{**e} for e in history] == [
            {k: v for k, v in e.items() if k not in ("key", "subject")} for e in mine
        ]
        assert len({e["key"] for e in events}) == len(events)
        assert read(who, f"/events?cursor={cursor}") == ([], cursor)
    assert "among us" not in str(events) and "to all" not in str(events)
    theirs = {r["ref"] for r in stranger.items("/requests?scope=visible")}
    assert {e["subject"] for e in read(stranger)[0]} == theirs
    types, _ = read(owner, "/events?type=request.submitted,comment.added")
    assert {e["type"] for e in types} == {"request.submitted", "comment.added"}
    second = send(clinic)["ref"]
    (new,) = read(owner, f"/events?subject={second}&type=request.submitted")[0]
    assert new["actor"] == clinic.person(clinic.journey["persona"]).key
    assert read(owner, "/events?since=2099-01-01T00:00:00Z")[0] == []
    now = owner.get("/events?start=now")
    assert (now["items"], now["next"]) == ([], None)
    owner.post(f"/requests/{second}/comments", {"body": "later"}, 201)
    later, _ = read(owner, f"/events?cursor={now['cursor']}")
    assert [e["type"] for e in later] == ["comment.added"]


@pytest.mark.django_db
def test_questions_that_make_no_sense(clinic):
    who = caller(clinic, "beat")
    for question, pointer in {
        "cursor=-1": "/cursor", "cursor=x": "/cursor", "cursor=" + "9" * 40: "/cursor",
        "limit=201": "/limit", "since=now": "/since", "start=end": "/start", "page=1": "/page",
    }.items():  # fmt: skip
        assert {e["pointer"] for e in who.get(f"/events?{question}", 400)["errors"]} == {pointer}
    assert who.get("/events?cursor=" + "9" * 18)["items"] == []


@pytest.mark.django_db
def test_it_costs_the_same_for_many_requests(clinic, django_assert_max_num_queries):
    who = caller(clinic, "beat")
    send(clinic)
    with django_assert_max_num_queries(20):
        who.get("/events")
    [send(clinic) for _ in range(3)]
    with django_assert_max_num_queries(20):
        who.get("/events?limit=200")
