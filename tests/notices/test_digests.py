"""Who wants what: at once, in a digest, after quiet hours, in the portal alone, not at all."""

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta

import pytest
from django.core import mail
from django.db import transaction

from esm.events.models import Delivery
from esm.events.services import dispatch
from esm.notices.models import Digest, Notice, NoticePreference, NoticeThread, NoticeTimes
from esm.notices.services import digests, preferences
from esm.notices.services.preferences import set_preference
from tests.events.test_concurrency import run_threads
from tests.notices.conftest import ANN, BOB, CY, People

Tell = Callable[..., list[Notice]]
pytestmark = pytest.mark.django_db


def owed() -> list[tuple[str, str, datetime]]:
    rows = Delivery.objects.order_by("due_at", "pk")
    return list(rows.values_list("consumer", "item", "due_at"))


def deliver() -> list[str]:
    """Run the outbox; subjects of the mails that went out."""
    dispatch.drain("outbox")
    dispatch.drain("mail")
    return [sent.subject for sent in mail.outbox]


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_a_kind_says_how_it_is_mailed_until_somebody_chooses(people: People, tell: Tell) -> None:
    (now,) = tell(ANN)
    (later,) = tell(ANN, kind="chat")
    assert owed() == [
        ("notices.mail", f"notice/{now.pk}", people.now),
        ("notices.bundle", f"person/{ANN}", at("2026-06-10 07:00")),
    ]
    assert (now.bundle_at, later.bundle_at) == (None, at("2026-06-10 07:00"))


def test_the_narrowest_choice_wins(people: People, tell: Tell) -> None:
    set_preference(ANN, mail=False)
    set_preference(ANN, kind="work.offered", mail=True, digest=True)
    set_preference(ANN, kind="work.offered", team="north", mail=True)
    tell(ANN, team="north")
    tell(ANN, team="south")
    tell(ANN, kind="work.late")
    assert [name for name, _item, _due in owed()] == ["notices.mail", "notices.bundle"]


def test_what_is_due_becomes_one_mail_by_subject(people: People, tell: Tell) -> None:
    for number, title in ((1, "First"), (2, "Second"), (1, "Third")):
        tell(ANN, kind="chat", title=title, subject=f"thing/{number}")
    tell(BOB, kind="chat", title="Bob's")
    assert deliver() == []
    people.now = at("2026-06-10 07:00")
    assert deliver() == ["3 things happened"]
    (sent,) = mail.outbox
    assert sent.to == ["ann@example.org"]
    order = [sent.body.index(word) for word in ("T-1 · Thing 1", "First", "Third", "T-2", "Second")]
    assert order == sorted(order)
    assert Digest.objects.get().notices.count() == 3
    # The other two deliveries of Ann found nothing more; Bob's morning comes an hour later.
    assert owed() == [("notices.bundle", f"person/{BOB}", at("2026-06-10 08:00"))]


def test_a_notice_is_in_one_digest_only(people: People, tell: Tell) -> None:
    tell(ANN, kind="chat")
    people.now += timedelta(days=1)
    with transaction.atomic():
        first = digests.bundle(ANN)
        assert first is not None
        assert digests.bundle(ANN) is None
    tell(ANN, kind="chat")
    people.now += timedelta(days=1)
    with transaction.atomic():
        second = digests.bundle(ANN)
    assert second is not None
    assert [d.notices.count() for d in Digest.objects.order_by("pk")] == [1, 1]


@pytest.mark.django_db(transaction=True)
def test_rivals_bundle_once(people: People, tell: Tell) -> None:
    for _ in range(5):
        tell(ANN, kind="chat")
    people.now += timedelta(days=1)

    def run(_number: int) -> None:
        with transaction.atomic():
            digests.bundle(ANN)

    assert run_threads(6, run) == []
    assert Digest.objects.get().notices.count() == 5


