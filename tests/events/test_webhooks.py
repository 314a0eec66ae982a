"""Webhooks out: what is sent to whom, and what happens when it does not arrive."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from standardwebhooks.webhooks import Webhook

from esm.accounts.models import User
from esm.common.errors import Invalid, InvalidState
from esm.events import registries
from esm.events.models import (
    Delivery,
    Event,
    WebhookAttempt,
    WebhookEndpoint,
    WebhookMessage,
)
from esm.events.registries import Told
from esm.events.registry import EventRow
from esm.events.selectors import health, stuck
from esm.events.selectors.health import outbox_faults
from esm.events.services import dispatch, letters, sending, webhook_claims, webhooks
from esm.events.services.sending import send_due
from esm.events.services.webhook_claims import TRIPS_AFTER
from tests.events.conftest import happen
from tests.events.webhook_portal import ME, Portal, portal
from tests.sink import Received

__all__ = ["portal"]

pytestmark = pytest.mark.django_db


def verified(received: Received, secret: str) -> Any:
    """The body, if the signature is that of the secret."""
    return Webhook(secret).verify(received.body, received.headers)


def test_a_message_is_signed_and_says_what_happened(portal: Portal) -> None:
    made = portal.made()
    happen(portal.parent, 7, note="secret words")
    assert send_due().done == 1

    (came,) = portal.sink.received
    body = verified(came, made.secret)
    assert came.headers["content-type"] == "application/cloudevents+json; charset=utf-8"
    assert body == {
        "specversion": "1.0",
        "id": came.headers["webhook-id"],
        "source": "https://portal.example",
        "type": "probe.happened",
        "subject": f"model/{portal.parent.pk}",
        "time": "2026-06-09T12:00:00.000000Z",
        "datacontenttype": "application/json",
        "sequence": "0000000001",
        "data": {"number": 7},
    }
    assert b"secret words" not in came.body
    message = WebhookMessage.objects.get()
    attempt = message.tries.get()
    assert (message.state, message.attempts, message.sequence) == ("delivered", 1, 1)
    assert (attempt.status, attempt.answer, attempt.error) == (200, "thanks", "")
    assert Delivery.objects.count() == 0
    row = WebhookEndpoint.objects.get()
    assert (row.last_success_at, row.last_failure_at) == (portal.now, None)


@pytest.mark.parametrize(
    ("types", "count"),
    [(("*",), 1), (("probe.*",), 1), (("probe.happened",), 1), (("webhook.*",), 0)],
)
def test_only_what_was_chosen_is_owed(portal: Portal, types: tuple[str, ...], count: int) -> None:
    portal.made("/ok", *types)
    Delivery.objects.all().delete()
    happen(portal.parent, 1)
    assert Delivery.objects.filter(queue="webhooks").count() == count


def test_what_is_hidden_is_not_sent_and_leaves_no_trace(portal: Portal) -> None:
    """Sight is looked at when it is sent; numbers have no gap where something is hidden."""
    portal.made()
    happen(portal.parent, 1, 2, 3)
    portal.hidden = {2}
    assert send_due().hidden == 1
    assert portal.came() == [1, 3]
    assert [json.loads(o.body)["sequence"] for o in portal.sink.received] == [
        "0000000001",
        "0000000002",
    ]
    assert WebhookMessage.objects.count() == 2
    assert Delivery.objects.count() == 0


def test_an_account_that_was_closed_is_sent_nothing(portal: Portal) -> None:
    portal.made()
    happen(portal.parent, 1)
    User.objects.filter(pk=portal.ann.pk).update(is_active=False)
    assert send_due().hidden == 1
    assert portal.sink.received == []


def test_it_is_tried_again_under_the_same_id_with_a_signature_of_its_own(portal: Portal) -> None:
    made = portal.made("/status/500")
    happen(portal.parent, 1)
    assert send_due().failed == 1
    due = Delivery.objects.get()
    assert timedelta(seconds=3) < due.due_at - portal.now <= timedelta(seconds=5)
    assert send_due().failed == 0
    portal.tick(seconds=6)
    assert send_due().failed == 1
    first, second = portal.sink.received
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    assert verified(second, made.secret) == verified(first, made.secret)
    assert WebhookMessage.objects.get().attempts == 2
    assert WebhookEndpoint.objects.get().last_failure_at == portal.now


def test_pauses_grow_to_an_hour() -> None:
    for attempt in range(1, 200):
        pause, usual = sending.back_off_s(attempt), [5, 30, 120, 600, 1800, 3600]
        most = usual[min(attempt, 6) - 1]
        assert 0.75 * most <= pause <= most


def test_after_72_hours_it_is_given_up(portal: Portal) -> None:
    portal.made("/status/503")
    happen(portal.parent, 1)
    began = portal.now
    send_due()
    for hours, minutes in ((24, 0), (71, 50)):
        portal.now = began + timedelta(hours=hours, minutes=minutes)
        assert send_due().failed == 1
        assert outbox_faults() == []
    # The last attempt is at the end of the time, however long the pause would be.
    row = Delivery.objects.get()
    assert row.due_at <= began + timedelta(hours=72)
    portal.now = began + timedelta(hours=72)
    assert send_due().dead == 1
    dead = Delivery.objects.get()
    assert (dead.state, dead.error, dead.attempts) == ("dead", "It answered 503.", 4)
    assert WebhookMessage.objects.get().state == "failed"
    assert outbox_faults() == []


def test_the_breaker_opens_and_what_waits_is_neither_lost_nor_counted(portal: Portal) -> None:
    bad, good = portal.made("/status/500").endpoint, portal.made("/good/ok").endpoint
    happen(portal.parent, *range(1, 9))
    outcome = send_due()
    assert (outcome.failed, outcome.done) == (TRIPS_AFTER, 8)
    assert portal.came("/good/ok") == list(range(1, 9))

    bad.refresh_from_db()
    assert (bad.condition, bad.failures) == ("tripped", TRIPS_AFTER)
    rows = Delivery.objects.filter(item=str(bad.pk)).order_by("pk")
    assert [row.attempts for row in rows] == [1] * 5 + [0] * 3
    portal.tick(seconds=10)
    assert send_due().failed == 0

    portal.tick(seconds=60)
    assert send_due().failed == 1, "one probe, no more"
    bad.refresh_from_db()
    assert bad.opened == 2

    WebhookEndpoint.objects.filter(pk=bad.pk).update(url=portal.sink.url("/back/ok"))
    portal.tick(seconds=120)
    assert send_due().done == 8
    assert sorted(portal.came("/back/ok")) == list(range(1, 9))
    bad.refresh_from_db()
    good.refresh_from_db()
    assert (bad.condition, bad.failures, good.condition) == ("active", 0, "active")


def test_what_an_open_breaker_holds_is_not_late_until_its_probe_is(portal: Portal) -> None:
    bad = portal.made("/status/500").endpoint
    happen(portal.parent, *range(1, 9))
    send_due()
    dispatch.drain()
    portal.tick(seconds=20)

    def shown() -> tuple[int, int, int, set[str]]:
        (queue,) = health.queues()
        never = [row for row in stuck.late() if row.attempts == 0]
        return queue.held, queue.due, queue.late, {str(row.label) for row in never}

    assert shown() == (8, 0, 0, set())
    WebhookEndpoint.objects.filter(pk=bad.pk).update(state="paused", probe_at=None)
    assert shown() == (8, 0, 0, set())
    # Nobody sent the probe: then what waits for it is late.
    WebhookEndpoint.objects.filter(pk=bad.pk).update(
        state="active", probe_at=portal.now - timedelta(minutes=1)
    )
    assert shown()[0] == 0
    assert shown()[3] == {"message to a webhook"}


def test_gone_ends_it(portal: Portal) -> None:
    made = portal.made("/gone").endpoint
    happen(portal.parent, 1, 2)
    send_due()
    made.refresh_from_db()
    assert (made.state, made.ended_by) == ("ended", "gone")
    assert len(portal.sink.received) == 1
    assert dispatch.drain() == 1, "what was told of it is settled"
    assert Delivery.objects.count() == 0
    last = Event.objects.filter(type="webhook.ended").get()
    assert (last.actor, last.data) == ("system", {"why": "gone"})
    happen(portal.parent, 3)
    assert Delivery.objects.count() == 0
    with pytest.raises(InvalidState):
        webhooks.resume_endpoint(made, by=portal.ann, actor=ME)


def test_a_redirect_is_a_failure_and_not_followed(portal: Portal) -> None:
    portal.made(f"/redirect?to={portal.sink.url('/inside/ok')}")
    happen(portal.parent, 1)
    assert send_due().failed == 1
    assert portal.sink.at("/inside/ok") == []
    assert "redirects are not followed" in WebhookAttempt.objects.get().error


def test_two_secrets_count_while_one_is_replaced(portal: Portal) -> None:
    """The first half of attack 42."""
    made = portal.made()
    new = webhooks.rotate_secret(made.endpoint, by=portal.ann, actor=ME)
    happen(portal.parent, 1)
    send_due()
    portal.tick(hours=25)
    happen(portal.parent, 2)
    send_due()
    both, one = portal.sink.received
    assert made.secret != new.secret
    assert verified(both, made.secret) == verified(both, new.secret)
    assert verified(one, new.secret)
    with pytest.raises(Exception, match="No matching signature"):
        verified(one, made.secret)


def test_one_is_sent_again_under_its_id_and_a_time_by_what_is_seen_now(portal: Portal) -> None:
    made = portal.made().endpoint
    happen(portal.parent, 1, 2)
    send_due()
    webhooks.replay_message(made, 2, by=portal.ann, actor=ME)
    assert send_due().done == 1
    portal.tick(hours=1)
    happen(portal.parent, 3)
    send_due()
    portal.hidden = {1}
    since = portal.now - timedelta(hours=2)
    webhooks.replay_range(
        made, since=since, until=portal.now - timedelta(minutes=1), by=portal.ann, actor=ME
    )
    outcome = send_due()
    assert (outcome.done, outcome.hidden) == (1, 1)
    assert portal.came() == [1, 2, 2, 3, 2]
    assert len({one.headers["webhook-id"] for one in portal.sink.received}) == 3
    with pytest.raises(Invalid):
        webhooks.replay_range(
            made, since=portal.now - timedelta(days=8), until=portal.now, by=portal.ann, actor=ME
        )
    with pytest.raises(Invalid):
        webhooks.replay_message(made, 99, by=portal.ann, actor=ME)


def test_what_happens_while_it_is_paused_comes_afterwards(portal: Portal) -> None:
    made = portal.made().endpoint
    webhooks.pause_endpoint(made, by=portal.ann, actor=ME)
    happen(portal.parent, 1, 2)
    send_due()
    assert portal.sink.received == []
    webhooks.resume_endpoint(made, by=portal.ann, actor=ME)
    send_due()
    assert portal.came() == [1, 2]


def test_a_test_message_comes_whatever_was_chosen(portal: Portal) -> None:
    made = portal.made().endpoint
    webhooks.send_test(made, by=portal.ann, actor=ME)
    assert send_due().done == 1
    (came,) = portal.sink.received
    assert json.loads(came.body)["type"] == "webhook.tested"
    assert json.loads(came.body)["data"] == {"webhook": made.key}


def test_a_receiver_that_hangs_holds_up_nobody_else(portal: Portal, monkeypatch: Any) -> None:
    monkeypatch.setattr(sending, "ATTEMPT_S", 60)
    for n in range(3):
        portal.made(f"/{n}/hang")
    portal.made("/ok")
    happen(portal.parent, *range(1, 11))

    def all_others_came() -> bool:
        """Then those that hang are let go, which they see as an answer that breaks off."""
        if len(portal.came()) == 10:
            portal.sink.ended.set()
        return portal.sink.ended.is_set()

    outcome = send_due(run_s=50, until=all_others_came)
    assert (outcome.done, outcome.failed) == (10, 3)
    assert portal.came() == list(range(1, 11))
    for n in range(3):
        assert portal.came(f"/{n}/hang") == [1], "one at a time, the others wait uncounted"


def test_an_event_that_cannot_be_told_is_put_aside(portal: Portal) -> None:
    portal.made()
    portal.broken = {1}
    happen(portal.parent, 1, 2)
    for _ in range(5):
        send_due()
        portal.tick(hours=1)
    assert portal.came() == [2]
    dead = Delivery.objects.get()
    assert (dead.state, dead.error) == ("dead", "ValueError: no words for this")
    assert WebhookEndpoint.objects.get().failures == 0


def test_an_event_that_takes_too_long_to_tell_holds_up_no_other(
    portal: Portal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The statement is cut; that says nothing against the database, or the receiver."""
    tell = portal.tell

    def slowly(user: User, events: Sequence[EventRow]) -> Told:
        if any(event.data["number"] == 1 for event in events):
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL statement_timeout = 30")
                cursor.execute("SELECT pg_sleep(5)")
        return tell(user, events)

    sight = registries.sight_of("model")
    assert sight is not None
    registries.register_sight("model", replace(sight, tell=slowly))
    portal.made()
    portal.made("/other/ok")
    happen(portal.parent, 1, 2)
    for _ in range(5):
        send_due()
        portal.tick(hours=1)
    assert (portal.came(), portal.came("/other/ok")) == ([2], [2])
    rows = list(Delivery.objects.filter(queue="webhooks"))
    assert [row.state for row in rows] == ["dead", "dead"]
    assert all("statement timeout" in row.error for row in rows)
    assert set(WebhookEndpoint.objects.values_list("failures", flat=True)) == {0}


