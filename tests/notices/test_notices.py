"""Told once each; mailed at least once under one Message-ID; read by their owner only."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from esm.accounts.models import User
from esm.common import clock
from esm.events.models import Delivery
from esm.events.services import dispatch
from esm.notices import registries
from esm.notices.models import Notice
from esm.notices.registries import Recipient
from esm.notices.selectors import inbox
from esm.notices.services.mute import muted
from esm.notices.services.notify import notify
from esm.notices.services.preferences import set_preference
from esm.notices.services.reading import mark_read
from tests.events.test_concurrency import run_threads

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.accounts.urls")]
ANN, BOB, CY = 11, 12, 13


@pytest.fixture(autouse=True)
def people(db: None, monkeypatch: Any) -> Iterator[dict[int, User]]:
    """Ann and Bob have accounts and mail; Cy has neither."""
    users = {ANN: User.objects.create_user("ann"), BOB: User.objects.create_user("bob")}
    known = {
        ANN: Recipient(ANN, "Ann", "ann@example.org", user_id=users[ANN].pk),
        BOB: Recipient(BOB, "Bob", "bob@example.org", user_id=users[BOB].pk),
    }
    persons = {user.pk: person_id for person_id, user in users.items()}
    monkeypatch.setattr(registries, "_recipients", [])
    monkeypatch.setattr(registries, "_person_of", [])
    registries.register_people(
        recipients=lambda ids: {i: known[i] for i in ids if i in known},
        person_of=lambda user: persons.get(user.pk),
    )
    yield users


def tell(*people: int, key: str = "chain:1", **extra: Any) -> list[Notice]:
    values = {"kind": "work.offered", "title": "Work for you", "url": "/requests/R-1/"}
    return notify(people, dedupe_key=key, **(values | extra))


def owed() -> list[str]:
    return list(Delivery.objects.filter(queue="mail").values_list("item", flat=True))


def test_each_person_is_told_once() -> None:
    first = tell(ANN, BOB, ANN)
    assert [row.person_id for row in first] == [ANN, BOB]
    second = tell(ANN, BOB, CY)
    assert [row.person_id for row in second] == [CY]
    assert Notice.objects.count() == 3
    assert owed() == [f"notice/{row.pk}" for row in first]


@pytest.mark.django_db(transaction=True)
def test_rivals_tell_once() -> None:
    assert run_threads(6, lambda number: tell(ANN, BOB) and None) == []
    assert (Notice.objects.count(), len(owed())) == (2, 2)


def test_a_notice_knows_the_account_it_was_meant_for(people: dict[int, User]) -> None:
    rows = {row.person_id: row for row in tell(ANN, CY)}
    assert (rows[ANN].user_id, rows[CY].user_id) == (people[ANN].pk, None)


def test_mail_goes_out_as_text_and_html_under_one_id(settings: Any) -> None:
    settings.PUBLIC_URL = "https://portal.example/"
    tell(ANN, title="A & B\nasks", body="Line one\n\n<b>two</b>")
    (delivery,) = Delivery.objects.all()
    assert dispatch.dispatch("mail").done == 1
    (sent,) = mail.outbox
    assert (sent.to, sent.subject) == (["ann@example.org"], "A & B asks")
    assert sent.extra_headers["Message-ID"] == f"<delivery-{delivery.pk}@localhost>"
    assert "A & B" in sent.body
    assert "<b>two</b>" in sent.body
    assert "https://portal.example/requests/R-1/" in sent.body
    ((html, kind),) = sent.alternatives
    assert kind == "text/html"
    assert "&lt;b&gt;two&lt;/b&gt;" in html
    assert 'href="https://portal.example/inbox/preferences/"' in html
    assert Delivery.objects.count() == 0


def test_a_mail_server_that_fails_gets_the_same_mail_again(monkeypatch: Any) -> None:
    tell(ANN)
    answers = iter([OSError("mail server away"), None])
    ids = []
    send = EmailBackend.send_messages

    def unreliable(self: EmailBackend, messages: Any) -> int:
        ids.extend(message.extra_headers["Message-ID"] for message in messages)
        count = send(self, messages)
        answer = next(answers)
        if answer:
            raise answer
        return count

    monkeypatch.setattr(EmailBackend, "send_messages", unreliable)
    assert dispatch.dispatch("mail").failed == 1
    assert "mail server away" in Delivery.objects.get().error
    Delivery.objects.update(due_at=clock.now())
    assert dispatch.dispatch("mail").done == 1
    assert len(ids) == 2
    assert len(set(ids)) == 1


def test_mail_follows_the_preference_for_its_kind() -> None:
    set_preference(ANN, mail=False)
    set_preference(ANN, kind="work.late", mail=True)
    set_preference(BOB, kind="work.offered", mail=False)
    offered = tell(ANN, BOB, key="1")
    late = tell(ANN, BOB, key="2", kind="work.late")
    assert len(offered) == 2
    assert owed() == [f"notice/{row.pk}" for row in late]


def test_a_replay_tells_without_mail() -> None:
    with muted():
        assert len(tell(ANN)) == 1
    assert owed() == []
    assert tell(ANN) == []


def test_a_notice_whose_person_left_is_no_error() -> None:
    tell(ANN)
    registries.register_people(recipients=lambda ids: {}, person_of=lambda user: None)
    assert dispatch.dispatch("mail").done == 1
    assert mail.outbox == []


def test_a_long_title_is_shortened() -> None:
    (row,) = tell(ANN, title="x" * 400)
    assert row.title == "x" * 299 + "…"


def test_one_sees_and_reads_only_ones_own(people: dict[int, User]) -> None:
    mine, theirs = tell(ANN, BOB)
    assert list(inbox.visible_to(people[ANN])) == [mine]
    assert mark_read(people[ANN], [mine.pk, theirs.pk]) == 1
    theirs.refresh_from_db()
    assert theirs.read_at is None
    assert (inbox.unread_count(people[ANN]), inbox.unread_count(people[BOB])) == (0, 1)


def test_the_inbox_page_shows_and_marks(client: Client, people: dict[int, User]) -> None:
    assert client.get("/inbox/")["Location"] == "/sign-in/?next=/inbox/"
    tell(ANN, key="1", title="First <i>")
    tell(ANN, BOB, key="2", title="Second")
    client.force_login(people[ANN])
    page = client.get("/inbox/").content.decode()
    assert page.index("Second") < page.index("First &lt;i&gt;")
    assert "2 are new to you" in page
    first = Notice.objects.get(title="First <i>")
    response = client.post("/inbox/read/", {"notice": first.pk, "view": "unread"})
    assert response["Location"] == "/inbox/?view=unread"
    page = client.get("/inbox/?view=unread").content.decode()
    assert "First" not in page
    assert "1 is new to you" in page
    client.post("/inbox/read/", {"all": "1"})
    assert "You have read them all" in client.get("/inbox/").content.decode()
    assert Notice.objects.filter(read_at__isnull=True).get().person_id == BOB


def test_marking_what_is_not_mine_changes_nothing(client: Client, people: dict[int, User]) -> None:
    (theirs,) = tell(BOB)
    client.force_login(people[ANN])
    for wanted in (str(theirs.pk), "", "x", "-1", "9" * 30):
        assert client.post("/inbox/read/", {"notice": wanted}).status_code == 302
    assert client.get("/inbox/read/").status_code == 405
    theirs.refresh_from_db()
    assert theirs.read_at is None


def test_pages_continue_by_key(client: Client, people: dict[int, User]) -> None:
    client.force_login(people[ANN])
    tell(ANN, key="0", title="Notice 00")
    client.get("/inbox/")
    with CaptureQueriesContext(connection) as with_one:
        client.get("/inbox/?view=unread")
    for number in range(1, 60):
        tell(ANN, key=str(number), title=f"Notice {number:02}")
    with CaptureQueriesContext(connection) as with_sixty:
        page = client.get("/inbox/?view=unread").content.decode()
    assert len(with_sixty) == len(with_one)
    assert len(re.findall(r">Notice \d\d<", page)) == 50
    below = re.search(r"below=(n\d+)", page)
    assert below is not None
    older = client.get(f"/inbox/?below={below[1]}").content.decode()
    assert re.findall(r">(Notice \d\d)<", older) == [f"Notice {n:02}" for n in range(9, -1, -1)]
