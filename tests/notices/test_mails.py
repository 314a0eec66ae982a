"""A mail: two renderings of one content, rights looked at when it is sent, a way out."""

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core import mail, signing
from django.core.mail import EmailMultiAlternatives
from django.test import Client

from esm.events.models import Delivery
from esm.events.services import dispatch
from esm.notices.models import Notice, NoticePreference, NoticeTimes
from esm.notices.services import looks
from esm.notices.services.mails import thread_id
from tests.notices.conftest import ANN, BOB, People

Tell = Callable[..., list[Notice]]
pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.accounts.urls")]
TOKENS = Path(__file__).resolve().parents[2] / "esm" / "static" / "esm" / "css" / "tokens.css"


def sent() -> EmailMultiAlternatives:
    """The one mail that goes out now."""
    mail.outbox.clear()
    dispatch.drain("outbox")
    dispatch.drain("mail")
    (found,) = mail.outbox
    assert isinstance(found, EmailMultiAlternatives)
    return found


def way_out(message: EmailMultiAlternatives) -> str:
    """The path of its unsubscribe link."""
    return re.sub(r"<https://[^/]+|>", "", message.extra_headers["List-Unsubscribe"])


@pytest.fixture(autouse=True)
def _address(settings: Any) -> None:
    settings.PUBLIC_URL = "https://portal.example"
    settings.DEFAULT_FROM_EMAIL = "Portal <portal@portal.example>"


def test_one_content_two_renderings(people: People, tell: Tell) -> None:
    tell(ANN, title="Lab asks <you>", body="Line one\n\nand “two”", why="team")
    message = sent()
    assert message.subject == "T-1: Lab asks <you>"
    ((html, kind),) = message.alternatives
    assert kind == "text/html"
    plain = " ".join(re.sub(r"<[^>]*>", " ", str(html)).split())
    for words in ("T-1", "Thing 1", "LAB", "and “two”", "it waits for a team you work in"):
        assert words in message.body
        assert words in plain
    assert "https://portal.example/things/T-1/" in message.body
    assert 'href="https://portal.example/things/T-1/"' in str(html)
    assert "Lab asks &lt;you&gt;" in str(html)
    assert looks.DEPARTMENTS[5][0] in str(html)


def test_the_colours_are_those_of_the_pages() -> None:
    tokens = TOKENS.read_text()
    for slot, (fill, tint, ink) in looks.DEPARTMENTS.items():
        if slot:
            for name, value in (
                (f"--d{slot}", fill),
                (f"--d{slot}-t", tint),
                (f"--d{slot}-i", ink),
            ):
                assert f"{name}: light-dark({value}," in tokens
    for name in ("INK", "INK_2", "INK_3", "GROUND", "SURFACE", "LINE", "ACCENT"):
        assert f"light-dark({getattr(looks, name)}," in tokens


def test_mails_of_one_thing_are_one_thread(people: People, tell: Tell) -> None:
    tell(ANN)
    first = sent().extra_headers
    tell(ANN, kind="work.late")
    second = sent().extra_headers
    tell(ANN, subject="thing/2")
    other = sent().extra_headers
    root = thread_id("thing/1")
    assert first["In-Reply-To"] == first["References"] == second["References"] == root
    assert other["References"] == thread_id("thing/2") != root
    assert len({first["Message-ID"], second["Message-ID"], other["Message-ID"]}) == 3
    assert first["Auto-Submitted"] == "auto-generated"
    assert "thing" not in root


def test_who_lost_sight_gets_nothing(people: People, tell: Tell) -> None:
    """Attack 18, for a mail at once."""
    tell(ANN, BOB, title="Secret")
    people.sight[ANN] = set()
    assert sent().to == ["bob@example.org"]
    assert Delivery.objects.count() == 0


def test_a_digest_leaves_out_what_one_no_longer_sees(people: People, tell: Tell) -> None:
    """Attack 18, for a digest."""
    tell(ANN, kind="chat", title="Secret", body="Secret too")
    tell(ANN, kind="chat", title="Open", subject="thing/2")
    tell(ANN, kind="chat", title="Open too", subject="thing/3")
    people.sight[ANN] = {2, 3}
    people.now += timedelta(days=1)
    message = sent()
    assert message.subject == "2 things happened"
    for text in (message.body, str(message.alternatives[0][0])):
        assert "Secret" not in text
        assert "T-1" not in text


def test_a_blind_kind_reaches_who_may_not_see_with_its_title_alone(
    people: People, tell: Tell
) -> None:
    people.sight[ANN] = set()
    tell(ANN, kind="stuck", title="Lab has not answered", body="Thing of the board", why="role")
    message = sent()
    assert message.subject == "Lab has not answered"
    for text in (message.body, str(message.alternatives[0][0])):
        assert "board" not in text
        assert "/things/" not in text
        assert "https://portal.example/inbox/" in text


def test_the_link_asks_and_only_its_post_acts(people: People, tell: Tell, client: Client) -> None:
    tell(ANN)
    message = sent()
    assert message.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    path = way_out(message)
    assert f"https://portal.example{path}" in message.body
    page = client.get(path)
    assert page.status_code == 200
    assert "Do you want no more of these mails?" in page.content.decode()
    assert client.head(path).status_code == 200
    assert NoticePreference.objects.count() == 0
    # As a mail program does it: no session, no mark against forgery.
    outside = Client(enforce_csrf_checks=True)
    done = outside.post(path, {"List-Unsubscribe": "One-Click"})
    assert done.status_code == 200
    assert "Mails of the kind “Work is offered” have ended." in done.content.decode()
    row = NoticePreference.objects.get()
    assert (row.person_id, row.kind, row.mail, row.inbox) == (ANN, "work.offered", False, True)
    assert outside.post(path).status_code == 200
    assert NoticePreference.objects.count() == 1


def test_the_way_out_of_a_kind_ends_it_for_every_team(people: People, tell: Tell) -> None:
    NoticePreference.objects.create(person_id=ANN, kind="work.offered", team="north", mail=True)
    tell(ANN, team="north")
    assert Client().post(way_out(sent())).status_code == 200
    tell(ANN, team="north")
    tell(ANN, team="south")
    assert Delivery.objects.count() == 0


def test_the_way_out_of_a_digest_ends_digests(people: People, tell: Tell) -> None:
    tell(ANN, kind="chat", subject="thing/1")
    tell(ANN, kind="chat", subject="thing/2")
    people.now += timedelta(days=1)
    assert Client().post(way_out(sent())).status_code == 200
    assert NoticeTimes.objects.get(person_id=ANN).rhythm == "never"
    tell(ANN, kind="chat")
    assert Delivery.objects.count() == 0


@pytest.mark.parametrize("token", ["x", "W10:1abc:def", "WzExLCJjaGF0Il0:1tOaBc:forged"])
def test_a_link_that_was_not_signed_here_is_not_there(people: People, token: str) -> None:
    client = Client()
    for answer in (client.get, client.post):
        assert answer(f"/inbox/unsubscribe/{token}/").status_code == 404
    assert NoticePreference.objects.count() == 0


def test_a_signature_for_something_else_is_not_taken(people: People) -> None:
    token = signing.dumps([ANN, "chat"], salt="another")
    assert Client().post(f"/inbox/unsubscribe/{token}/").status_code == 404
