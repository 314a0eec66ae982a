"""A webhook that fails is no secret: whose it is and who looks after it are told, once."""

from typing import Any

import pytest
from django.test import Client

from esm.accounts.models import ServiceAccount, User
from esm.events.models import Delivery, Event, WebhookEndpoint
from esm.events.services import dispatch, webhooks
from esm.events.services.sending import send_due
from esm.events.services.webhook_claims import TRIPS_AFTER
from esm.notices.models import Notice
from governance.models import Person, Program
from tests.events.conftest import happen, make_parent, parent
from tests.events.webhook_portal import ME, Portal, portal

__all__ = ["make_parent", "parent", "portal"]

pytestmark = pytest.mark.django_db


def someone(name: str, **marks: Any) -> Person:
    """A person with an account of the same name."""
    user, _made = User.objects.get_or_create(username=name)
    User.objects.filter(pk=user.pk).update(**marks) if marks else None
    row = Person.objects.create(key=name, name=name, email=f"{name}@example.org")
    row.users.add(user)
    return row


@pytest.fixture
def people(portal: Portal) -> dict[str, Person]:
    """Ann, whose webhook it is, an administrator, one who left, and Eve."""
    found = {"ann": someone("ann"), "root": someone("root", is_admin=True), "eve": someone("eve")}
    found["gone"] = someone("gone", is_admin=True)
    Person.objects.filter(pk=found["gone"].pk).update(active=False)
    return found


def trip(portal: Portal, endpoint: WebhookEndpoint) -> None:
    """Let it fail until its breaker opens; what was owed is told."""
    happen(portal.parent, *range(1, TRIPS_AFTER + 4))
    assert send_due().failed == TRIPS_AFTER
    dispatch.drain()


def told() -> list[tuple[str, bool]]:
    """Who was told, by name, and whether it still counts as new."""
    names = dict(Person.objects.values_list("pk", "name"))
    rows = Notice.objects.filter(kind="webhook.tripped").order_by("pk")
    return [(names[row.person_id], row.read_at is None) for row in rows]


def test_its_owner_and_administrators_are_told_once_and_resuming_settles_it(
    portal: Portal, people: dict[str, Person]
) -> None:
    row = portal.made("/status/500").endpoint
    trip(portal, row)
    assert told() == [("ann", True), ("root", True)]
    notice = Notice.objects.get(person_id=people["ann"].pk)
    name = portal.sink.url("/status/500")
    assert notice.title == f"The webhook “{name}” fails: 5 attempts in a row did not arrive"
    assert notice.body == (
        "It answered 500. What waits is kept for 72 hours and tried again by itself, at least every"
        " half hour. Open it, see what the receiver answered, mend the receiver or the address,"
        " then press Resume."
    )
    assert notice.url == f"/webhooks/{row.key}/"
    assert Delivery.objects.filter(consumer="notices.mail").count() == 2
    event = Event.objects.get(type="webhook.tripped")
    assert event.data == {"failures": TRIPS_AFTER}
    browser = Client()
    browser.force_login(portal.ann)
    assert "attempts in a row did not arrive" in browser.get("/inbox/").content.decode()

    portal.tick(seconds=60)
    assert send_due().failed == 1, "the probe fails too"
    dispatch.drain()
    assert told() == [("ann", True), ("root", True)], "one trip, one notice"

    webhooks.resume_endpoint(row, by=portal.ann, actor=ME)
    dispatch.drain()
    assert told() == [("ann", False), ("root", False)]

    assert send_due().failed == TRIPS_AFTER
    dispatch.drain()
    assert told()[2:] == [("ann", True), ("root", True)], "another trip is another notice"


def test_a_message_that_arrives_settles_it(portal: Portal, people: dict[str, Person]) -> None:
    row = portal.made("/status/500").endpoint
    trip(portal, row)
    WebhookEndpoint.objects.filter(pk=row.pk).update(url=portal.sink.url("/ok"))
    portal.tick(seconds=60)
    assert send_due().done == TRIPS_AFTER + 3
    dispatch.drain()
    assert Event.objects.filter(type="webhook.recovered").count() == 1
    assert told() == [("ann", False), ("root", False)]


def test_what_was_dealt_with_before_anybody_heard_is_not_told(
    portal: Portal, people: dict[str, Person]
) -> None:
    row = portal.made("/status/500").endpoint
    happen(portal.parent, *range(1, TRIPS_AFTER + 1))
    send_due()
    webhooks.end_endpoint(row, by=portal.ann, actor=ME)
    dispatch.drain()
    assert told() == []


def test_who_answers_for_a_program_is_told_whom_to_ask(
    portal: Portal, people: dict[str, Person]
) -> None:
    portal.ann = User.objects.create_user("robot")
    account = ServiceAccount.objects.create(
        key="robot", name="Robot", role_key="clerk", user=portal.ann
    )
    Program.objects.create(account=account, owner=people["eve"])
    row = portal.made("/status/500").endpoint
    trip(portal, row)
    assert told() == [("root", True), ("eve", True)]
    notice = Notice.objects.get(person_id=people["eve"].pk)
    assert (notice.url, notice.why) == ("", "role")
    assert notice.body == (
        "What waits is kept for 72 hours and tried again by itself, at least every half hour. It"
        " belongs to the program robot, for which you answer. See that its receiver is mended; an"
        " administrator can then resume it at once, under Webhooks."
    )
    webhooks.resume_endpoint(row, by=User.objects.get(username="root"), actor=ME)
    dispatch.drain()
    assert told() == [("root", False), ("eve", False)]
