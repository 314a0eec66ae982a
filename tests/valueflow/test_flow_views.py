"""Saved figures: kept for oneself or everyone, sent as whoever gets them may see them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction
from django.test import Client, override_settings

from esm.accounts.models import User
from esm.common import clock
from esm.common.errors import Invalid, NotAllowed, NotFound
from esm.events.models import Delivery, Event
from esm.notices.models import Notice
from governance.selectors.people import actor_for
from tests.valueflow.test_questions import ASKED, answered
from tests.valueflow.walker import Walker
from valueflow.models import FlowSubscription, FlowView
from valueflow.selectors import flow_views
from valueflow.selectors.questions import everything
from valueflow.services import flow_mails
from valueflow.services.flow_views import next_moment, remove_view, save_view, subscribe

pytestmark = pytest.mark.django_db


def told_to(scope, user):
    """The made-up answer, and who it is for."""
    return replace(answered(scope, user), sentence=f"For {user.username} in {scope.period}.")


@pytest.fixture(scope="module")
def _world(django_db_setup, django_db_blocker, tmp_path_factory):
    settings = override_settings(MEDIA_ROOT=tmp_path_factory.mktemp("files"))
    with django_db_blocker.unblock(), settings, transaction.atomic(), Walker(seed=3) as walker:
        walker.publish()
        yield walker
        transaction.set_rollback(True)


@pytest.fixture
def world(_world, db, monkeypatch):
    asked = replace(ASKED, answer=told_to)
    monkeypatch.setattr(everything, "questions", lambda: (asked,))
    return _world


def account(name: str) -> User:
    return User.objects.get(username=name)


def saved(name: str = "beat", audience: str = "mine") -> FlowView:
    return save_view(
        name="Slow ones", audience=audience, question="slow", params={"period": "26w"},
        actor=actor_for(account(name)),
    )  # fmt: skip


def test_what_one_keeps_is_ones_own_and_opens_what_was_asked(world) -> None:
    view = saved()
    assert flow_views.address(view) == "/flow/questions/slow/?period=26w"
    assert list(flow_views.visible_to(account("beat"))) == [view]
    other = account(User.objects.exclude(username="beat").earliest("pk").username)
    assert not flow_views.visible_to(other).exists()
    client = Client()
    client.force_login(other)
    assert client.get(f"/flow/views/{view.pk}/remove/").status_code == 404
    with pytest.raises(NotFound):
        subscribe(view.pk, rhythm="weekly", actor=actor_for(other))
    event = Event.objects.get(chain=view.chain)
    assert (event.type, event.data) == (
        "flow_view.saved", {"audience": "mine", "question": "slow"},
    )  # fmt: skip


def test_only_who_may_keeps_for_everyone_and_nothing_is_kept_of_what_is_refused(world) -> None:
    with pytest.raises(NotAllowed):
        saved(audience="everyone")
    for wrong in ({"name": " "}, {"params": {"period": "7x"}}, {"audience": "team:x"}):
        kept = {"name": "A", "audience": "mine", "question": "slow", "params": {}} | wrong
        with pytest.raises(Invalid):
            save_view(**kept, actor=actor_for(account("beat")))
    with pytest.raises(NotFound):
        save_view(name="A", audience="mine", question="no", params={},
                  actor=actor_for(account("beat")))  # fmt: skip
    assert not FlowView.objects.exists()


def test_a_mail_is_owed_once_when_it_is_due_and_says_what_its_reader_may_see(world) -> None:
    User.objects.filter(username="beat").update(is_steward=True)
    view = saved(audience="everyone")
    actor = actor_for(account("beat"))
    subscribe(view.pk, rhythm="weekly", actor=actor)
    assert flow_mails.send_due() == 0
    due = FlowSubscription.objects.get()
    FlowSubscription.objects.update(next_at=clock.now() - timedelta(minutes=1))
    assert (flow_mails.send_due(), flow_mails.send_due()) == (1, 0)
    notice = Notice.objects.get(kind=flow_mails.FIGURES)
    assert notice.title == "Slow ones"
    assert notice.url == "/flow/questions/slow/?period=26w"
    assert notice.body.startswith("For beat in 26w.")
    assert "A small one – Finished: fewer than five" in notice.body
    assert Delivery.objects.filter(item=f"notice/{notice.pk}").count() == 1
    assert FlowSubscription.objects.get().next_at == due.next_at


def test_one_that_fails_is_tried_again_and_keeps_no_other_waiting(world, monkeypatch) -> None:
    first, second = saved(), saved()
    for view in (first, second):
        subscribe(view.pk, rhythm="monthly", actor=actor_for(account("beat")))
    FlowSubscription.objects.update(next_at=clock.now())
    body = flow_mails._body
    monkeypatch.setattr(
        flow_mails, "_body", lambda view, user: 1 / 0 if view == first else body(view, user)
    )
    assert flow_mails.send_due() == 2
    assert Notice.objects.filter(kind=flow_mails.FIGURES).count() == 1
    again = FlowSubscription.objects.get(view=first).next_at - clock.now()
    assert timedelta(minutes=50) < again <= timedelta(hours=1)


def test_a_question_that_is_gone_is_said_and_a_view_that_is_gone_is_not_sent(
    world, monkeypatch
) -> None:
    view, other = saved(), saved()
    actor = actor_for(account("beat"))
    for one in (view, other):
        subscribe(one.pk, rhythm="weekly", actor=actor)
    remove_view(other.pk, actor=actor)
    subscribe(view.pk, rhythm="weekly", actor=actor)
    FlowSubscription.objects.update(next_at=clock.now())
    monkeypatch.setattr(everything, "questions", lambda: ())
    assert flow_mails.send_due() == 1
    assert "cannot be told any more" in Notice.objects.get(kind=flow_mails.FIGURES).body
    subscribe(view.pk, rhythm="", actor=actor)
    assert not FlowSubscription.objects.exists()


def test_pages_keep_subscribe_and_remove(world) -> None:
    client = Client()
    client.force_login(account("beat"))
    text = client.get("/flow/questions/slow/?period=26w").content.decode()
    assert 'href="/flow/views/new/?period=26w&amp;question=slow"' in text
    new = "/flow/views/new/?period=26w&question=slow"
    assert "Where is it slow?" in client.get(new).content.decode()
    refused = client.post(new, {"name": "", "audience": "mine"})
    assert refused.status_code == 400 and "Give it a name" in refused.content.decode()
    assert client.post(new, {"name": "Mine", "audience": "mine"}).status_code == 302
    view = FlowView.objects.get()
    client.post(f"/flow/views/{view.pk}/subscribe/", {"rhythm": "monthly"})
    listed = client.get("/flow/views/").content.decode()
    assert 'value="monthly" selected' in listed
    assert client.post(f"/flow/views/{view.pk}/remove/").status_code == 302
    assert "No saved views yet" in client.get("/flow/views/").content.decode()


def test_without_the_library_for_pdf_the_page_says_how_to_print(world) -> None:
    client = Client()
    client.force_login(account("beat"))
    refused = client.get("/flow/questions/slow.pdf")
    assert refused.status_code == 409
    assert "print it and save it as PDF" in refused.content.decode()
    assert (
        "print this page with your browser" in client.get("/flow/questions/slow/").content.decode()
    )


BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("rhythm", "now", "due"),
    [
        ("weekly", datetime(2026, 11, 28, 12, tzinfo=UTC), datetime(2026, 11, 30, 6, tzinfo=UTC)),
        ("weekly", datetime(2026, 11, 30, 5, tzinfo=UTC), datetime(2026, 11, 30, 6, tzinfo=UTC)),
        ("weekly", datetime(2026, 11, 30, 6, tzinfo=UTC), datetime(2026, 12, 7, 6, tzinfo=UTC)),
        ("monthly", datetime(2026, 12, 31, 12, tzinfo=UTC), datetime(2027, 1, 1, 6, tzinfo=UTC)),
        ("monthly", datetime(2026, 7, 1, 4, tzinfo=UTC), datetime(2026, 7, 1, 5, tzinfo=UTC)),
    ],
)
def test_mails_are_due_at_seven_where_the_organisation_is(rhythm, now, due) -> None:
    assert next_moment(rhythm, now, BERLIN) == due
