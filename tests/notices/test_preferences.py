"""The page on which people choose what they are told."""

import re
from datetime import time

import pytest
from django.test import Client

from esm.accounts.models import User
from esm.notices.models import NoticePreference, NoticeTimes
from tests.notices.conftest import ANN, KINDS, People

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.accounts.urls")]
PAGE = "/inbox/preferences/"
MATRIX = {
    "mail:work.offered": "digest",
    "mail:work.offered@north": "now",
    "mail:work.offered@south": "same",
    "inbox:work.late": "1",
    "mail:work.late": "none",
    "mail:asked.you": "now",
    "mail:chat": "now",
}
TIMES = {
    "times": "1",
    "rhythm": "hourly",
    "digest_at": "07:45",
    "quiet_from": "",
    "quiet_until": "",
}


def chosen() -> set[tuple[str, str, bool, str]]:
    rows = NoticePreference.objects.filter(person_id=ANN)
    return {(row.kind, row.team, row.inbox, row.how) for row in rows}


@pytest.fixture
def ann(people: People, client: Client) -> Client:
    client.force_login(people[ANN])
    return client


def controls(page: str) -> set[str]:
    """What a browser would send of the matrix as it is drawn."""
    inputs = re.findall(
        r'<input class="check"[^>]*name="([^"]+)" value="([^"]+)"[^>]* checked', page
    )
    selects = re.findall(r'<select[^>]*name="([^"]+)">(.*?)</select>', page, re.S)
    picked = [(n, re.search(r'value="(\w+)" selected', inner)) for n, inner in selects]
    return {f"{n}={v}" for n, v in inputs} | {f"{n}={m[1]}" for n, m in picked if m}


def test_the_matrix_shows_what_holds(ann: Client) -> None:
    page = ann.get(PAGE).content.decode()
    for kind in KINDS:
        assert str(kind.label) in page
    drawn = controls(page)
    assert {"mail:chat=digest", "mail:work.late=now", "inbox:chat=1"} <= drawn
    assert "mail:work.offered@north=same" in drawn
    # What waits for one always shows: there is nothing to tick.
    assert 'name="inbox:asked.you"' not in page


def test_choices_are_kept_and_drawn(ann: Client) -> None:
    assert ann.post(PAGE, MATRIX)["Location"] == PAGE
    assert chosen() == {
        ("work.offered", "", False, "digest"),
        ("work.offered", "north", False, "now"),
        ("work.late", "", True, "none"),
        ("asked.you", "", True, "now"),
        ("chat", "", False, "now"),
    }
    drawn = controls(ann.get(PAGE).content.decode())
    assert {
        "mail:work.offered=digest",
        "mail:work.offered@north=now",
        "mail:work.late=none",
    } <= drawn
    assert "inbox:chat=1" not in drawn
    ann.post(PAGE, {"mail:work.offered@north": "same"})
    assert ("work.offered", "north", False, "now") not in chosen()


def test_a_preset_says_it_for_all(ann: Client) -> None:
    ann.post(PAGE, MATRIX)
    assert ann.post(PAGE, {"preset": "needs"})["Location"] == PAGE
    assert chosen() == {
        ("work.offered", "", True, "now"),
        ("work.late", "", True, "now"),
        ("asked.you", "", True, "now"),
        ("stuck", "", True, "now"),
        ("chat", "", True, "none"),
    }


@pytest.mark.parametrize("sent", [{"preset": "nothing"}, {"mail:chat": "sometimes"}])
def test_what_cannot_be_chosen_is_refused(ann: Client, sent: dict[str, str]) -> None:
    ann.post(PAGE, MATRIX)
    before = chosen()
    assert ann.post(PAGE, sent).status_code == 422
    assert chosen() == before


def test_unknown_kinds_and_foreign_teams_change_nothing(ann: Client) -> None:
    ann.post(PAGE, {"mail:other": "now", "mail:chat@north": "now", "mail:work.offered@east": "now"})
    assert chosen() == set()


def test_times_are_kept(ann: Client) -> None:
    sent = TIMES | {"quiet_from": "20:00", "quiet_until": "06:30", "quiet_weekend": "true"}
    assert ann.post(PAGE, sent)["Location"] == PAGE
    row = NoticeTimes.objects.get()
    assert (row.person_id, row.rhythm, row.digest_at) == (ANN, "hourly", time(7, 45))
    assert (row.quiet_from, row.quiet_until) == (time(20), time(6, 30))
    assert (row.quiet_weekend, row.urgent_passes) == (True, False)
    assert "Europe/Dublin" in ann.get(PAGE).content.decode()


@pytest.mark.parametrize(
    "change",
    [
        {"quiet_from": "20:00"},
        {"quiet_from": "20:00", "quiet_until": "20:00"},
        {"digest_at": ""},
        {"digest_at": "25:00"},
        {"rhythm": "often"},
    ],
)
def test_times_that_do_not_fit_are_refused_and_kept_on_the_page(
    ann: Client, change: dict[str, str]
) -> None:
    answer = ann.post(PAGE, TIMES | {"digest_at": "07:45"} | change)
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "to fix before you go on" in page
    for name, value in change.items():
        if value and name != "rhythm":
            assert re.search(rf'name="{name}"[^>]* value="{value}"', page)
    assert NoticeTimes.objects.count() == 0


def test_an_account_of_nobody_has_nothing_to_choose(people: People, client: Client) -> None:
    client.force_login(User.objects.create_user("robot"))
    assert client.get(PAGE).status_code == 200
    assert client.post(PAGE, {"preset": "needs"}).status_code == 403
    assert NoticePreference.objects.count() == 0
