"""Webhooks as they are kept: who may, what is refused, how long."""

from collections.abc import Callable
from typing import Any

import pytest

from esm.accounts.models import User
from esm.common.errors import Invalid, NotAllowed
from esm.events.models import Event, WebhookAttempt, WebhookEndpoint, WebhookMessage
from esm.events.services import sending, webhooks
from esm.events.services.sending import KEPT_FOR, send_due
from tests.events.conftest import happen
from tests.events.webhook_portal import ME, Portal, portal

__all__ = ["portal"]
pytestmark = pytest.mark.django_db


def test_nobody_else_keeps_it(portal: Portal) -> None:
    made = portal.made().endpoint
    boss, other = User.objects.create_user("boss", is_admin=True), User.objects.create_user("bob")
    verbs: list[Callable[[User], object]] = [
        lambda by: webhooks.rotate_secret(made, by=by, actor=ME),
        lambda by: webhooks.send_test(made, by=by, actor=ME),
        lambda by: webhooks.replay_message(made, 1, by=by, actor=ME),
        lambda by: webhooks.change_endpoint(
            made, url=made.url, types=["*"], description="", by=by, actor=ME
        ),
        lambda by: webhooks.make_endpoint(portal.ann, url=made.url, types=["*"], by=by, actor=ME),
    ]
    before = Event.objects.count()
    for verb in verbs:
        for who in (boss, other):
            with pytest.raises(NotAllowed):
                verb(who)
    with pytest.raises(NotAllowed):
        webhooks.end_endpoint(made, by=other, actor=ME)
    assert Event.objects.count() == before
    webhooks.end_endpoint(made, by=boss, actor=ME)


@pytest.mark.parametrize(
    ("change", "field_name"),
    [
        ({"url": "http://10.0.0.1/"}, "url"),
        ({"url": "https://127.1:5432/"}, "url"),
        ({"types": []}, "types"),
        ({"types": ["probe"]}, "types"),
        ({"types": ["nothing.*"]}, "types"),
        ({"types": ["model.published"]}, "types"),
        ({"description": "x" * 201}, "description"),
    ],
)
def test_what_cannot_be_kept_is_refused(
    portal: Portal, change: dict[str, Any], field_name: str, settings: Any
) -> None:
    settings.OUTWARD_ALLOWED = []
    good = {"url": "https://8.8.8.8/", "types": ["probe.*"], "description": ""}
    with pytest.raises(Invalid) as refused:
        webhooks.make_endpoint(portal.ann, **(good | change), by=portal.ann, actor=ME)
    assert list(refused.value.errors) == [field_name]
    assert WebhookEndpoint.objects.count() == 0


def test_the_address_is_looked_at_again_when_it_is_sent(portal: Portal, settings: Any) -> None:
    """Attack 38, at send: what was allowed when it was saved is private by now."""
    portal.made()
    settings.OUTWARD_ALLOWED = ["10.9.9.9"]
    happen(portal.parent, 1)
    assert send_due().failed == 1
    assert portal.sink.received == []
    assert "Use https" in WebhookAttempt.objects.get().error


def test_old_messages_leave_the_log(portal: Portal) -> None:
    portal.made()
    happen(portal.parent, 1)
    send_due()
    portal.tick(days=29)
    sending.forget_old()
    assert WebhookMessage.objects.count() == 1
    portal.tick(days=2)
    sending.forget_old()
    assert WebhookMessage.objects.count() == 0
    assert KEPT_FOR < sending.LOG_KEPT
