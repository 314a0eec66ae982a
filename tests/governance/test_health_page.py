"""Late timers, stuck deliveries, dead letters: who sees what of them, and what becomes of them."""

import re
from datetime import timedelta

import pytest

from esm.accounts.models import User
from esm.common import clock
from esm.events import registry
from esm.events.models import Delivery, Event, EventPrivate, Suspect
from esm.events.services import dispatch
from tests.support import client
from workflows.models import Clock
from workflows.services import timers

pytestmark = pytest.mark.django_db


def text(response):
    return " ".join(response.content.decode().split())


def dead(request, **more):
    """A delivery about a request that was given up."""
    event = Event.objects.filter(chain=f"request/{request.pk}").order_by("seq")[0]
    values = {"error": "ValueError: The secret word.", "attempts": 5, "state": "dead", **more}
    return Delivery.objects.create(
        event_id=event.pk,
        bucket=event.bucket,
        consumer="probe.stuck",
        queue="outbox",
        due_at=clock.now() - timedelta(minutes=1),
        **values,
    )


@pytest.fixture
def admin(demo):
    """Somebody who administers and is in no team of the request."""
    User.objects.create_user(username="keeper", password="x", is_admin=True)
    return client("keeper")


@pytest.fixture
def delivered():
    """What a consumer of its own got."""
    got = []
    registry.subscribe([], "probe.stuck", got.append)
    yield got
    registry.unregister("probe.stuck")


def on_record():
    rows = Event.objects.filter(chain="clockwork/1").order_by("seq")
    private = dict(EventPrivate.objects.values_list("event_id", "content"))
    return [(row.type, row.data["effect"], private.get(row.pk)) for row in rows]


def test_only_administrators_see_it(demo, admin):
    assert client("nuala").get("/admin/health/").status_code == 403
    Delivery.objects.all().delete()
    page = admin.get("/admin/health/")
    assert page.status_code == 200
    assert "Nothing is late and nothing was given up." in text(page)


def test_what_somebody_may_not_see_is_neither_named_nor_quoted(demo, admin):
    sent = demo.submit()
    dead(sent)
    page = text(admin.get("/admin/health/"))
    assert "about something you may not see" in page
    assert sent.ref not in page
    assert "secret word" not in page
    assert "ValueError" in page
    User.objects.filter(username="keeper").update(is_steward=True)
    page = text(client("keeper").get("/admin/health/"))
    assert f'href="/requests/{sent.ref}/"' in page
    assert "The secret word." in page


def test_chosen_ones_are_tried_again_and_delivered(demo, admin, delivered):
    row = dead(demo.submit())
    dispatch.drain("outbox")
    asked = admin.get(f"/admin/health/retry/?row=d{row.pk}")
    assert "Try again: 1 effect" in text(asked)
    done = admin.post(f"/admin/health/retry/?row=d{row.pk}", {"reason": "Mended."})
    assert done["Location"] == "/admin/health/"
    row.refresh_from_db()
    assert (row.state, row.attempts) == ("due", 0)
    assert dispatch.dispatch("outbox").done == 1
    assert [event.id for event in delivered] == [row.event_id]
    assert on_record() == [("effect.retried", "probe.stuck", {"reason": "Mended."})]


def test_discarding_needs_a_reason_and_is_on_record(demo, admin):
    row = dead(demo.submit())
    address = f"/admin/health/discard/?row=d{row.pk}"
    refused = admin.post(address, {"reason": " "})
    assert refused.status_code == 400
    assert "Say why this never needs to happen." in text(refused)
    assert Delivery.objects.filter(pk=row.pk).exists()
    admin.post(address, {"reason": "Told by phone."})
    assert not Delivery.objects.filter(pk=row.pk).exists()
    wanted = {"reason": "Told by phone.", "error": "ValueError: The secret word."}
    assert on_record() == [("effect.discarded", "probe.stuck", wanted)]
    again = admin.post(address, {"reason": "Twice."})
    assert again.status_code == 409
    assert "None of these wait any more" in text(again)


