"""The pages of running work, as the people of a journey see them."""

import re

import pytest
from django.urls import reverse

from governance.models import Person


def signed_in(client, world, username):
    client.force_login(world.person(username).users.get(username=username))
    return client


def test_the_receiver_accepts_on_the_request_page(client, demo):
    sent = demo.submit()
    demo.play(sent, until=2)
    page = signed_in(client, demo, "helmi").get(reverse("request", args=[sent.ref]))
    text = page.content.decode()
    assert page.status_code == 200
    assert "Offered" in text and sent.title in text
    action = re.search(r'action="(/requests/R-\d+/handoffs/1/accept/)"', text)
    assert action is not None

    answer = client.post(action.group(1))

    assert answer.status_code == 302
    assert demo.visit(sent, "commercial-terms").state == "queued"


def test_how_a_step_is_done_and_why_one_cannot_act_is_for_its_team_alone(client, demo):
    sent = demo.submit()
    demo.play(sent, until=1)
    visit = demo.visit(sent, "intake")
    mates = Person.objects.filter(memberships__team=visit.team, memberships__is_lead=False)
    mate = mates.filter(users__isnull=False).exclude(pk=visit.holder_id).order_by("pk")[0]

    def said(username):
        page = signed_in(client, demo, username).get(reverse("request", args=[sent.ref]))
        text = page.content.decode()
        why = text.count("Somebody else has taken this; only they complete it.")
        return why, text.count("Read the draft once.")

    known = [said(u) for u in ("mira", "nuala", mate.users.get().username)]
    assert known == [(0, 0), (0, 1), (1, 1)]


def test_a_stranger_gets_the_same_404_as_for_nothing(client, demo):
    sent = demo.submit()
    signed_in(client, demo, "tomas")
    hidden = client.get(reverse("request", args=[sent.ref]))
    missing = client.get("/requests/R-99999/")
    assert hidden.status_code == missing.status_code == 404
    assert hidden.content == missing.content


@pytest.mark.parametrize("username", ["mira", "nuala", "helmi", "yusra", "adaora", "sander"])
def test_every_page_opens_for_who_may_see_it(client, demo, username):
    sent = demo.submit()
    demo.play(sent, until=6)
    signed_in(client, demo, username)
    for path in ("/", "/requests/", "/queue/", "/search/?q=Norrvik"):
        assert client.get(path, follow=True).status_code == 200, path


def test_a_return_without_a_note_is_refused_and_keeps_what_was_typed(client, demo):
    sent = demo.submit()
    demo.play(sent, until=5)
    handoff = demo.handoff(sent, "legal-review")
    signed_in(client, demo, "yusra")
    path = reverse("handoff-return", args=[sent.ref, handoff.seq])

    answer = client.post(path, {"reason": "deviations-not-listed", "note": " "})

    assert answer.status_code == 400
    text = answer.content.decode()
    assert "Write what would make it usable" in text
    handoff.refresh_from_db()
    assert handoff.state == "offered"
