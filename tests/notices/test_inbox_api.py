"""Notices and choices over REST, through the same services as the pages."""

from typing import Any

import pytest
from django.test import Client

from esm.accounts.models import User
from esm.notices.models import Notice, NoticePreference, NoticeThread, NoticeTimes
from tests.notices.conftest import ANN, BOB, People
from tests.notices.test_inbox import Tell

pytestmark = pytest.mark.django_db
JSON: dict[str, Any] = {"content_type": "application/json"}


@pytest.fixture
def ann(people: People, client: Client) -> Client:
    client.force_login(people[ANN])
    return client


def test_the_list_is_one_s_own_and_pages(ann: Client, tell: Tell) -> None:
    for number in range(3):
        tell(ANN, BOB, title=f"Work {number}")
    first = ann.get("/api/v1/inbox?limit=2").json()
    assert [row["title"] for row in first["items"]] == ["Work 2", "Work 1"]
    row = first["items"][0]
    assert (row["kind"], row["thing"], row["why"], row["following"]) == (
        "work.offered",
        "thing/T-1",
        "team",
        "usual",
    )
    second = ann.get(first["next"]).json()
    assert [row["title"] for row in second["items"]] == ["Work 0"]
    assert second["next"] is None


def test_of_what_one_no_longer_sees_nothing_is_told(
    ann: Client, people: People, tell: Tell
) -> None:
    tell(ANN, title="Secret", body="Secret")
    people.sight[ANN] = set()
    (row,) = ann.get("/api/v1/inbox").json()["items"]
    assert (row["title"], row["body"], row["url"], row["thing"]) == ("", "", "", "")


def test_reading_by_key_reads_one_s_own_of_the_same_thing(ann: Client, tell: Tell) -> None:
    tell(ANN, title="Before")
    mine, _theirs = tell(ANN, BOB)
    tell(ANN, subject="thing/2")
    answer = ann.post("/api/v1/inbox/read", {"keys": [str(mine.batch)]}, **JSON)
    assert answer.json() == {"read": 2}
    assert Notice.objects.filter(read_at__isnull=True).count() == 2
    assert ann.post("/api/v1/inbox/read", {"all": True}, **JSON).json() == {"read": 1}
    assert ann.get("/api/v1/inbox?unread=true").json()["items"] == []


def test_following(ann: Client, people: People) -> None:
    sent = {"thing": "thing/T-1", "choice": "mute"}
    assert ann.post("/api/v1/inbox/follow", sent, **JSON).json() == sent
    assert NoticeThread.objects.get().choice == "mute"
    people.sight[ANN] = set()
    hidden = ann.post("/api/v1/inbox/follow", {**sent, "choice": "follow"}, **JSON)
    missing = ann.post("/api/v1/inbox/follow", {**sent, "thing": "thing/T-99"}, **JSON)
    assert hidden.status_code == missing.status_code == 404
    assert NoticeThread.objects.get().choice == "mute"


def test_choices(ann: Client) -> None:
    address = "/api/v1/inbox/preferences"
    kinds = {row["kind"]: row for row in ann.get(address).json()["kinds"]}
    assert (kinds["chat"]["mail"], kinds["asked.you"]["always_in_portal"]) == ("digest", True)
    choices = [
        {"kind": "chat", "mail": "none", "inbox": False},
        {"kind": "work.offered", "team": "north", "mail": "digest"},
    ]
    kinds = {
        row["kind"]: row for row in ann.patch(address, {"choices": choices}, **JSON).json()["kinds"]
    }
    assert (kinds["chat"]["inbox"], kinds["chat"]["mail"]) == (False, "none")
    assert [(t["team"], t["mail"], t["own"]) for t in kinds["work.offered"]["teams"]] == [
        ("north", "digest", True),
        ("south", "now", False),
    ]
    back = [{"kind": "work.offered", "team": "north", "mail": "same"}]
    ann.patch(address, {"choices": back}, **JSON)
    assert set(NoticePreference.objects.values_list("kind", flat=True)) == {"chat"}
    ann.patch(address, {"preset": "everything"}, **JSON)
    assert NoticePreference.objects.filter(mail=True, digest=False).count() == 5


@pytest.mark.parametrize(
    "sent",
    [
        {"choices": [{"kind": "nothing", "mail": "now"}]},
        {"choices": [{"kind": "asked.you", "mail": "now", "inbox": False}]},
        {"choices": [{"kind": "chat", "team": "north", "mail": "now"}]},
        {"choices": [{"kind": "work.offered", "team": "east", "mail": "now"}]},
        {"choices": [{"kind": "chat", "mail": "same"}]},
        {"choices": [{"kind": "chat", "mail": "sometimes"}]},
        {"choices": [{"kind": "chat", "mail": "now"}], "preset": "needs"},
        {"preset": "nothing"},
    ],
)
def test_what_cannot_be_chosen_is_refused(ann: Client, sent: dict[str, Any]) -> None:
    assert ann.patch("/api/v1/inbox/preferences", sent, **JSON).status_code == 400
    assert NoticePreference.objects.count() == 0


def test_times(ann: Client) -> None:
    address = "/api/v1/inbox/times"
    assert ann.get(address).json()["digest_at"] == "08:00"
    sent = {"rhythm": "hourly", "digest_at": "09:30", "quiet_from": "22:00", "quiet_until": "06:00"}
    told = ann.put(address, sent, **JSON).json()
    assert (told["rhythm"], told["quiet_from"], told["urgent_passes"]) == (
        "hourly",
        "22:00",
        True,
    )
    refused = ann.put(address, {**sent, "quiet_until": None}, **JSON)
    assert refused.status_code == 400
    assert NoticeTimes.objects.get().quiet_until is not None


def test_an_account_of_nobody_chooses_nothing(people: People, client: Client) -> None:
    client.force_login(User.objects.create_user("robot"))
    assert client.get("/api/v1/inbox").json()["items"] == []
    sent = {"preset": "needs"}
    assert client.patch("/api/v1/inbox/preferences", sent, **JSON).status_code == 403
    assert NoticePreference.objects.count() == 0
