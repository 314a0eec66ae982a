"""Saved replies: whose they are, what their placeholders may be, where they are inserted."""

import pytest
from django.urls import reverse

from esm.common.errors import Invalid, NotAllowed, NotFound
from esm.events.models import Event
from governance.models import Membership
from governance.selectors.people import actor_for
from workflows.models import SavedReply
from workflows.selectors import replies
from workflows.services.replies import remove_reply, save_reply

pytestmark = pytest.mark.django_db
BODY = "Dear {{ requester }}, {{ref}} is with {{ team }}."


@pytest.fixture
def world(desk):
    return desk


def user(world, username):
    return world.person(username).users.get(username=username)


def keep(world, username, **changes):
    given = {"name": "Received", "body": BODY, "audience": "mine"} | changes
    return save_reply(**given, actor=actor_for(user(world, username)))


def test_placeholders_of_the_list_are_filled_and_nothing_else_is(world):
    """Attack 27: what looks like a template stays what was written."""
    sent = world.submit()
    hostile = (
        "{{7*7}} {% load static %} {{ requester.users }} {{ requester|safe }} {{settings}}"
        " {{ __class__ }} {% include 'x' %} {{{{ref}}}}"
    )
    filled = replies.render(hostile, replies.values_for(user(world, "helmi"), sent))
    assert filled == hostile.replace("{{{{ref}}}}", f"{{{{{sent.ref}}}}}")
    text = replies.render(BODY, replies.values_for(user(world, "helmi"), sent))
    assert text == f"Dear {sent.requester.name}, {sent.ref} is with Commercial Legal."


def test_what_is_filled_in_is_not_read_again():
    assert replies.render("{{title}}", {"title": "{{me}}", "me": "Helmi"}) == "{{me}}"


def test_strange_braces_are_named_when_saved(world):
    assert replies.unknown("{{me}} {{7*7}} {% now %} {{ who }}") == [
        "{{7*7}}", "{% now %}", "{{ who }}",
    ]  # fmt: skip


def test_mine_the_teams_and_everyones(world):
    lead = Membership.objects.get(person=world.person("yusra"), valid__contains=world.now)
    Membership.objects.filter(pk=lead.pk).update(is_lead=True)
    mine = keep(world, "nuala", name="Mine")
    team = keep(world, "yusra", name="Ours", audience=f"team:{lead.team.key}")
    everyone = keep(world, "sander", name="All", audience="everyone")
    seen = {
        name: set(replies.visible_to(user(world, name)).values_list("pk", flat=True))
        for name in ("nuala", "yusra", "helmi")
    }
    assert seen == {
        "nuala": {mine.pk, team.pk, everyone.pk},
        "yusra": {team.pk, everyone.pk},
        "helmi": {everyone.pk},
    }
    with pytest.raises(NotFound):
        replies.by_id(user(world, "helmi"), team.pk)


def test_only_leads_publish_for_the_team_and_stewards_for_everyone(world):
    before = Event.objects.count(), SavedReply.objects.count()
    with pytest.raises(NotAllowed, match="lead of the team"):
        keep(world, "nuala", audience="team:commercial-legal")
    with pytest.raises(NotAllowed, match="for everyone"):
        keep(world, "nuala", audience="everyone")
    with pytest.raises(Invalid, match="for whom"):
        keep(world, "nuala", audience="team:no-such-team")
    with pytest.raises(Invalid) as refused:
        keep(world, "nuala", name=" ", body="x" * 5_001)
    assert set(refused.value.errors) == {"name", "body"}
    assert (Event.objects.count(), SavedReply.objects.count()) == before


def test_a_change_and_a_removal_are_recorded_and_others_may_do_neither(world):
    kept = keep(world, "nuala")
    with pytest.raises(NotAllowed, match="somebody else"):
        remove_reply(kept.pk, actor=world.actor("helmi"))
    with pytest.raises(NotAllowed):
        save_reply(
            name="x", body="y", audience="mine", reply_id=kept.pk, actor=world.actor("helmi")
        )
    keep(world, "nuala", name="Got it", reply_id=kept.pk)
    remove_reply(kept.pk, actor=world.actor("nuala"))

    types = Event.objects.filter(chain=f"reply/{kept.pk}").order_by("seq")
    assert list(types.values_list("type", flat=True)) == [
        "reply.saved", "reply.saved", "reply.removed",
    ]  # fmt: skip
    assert not replies.visible_to(user(world, "nuala")).filter(pk=kept.pk).exists()
    kept.refresh_from_db()
    assert kept.name == "Got it"
    with pytest.raises(NotFound):
        remove_reply(kept.pk, actor=world.actor("nuala"))


def test_the_picker_fills_the_field_where_one_was(world, client):
    sent = world.submit()
    kept = keep(world, "nuala")
    client.force_login(user(world, "nuala"))
    to = f"/requests/{sent.ref}/comments/"
    page = client.get(reverse("request-replies", args=[sent.ref]), {"to": to, "q": "receiv"})
    link = f"{to}?reply={kept.pk}"
    assert link in page.content.decode()

    form = client.get(link).content.decode()
    assert f"Dear {sent.requester.name}, {sent.ref} is with Commercial Legal." in form
    assert f'data-replies="/requests/{sent.ref}/replies/"' in form
    elsewhere = client.get(reverse("request-replies", args=[sent.ref]), {"to": "//evil.example/"})
    assert f"/requests/{sent.ref}/comments/?reply={kept.pk}" in elsewhere.content.decode()
    hidden = keep(world, "helmi")
    assert client.get(f"{to}?reply={hidden.pk}").status_code == 404


def test_a_refused_form_keeps_its_values(world, client):
    client.force_login(user(world, "nuala"))
    answer = client.post(
        reverse("reply-new"), {"name": "", "body": "Kept text", "audience": "mine"}
    )
    assert answer.status_code == 400
    assert "Kept text" in answer.content.decode()


def test_by_api(world, client):
    client.force_login(user(world, "nuala"))
    given = {"name": "Received", "body": BODY, "audience": "mine"}
    made = client.post("/api/v1/replies", given, content_type="application/json")
    assert made.status_code == 201
    address = made["Location"]
    assert client.get(address).json()["body"] == BODY
    sent = world.submit()
    filled = client.get(f"/api/v1/requests/{sent.ref}/replies", {"q": "received"}).json()["items"]
    assert [row["text"] for row in filled] == [
        f"Dear {sent.requester.name}, {sent.ref} is with Commercial Legal."
    ]
    assert client.delete(address).status_code == 204
    assert client.get(address).status_code == 404