def test_one_that_ended_its_worker_each_time_is_given_up(portal: Portal) -> None:
    portal.made()
    happen(portal.parent, 1)
    Delivery.objects.update(attempts=5)
    assert send_due().dead == 1
    assert Delivery.objects.get().state == "dead"
    assert portal.sink.received == []


def test_a_lease_that_was_lost_changes_nothing(portal: Portal) -> None:
    portal.made()
    happen(portal.parent, 1)
    (mine,) = webhook_claims.claim(5)
    assert webhook_claims.claim(5) == []
    ((_, letter),) = letters.written([mine]).letters
    WebhookEndpoint.objects.update(lease_until=None)
    (theirs,) = webhook_claims.claim(5)
    outcome = sending.Outcome()
    sending.note([(mine, letter, sending._attempt(letter))], outcome)
    assert (outcome.stale, Delivery.objects.get().lease_token) == (1, theirs.token)
    assert WebhookMessage.objects.get().attempts == 0
    assert WebhookAttempt.objects.count() == 0


def test_who_lost_the_lease_before_writing_sends_nothing_and_takes_no_number(
    portal: Portal,
) -> None:
    portal.made()
    happen(portal.parent, 1)
    (mine,) = webhook_claims.claim(5)
    WebhookEndpoint.objects.update(lease_until=None)
    (theirs,) = webhook_claims.claim(5)
    found = letters.written([mine])
    assert (found.letters, found.hidden, found.broken, found.stale) == ([], [], [], 1)
    ((_, letter),) = letters.written([theirs]).letters
    assert json.loads(letter.body)["sequence"] == "0000000001"
