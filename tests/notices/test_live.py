"""What an open page asks: a few bytes while nothing changed, nothing at all of what is hidden."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from esm.common import live
from esm.common.live import Pulse, highest
from esm.notices.models import Notice
from esm.notices.selectors import inbox
from tests.notices.conftest import ANN, BOB, People

Tell = Callable[..., list[Notice]]
pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.accounts.urls")]


@pytest.fixture
def ann(people: People, client: Client) -> Client:
    client.force_login(people[ANN])
    return client


def test_unchanged_is_not_sent_again(ann: Client, tell: Tell) -> None:
    first = ann.get("/live/")
    assert first.status_code == 200
    assert first["Cache-Control"] == "private, no-cache"
    again = ann.get("/live/", headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", first["ETag"])
    tell(BOB)
    assert ann.get("/live/", headers={"If-None-Match": first["ETag"]}).status_code == 304
    tell(ANN)
    changed = ann.get("/live/", headers={"If-None-Match": first["ETag"]})
    assert changed.status_code == 200
    assert changed.json()["counts"]["inbox"] == {"n": 1, "label": "new", "urgent": False}


def test_a_list_says_how_many_are_new(ann: Client, people: People, tell: Tell) -> None:
    tell(ANN, subject="thing/1")
    drawn = inbox.pulse(people[ANN], "", "").mark
    same = ann.get("/live/", {"page": "inbox", "seen": drawn}).json()
    assert (same["changed"], same["say"]) == (False, "")
    for number in (2, 3, 3):
        tell(ANN, subject=f"thing/{number}")
    told = ann.get("/live/", {"page": "inbox", "seen": drawn}).json()
    assert (told["changed"], told["say"], told["show"]) == (True, "2 new.", "Show")
    # What was only read elsewhere is a change without anything new.
    ann.post("/inbox/read/", {"all": "1"})
    assert ann.get("/live/", {"page": "inbox", "seen": told["mark"]}).json()["say"] == (
        "This has changed."
    )


def test_unchanged_costs_a_query_for_the_thing_and_one_for_the_notices(
    ann: Client, people: People, tell: Tell
) -> None:
    tell(ANN)
    etag = ann.get("/live/", {"page": "inbox"})["ETag"]
    with CaptureQueriesContext(connection) as asked:
        answer = ann.get("/live/", {"page": "inbox"}, headers={"If-None-Match": etag})
    assert answer.status_code == 304
    told = [q["sql"] for q in asked if "notices_notice" in q["sql"]]
    others = [q["sql"] for q in asked if "notices_notice" not in q["sql"]]
    assert len(told) == 2
    # Who asks: the session and the account.
    assert len(others) == 2


@pytest.mark.parametrize("page", ["other/1", "x", "inbox2", "/", "request/R-1"])
def test_a_thing_nobody_registered_is_not_there(ann: Client, page: str) -> None:
    assert ann.get("/live/", {"page": page}).status_code == 404


def test_hidden_is_404_and_never_304(ann: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """Attack 16: right before comparison, whatever the client says it knows."""
    sight = {"on": True}
    monkeypatch.setattr(live, "_known", {"thing": lambda *_: Pulse("7") if sight["on"] else None})
    etag = ann.get("/live/", {"page": "thing/1"})["ETag"]
    assert (
        ann.get("/live/", {"page": "thing/1"}, headers={"If-None-Match": etag}).status_code == 304
    )
    sight["on"] = False
    hidden = ann.get("/live/", {"page": "thing/1"}, headers={"If-None-Match": etag})
    missing = ann.get("/live/", {"page": "none/1"}, headers={"If-None-Match": etag})
    assert hidden.status_code == missing.status_code == 404
    assert "ETag" not in hidden
    assert ann.get("/live/", {"page": "thing/1"}, headers={"If-None-Match": "*"}).status_code == 404


def test_a_mark_of_another_account_fits_nobody_else(
    ann: Client, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "_known", {"thing": lambda *_: Pulse("7")})
    etag = ann.get("/live/", {"page": "thing/1"})["ETag"]
    ann.force_login(people[BOB])
    assert (
        ann.get("/live/", {"page": "thing/1"}, headers={"If-None-Match": etag}).status_code == 200
    )


@pytest.mark.parametrize(
    ("mark", "n"), [("17.3a", 17), ("17", 17), ("", 0), ("x.1", 0), ("٣.1", 0)]
)
def test_the_highest_number_of_a_mark(mark: str, n: int) -> None:
    assert highest(mark) == n


def test_who_is_not_signed_in_is_sent_to_the_door(people: People, client: Client) -> None:
    assert client.get("/live/?page=inbox")["Location"].startswith("/sign-in/")
    assert client.post("/live/").status_code == 405
