"""The load of a team, and the work of people who are away: who sees it, who gives it on."""

from datetime import timedelta

import pytest
from django.urls import reverse

from esm.common.errors import Invalid, InvalidState, NotAllowed
from esm.events.selectors import chains
from esm.events.services import dispatch
from esm.notices.models import Notice
from governance.models import Absence, Membership
from workflows.models import StageVisit, Task
from workflows.selectors import load
from workflows.services import stages
from workflows.services.reassigning import reassign_visit
from workflows.services.sessions import start_session

pytestmark = pytest.mark.django_db
OURS = "commercial-legal"
AWAY = reverse("team-away", args=[OURS])


def user(world, username):
    return world.person(username).users.get(username=username)


def taken(world):
    """A request whose first step Nuala of Commercial Legal has taken."""
    sent = world.submit()
    world.play(sent, until=1)
    return sent, world.visit(sent, "intake")


def away(world, username, days=2):
    return Absence.objects.create(
        person=world.person(username),
        valid=(world.now - timedelta(hours=1), world.now + timedelta(days=days)),
    )


def sums(found, name):
    one = next(m for m in found.members if m.person.key.startswith(name))
    return (one.sums.in_hand, one.sums.late, one.sums.waiting, one.absent, one.gone)


def test_what_each_member_holds_is_for_the_team_and_totals_for_others(desk, client):
    (_, late), (waits, still) = taken(desk), taken(desk)
    stages.pause(waits.pk, still.seq, party="third", reason="The annex.", actor=desk.actor("nuala"))
    StageVisit.objects.filter(pk=late.pk).update(queue_due=desk.now - timedelta(hours=1))
    away(desk, "yusra")

    found = load.load_of(user(desk, "yusra"), OURS)
    assert (found.totals, found.stranded) == (load.Sums(2, 1, 0, 1), 0)
    assert sums(found, "nuala") == (2, 1, 1, False, False)
    assert sums(found, "yusra") == (0, 0, 0, True, False)
    assert (found.inside, found.leads) == (True, False)
    outside = load.load_of(user(desk, "adaora"), OURS)
    assert (outside.totals, outside.members, outside.stranded) == (found.totals, [], 0)

    client.force_login(user(desk, "ines"))
    text = client.get(reverse("team-load", args=[OURS])).content.decode()
    assert f'href="/queue/{OURS}/?holder=nuala-brennick&amp;clock=late"' in text
    assert "away until" in text
    client.force_login(user(desk, "adaora"))
    told = client.get(f"/api/v1/teams/{OURS}/load").json()
    assert (told["totals"]["in_hand"], told["totals"]["late"], told["members"]) == (2, 1, [])
    assert "Nuala" not in client.get(reverse("team-load", args=[OURS])).content.decode()


def test_a_lead_gives_work_of_people_away_to_others_and_both_are_told(desk, client):
    (one, first), (two, _) = taken(desk), taken(desk)
    start_session(one.pk, first.seq, actor=desk.actor("nuala"))
    away(desk, "nuala")
    client.force_login(user(desk, "yusra"))
    assert client.get(AWAY).status_code == 403

    client.force_login(user(desk, "ines"))
    text = client.get(AWAY).content.decode()
    assert f"{one.ref}.{first.seq}" in text and two.ref in text
    rows = [f"{one.ref}.{first.seq}", f"{two.ref}.{first.seq}"]
    answer = client.post(AWAY, {"row": rows, "to": "yusra-belkadi", "reason": " "})
    assert answer.status_code == 400 and 'value="yusra-belkadi" checked' in answer.content.decode()
    assert StageVisit.objects.filter(holder=desk.person("nuala")).count() == 2
    answer = client.post(AWAY, {"row": rows, "to": "yusra-belkadi", "reason": "On leave."})
    assert answer.status_code == 302

    held = StageVisit.objects.filter(pk=first.pk).get()
    assert held.holder == desk.person("yusra")
    assert list(Task.objects.filter(visit=held).values_list("state", "assignee__key")) == [
        ("cancelled", "nuala-brennick"), ("claimed", "yusra-belkadi"),
    ]  # fmt: skip
    *_, stopped, given = chains.events_of(one)
    assert (stopped.type, stopped.data["how"]) == ("work.stopped", "released")
    refs = (desk.person("nuala").ref, desk.person("yusra").ref)
    assert (given.type, given.data) == (
        "task.reassigned",
        {"visit": first.seq, "giver": refs[0], "receiver": refs[1]},
    )
    dispatch.drain("outbox")
    told = Notice.objects.filter(kind="task.reassigned", url=f"/requests/{one.ref}/")
    assert {(f"P-{n.person_id}", n.body) for n in told} == {(ref, "On leave.") for ref in refs}
    assert "Everybody who holds work is here" in client.get(AWAY).content.decode()


def test_what_a_lead_cannot_give_on(desk):
    sent, visit = taken(desk)
    ines, yusra = desk.actor("ines"), desk.person("yusra")
    given = {"to": yusra, "reason": "Away."}
    with pytest.raises(NotAllowed, match="Only a lead"):
        reassign_visit(sent.pk, visit.seq, **given, actor=desk.actor("nuala"))
    with pytest.raises(Invalid, match="Say why"):
        reassign_visit(sent.pk, visit.seq, to=yusra, reason=" ", actor=ines)
    with pytest.raises(Invalid, match="holds it already"):
        reassign_visit(sent.pk, visit.seq, to=desk.person("nuala"), reason="x", actor=ines)
    with pytest.raises(Invalid, match="somebody who works in Commercial Legal"):
        reassign_visit(sent.pk, visit.seq, to=desk.person("helmi"), reason="x", actor=ines)
    away(desk, "yusra")
    with pytest.raises(Invalid, match="is away now"):
        reassign_visit(sent.pk, visit.seq, **given, actor=ines)
    stages.pause(sent.pk, visit.seq, party="third", reason="The annex.", actor=desk.actor("nuala"))
    with pytest.raises(InvalidState, match="has to be somebody"):
        reassign_visit(sent.pk, visit.seq, to=None, reason="x", actor=ines)
    visit.refresh_from_db()
    assert visit.holder == desk.person("nuala")
    assert "task.reassigned" not in [row.type for row in chains.events_of(sent)]


def test_work_of_who_left_the_team_goes_back_to_its_queue_by_api(desk, client):
    sent, visit = taken(desk)
    rows = Membership.objects.filter(person=desk.person("nuala"), team__key=OURS)
    rows.update(valid=(desk.now - timedelta(days=90), desk.now))
    client.force_login(user(desk, "ines"))
    listed = client.get(f"/api/v1/teams/{OURS}/away").json()["items"]
    assert [(r["request"], r["holder"]["key"], r["absent"]) for r in listed] == [
        (sent.ref, "nuala-brennick", False)
    ]
    address = f"/api/v1/requests/{sent.ref}/visits/{visit.seq}/reassign"
    send = {"content_type": "application/json"}
    answer = client.post(address, {"to": "nobody", "reason": "Left."}, **send)
    assert answer.status_code == 400
    answer = client.post(address, {"to": None, "reason": "Left."}, **send)
    assert (answer.json()["state"], answer.json()["holder"]) == ("queued", None)
    assert client.get(f"/api/v1/teams/{OURS}/away").json()["items"] == []
