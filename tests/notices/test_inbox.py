"""The inbox: one line for each thing, new ones first, read together, followed or muted."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from esm.notices.models import Notice, NoticeThread
from esm.notices.selectors import inbox
from esm.notices.services.following import followers
from esm.notices.services.reading import mark_past_read, mark_read
from tests.notices.conftest import ANN, BOB, People

Tell = Callable[..., list[Notice]]
pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.accounts.urls")]


def titles(page: inbox.InboxPage) -> list[str]:
    return [row.notice.title for row in page.rows]


def test_what_is_said_of_one_thing_folds_into_one_line(people: People, tell: Tell) -> None:
    for number in range(1, 9):
        tell(ANN, title=f"Escalated {number}")
    tell(ANN, title="Another", subject="thing/2")
    tell(BOB, title="Bob's")
    page = inbox.page(people[ANN])
    assert titles(page) == ["Another", "Escalated 8"]
    line = page.rows[1]
    assert [one.title for one in line.earlier] == [f"Escalated {n}" for n in (7, 6, 5, 4, 3)]
    assert (line.before, line.thing) == (7, "thing/T-1")
    assert inbox.unread_count(people[ANN]) == 2


def test_reading_a_line_reads_all_of_it(people: People, tell: Tell) -> None:
    tell(ANN, title="First")
    (last,) = tell(ANN, title="Last")
    tell(ANN, title="Another", subject="thing/2")
    (theirs,) = tell(BOB)
    assert mark_read(people[ANN], [last.pk, theirs.pk]) == 2
    assert list(Notice.objects.filter(read_at__isnull=True).values_list("title", "person_id")) == [
        ("Work for you", BOB),
        ("Another", ANN),
    ]


def test_new_lines_come_first_and_a_read_one_comes_back(people: People, tell: Tell) -> None:
    (old,) = tell(ANN, title="Old")
    tell(ANN, title="Newer", subject="thing/2")
    mark_read(people[ANN])
    assert [row.notice.title for row in inbox.page(people[ANN]).read] == ["Newer", "Old"]
    tell(ANN, title="Old again")
    page = inbox.page(people[ANN])
    assert [[r.notice.title for r in part] for part in (page.new, page.read)] == [
        ["Old again"],
        ["Newer"],
    ]
    assert page.rows[0].earlier == [old]


def test_pages_go_through_new_and_read_lines(people: People, tell: Tell) -> None:
    for number in range(70):
        tell(ANN, title=f"{number:02}", subject="")
    read = Notice.objects.filter(title__lt="40")
    mark_read(people[ANN], list(read.values_list("pk", flat=True)))
    first = inbox.page(people[ANN])
    wanted = [f"{n:02}" for n in range(69, 39, -1)] + [f"{n:02}" for n in range(39, 19, -1)]
    assert titles(first) == wanted
    second = inbox.page(people[ANN], below=first.older)
    assert titles(second) == [f"{n:02}" for n in range(19, -1, -1)]
    assert second.older == ""
    assert titles(inbox.page(people[ANN], below="n1; drop", unread=True)) == wanted[:30]


def test_of_what_one_no_longer_sees_nothing_is_shown(
    people: People, tell: Tell, client: Client
) -> None:
    tell(ANN, title="Secret before", body="Secret body")
    tell(ANN, title="Secret title", body="Secret body")
    people.sight[ANN] = set()
    client.force_login(people[ANN])
    page = client.get("/inbox/").content.decode()
    assert "About something that you do not see any more." in page
    assert "Secret" not in page
    assert "T-1" not in page
    assert "/things/" not in page


def test_the_page_costs_the_same_for_one_line_and_for_many(
    people: People, tell: Tell, client: Client
) -> None:
    client.force_login(people[ANN])
    tell(ANN)
    client.get("/inbox/")
    with CaptureQueriesContext(connection) as few:
        client.get("/inbox/")
    for number in range(30):
        tell(ANN, subject=f"thing/{number % 3 + 1}")
    with CaptureQueriesContext(connection) as many:
        client.get("/inbox/")
    assert len(many) == len(few)


def test_following_and_muting(people: People, tell: Tell, client: Client) -> None:
    client.force_login(people[ANN])
    post = {"thing": "thing/T-1", "next": "/inbox/?view=unread"}
    answer = client.post("/inbox/follow/", post | {"choice": "follow"})
    assert answer["Location"] == "/inbox/?view=unread"
    assert followers("thing/1") == {ANN}
    tell(ANN)
    assert "you follow it" in client.get("/inbox/").content.decode()
    client.post("/inbox/follow/", post | {"choice": "mute"})
    assert followers("thing/1") == set()
    assert NoticeThread.objects.get().choice == "mute"
    client.post("/inbox/follow/", post | {"choice": "usual"})
    assert NoticeThread.objects.count() == 0


def test_who_lost_sight_follows_no_more(people: People) -> None:
    NoticeThread.objects.create(person_id=ANN, subject="thing/1", choice="follow")
    NoticeThread.objects.create(person_id=BOB, subject="thing/1", choice="follow")
    people.sight[ANN] = {2}
    assert followers("thing/1") == {BOB}


@pytest.mark.parametrize("thing", ["thing/T-2", "thing/T-9", "thing/x", "other/T-1", "", "thing/"])
def test_hidden_and_missing_things_answer_alike(people: People, client: Client, thing: str) -> None:
    people.sight[ANN] = {1}
    client.force_login(people[ANN])
    assert client.post("/inbox/follow/", {"thing": thing, "choice": "follow"}).status_code == 404
    assert NoticeThread.objects.count() == 0


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "", "javascript:1"])
def test_after_following_one_stays_in_the_portal(
    people: People, client: Client, target: str
) -> None:
    client.force_login(people[ANN])
    sent = {"thing": "thing/T-1", "choice": "follow", "next": target}
    assert client.post("/inbox/follow/", sent)["Location"] == "/inbox/"


def test_an_unknown_choice_is_refused(people: People, client: Client) -> None:
    client.force_login(people[ANN])
    sent = {"thing": "thing/T-1", "choice": "love"}
    assert client.post("/inbox/follow/", sent).status_code == 400
    assert NoticeThread.objects.count() == 0


def test_a_past_that_was_not_lived_here_is_read(people: People, tell: Tell) -> None:
    tell(ANN, BOB, title="Long ago")
    people.now += timedelta(days=4)
    tell(ANN, title="Yesterday", subject="thing/2")
    assert mark_past_read(before=people.now - timedelta(days=3)) == 2
    assert titles(inbox.page(people[ANN], unread=True)) == ["Yesterday"]
    assert re.fullmatch("", inbox.page(people[BOB], unread=True).older)