def test_one_in_work_is_left_alone(demo, admin):
    row = dead(demo.submit(), state="due", lease_until=clock.machine() + timedelta(minutes=1))
    answer = admin.post(f"/admin/health/discard/?row=d{row.pk}", {"reason": "Now."})
    assert answer.status_code == 409
    assert Delivery.objects.filter(pk=row.pk).exists()


def test_discarded_clocks_never_fire_and_others_go_on(demo, admin):
    sent = demo.submit()
    Clock.objects.filter(request=sent).update(calendar_key="nowhere")
    demo.tick(days=30)
    late = text(admin.get("/admin/health/"))
    assert "Late clocks" in late
    Suspect.objects.create(
        sweep="clocks", key=sent.pk, state="dead", attempts=5, due_at=demo.now, error="KeyError: a"
    )
    page = text(admin.get("/admin/health/"))
    assert "Warnings and breaches" in page
    row = Suspect.objects.get()
    admin.post(f"/admin/health/discard/?row=s{row.pk}", {"reason": "Wrong calendar."})
    assert not Clock.objects.filter(request=sent).exclude(next_due=None).exists()
    assert (timers.sweep(), Suspect.objects.count()) == (0, 0)


def test_the_same_over_the_api(demo, admin):
    row = dead(demo.submit())
    (listed,) = admin.get("/api/v1/effects").json()["items"]
    assert (listed["key"], listed["about"], listed["error"]) == (f"d{row.pk}", None, "ValueError")
    sent = {"effects": [f"d{row.pk}"]}
    kind = {"content_type": "application/json"}
    assert client("nuala").post("/api/v1/effects/retry", sent, **kind).status_code == 403
    assert admin.post("/api/v1/effects/discard", sent, **kind).status_code == 400
    assert admin.post("/api/v1/effects/retry", sent, **kind).json() == {"done": 1}
    assert admin.get("/api/v1/effects").json()["items"] == []
    Delivery.objects.filter(pk=row.pk).update(state="dead")
    sent["reason"] = "Not needed."
    assert admin.post("/api/v1/effects/discard", sent, **kind).json() == {"done": 1}
    assert admin.post("/api/v1/effects/discard", sent, **kind).status_code == 409
    assert [kind for kind, *_ in on_record()] == ["effect.retried", "effect.discarded"]


def test_messages_to_webhooks_have_a_name_and_what_is_held_is_counted_apart(demo, admin):
    sent = demo.submit()
    Delivery.objects.filter(pk=dead(sent).pk).update(consumer="webhooks.send", queue="webhooks")
    page = text(admin.get("/admin/health/"))
    assert "Message to a webhook" in page
    assert "webhooks.send" not in page.lower()
    assert '<td class="num" data-l="Held">0</td>' in page


def test_the_number_stands_in_the_rail(demo, admin):
    sent = demo.submit()
    dispatch.drain("outbox")
    assert "late or given up" not in text(admin.get("/admin/"))
    dead(sent)
    Suspect.objects.create(sweep="clocks", key=sent.pk, state="dead", due_at=demo.now)
    page = text(admin.get("/admin/"))
    assert "2" in page.split('href="/admin/health/"')[1][:600]
    assert "/admin/health/" not in text(client("nuala").get("/"))


def figure(page):
    """The number beside the entry in the rail."""
    found = re.search(r'href="/admin/health/".*?(\d+)<span class="sr"> late or given up', page)
    return int(found.group(1)) if found else 0


def test_late_clocks_count_in_the_rail_as_on_the_page(demo, admin):
    sent, other = demo.submit(), demo.submit()
    Delivery.objects.all().delete()
    assert figure(text(admin.get("/admin/"))) == 0
    demo.tick(days=30)
    due = Clock.objects.filter(state="running", next_due__lt=demo.now - timedelta(seconds=15))
    mine = due.filter(request=sent).count()
    assert (mine, due.count()) == (2, 4)
    page = text(admin.get("/admin/health/"))
    assert (figure(page), "4 are late or were given up." in page) == (4, True)
    # One whose request was set aside stands there once.
    Suspect.objects.create(sweep="clocks", key=other.pk, state="dead", due_at=demo.now)
    page = text(admin.get("/admin/health/"))
    assert (figure(page), "3 are late or were given up." in page) == (3, True)