def test_what_was_read_meanwhile_is_not_mailed(people: People, tell: Tell) -> None:
    (read,) = tell(ANN, kind="chat", title="Seen")
    tell(ANN, kind="chat", title="Not seen", subject="thing/2")
    Notice.objects.filter(pk=read.pk).update(read_at=people.now)
    people.now += timedelta(days=1)
    assert deliver() == ["T-2: Not seen"]
    read.refresh_from_db()
    assert (read.digest, read.bundle_at) == (None, None)


def test_what_is_no_longer_wanted_is_left_out(people: People, tell: Tell) -> None:
    tell(ANN, kind="chat", title="Muted")
    tell(ANN, kind="chat", title="Wanted", subject="thing/2")
    NoticeThread.objects.create(person_id=ANN, subject="thing/1", choice="mute")
    people.now += timedelta(days=1)
    assert deliver() == ["T-2: Wanted"]


def test_quiet_hours_hold_mail_and_let_urgent_things_pass(people: People, tell: Tell) -> None:
    NoticeTimes.objects.create(person_id=ANN, quiet_from=time(18), quiet_until=time(7))
    people.now = at("2026-06-09 21:00")
    tell(ANN, title="Held")
    tell(ANN, title="Held too", subject="thing/2")
    tell(ANN, kind="work.late", title="Urgent")
    assert deliver() == ["T-1: Urgent"]
    people.now = at("2026-06-10 05:59")
    assert deliver() == ["T-1: Urgent"]
    people.now = at("2026-06-10 06:00")
    assert deliver() == ["T-1: Urgent", "2 things happened"]


def test_urgent_things_wait_where_a_person_says_so(people: People, tell: Tell) -> None:
    NoticeTimes.objects.create(
        person_id=ANN, quiet_from=time(18), quiet_until=time(7), urgent_passes=False
    )
    people.now = at("2026-06-09 21:00")
    tell(ANN, kind="work.late", title="Urgent")
    assert deliver() == []
    people.now = at("2026-06-10 06:00")
    assert deliver() == ["T-1: Urgent"]


def test_without_a_digest_it_stays_in_the_portal(people: People, tell: Tell) -> None:
    preferences.stop_digests(ANN)
    (row,) = tell(ANN, kind="chat")
    assert (row.shown, row.bundle_at, owed()) == (True, None, [])


def test_mail_without_the_portal_and_neither(people: People, tell: Tell) -> None:
    set_preference(ANN, kind="chat", mail=True, inbox=False)
    (hidden,) = tell(ANN, kind="chat")
    assert hidden.shown is False
    set_preference(ANN, kind="chat", mail=False, inbox=False)
    assert tell(ANN, kind="chat") == []
    # What waits for somebody shows in any case.
    set_preference(ANN, kind="asked.you", mail=False, inbox=False)
    (row,) = tell(ANN, kind="asked.you")
    assert row.shown is True


def test_a_muted_thing_is_silent_but_for_what_waits_for_you(people: People, tell: Tell) -> None:
    NoticeThread.objects.create(person_id=ANN, subject="thing/1", choice="mute")
    assert tell(ANN) == []
    assert len(tell(ANN, subject="thing/2")) == 1
    assert len(tell(ANN, kind="asked.you")) == 1
    assert len(tell(BOB)) == 1


@pytest.mark.parametrize(
    ("preset", "now", "bundled"),
    [("everything", 5, 0), ("needs", 4, 0), ("digest", 1, 4)],
)
def test_presets(people: People, tell: Tell, preset: str, now: int, bundled: int) -> None:
    set_preference(ANN, kind="chat", team="north", mail=False, inbox=False)
    preferences.apply_preset(people[ANN], preset=preset)
    for kind in ("work.offered", "work.late", "asked.you", "stuck", "chat"):
        assert tell(ANN, kind=kind)[0].shown
    names = [name for name, _item, _due in owed()]
    assert (names.count("notices.mail"), names.count("notices.bundle")) == (now, bundled)
    assert NoticePreference.objects.filter(team="").count() == 5


def test_somebody_without_an_account_or_address_is_told_in_the_portal(tell: Tell) -> None:
    (row,) = tell(CY, kind="chat")
    assert (row.shown, row.bundle_at, owed()) == (True, None, [])
