"""Work sessions: one at a time, stopped by what ends the work, closed when the day is over."""

from datetime import timedelta

import pytest
from django.urls import reverse

from esm.common.errors import InvalidState, NotAllowed
from esm.events.selectors import chains
from esm.events.services import dirty, dispatch
from esm.notices.models import Notice
from valueflow.models import FactVisit
from workflows.models import WorkSession
from workflows.services import requests, stages
from workflows.services.sessions import close_forgotten, start_session, stop_session

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(desk):
    return desk


def taken(world):
    """A request whose first step Nuala of Commercial Legal, which measures, has taken."""
    sent = world.submit()
    world.play(sent, until=1)
    return sent, world.visit(sent, "intake")


def told(sent):
    return [
        (row.type, row.data.get("how"), row.data.get("seconds"))
        for row in chains.events_of(sent)
        if row.type.startswith("work.")
    ]


def test_what_was_measured_is_the_touch_time_of_the_facts(world):
    sent, visit = taken(world)
    nuala = world.actor("nuala")
    start_session(sent.pk, visit.seq, actor=nuala)
    world.tick(minutes=25)
    stop_session(sent.pk, visit.seq, actor=nuala)
    world.tick(minutes=30)
    start_session(sent.pk, visit.seq, actor=nuala)
    world.tick(minutes=5)
    stages.complete_visit(sent.pk, visit.seq, actor=nuala)

    assert told(sent) == [
        ("work.started", None, None), ("work.stopped", "stopped", 1_500),
        ("work.started", None, None), ("work.stopped", "completed", 300),
    ]  # fmt: skip
    assert not WorkSession.objects.filter(stopped_at=None).exists()
    dirty.project_dirty()
    fact = FactVisit.objects.get(fact_id=sent.pk, number=visit.seq)
    assert (fact.touch_s, fact.estimated) == (1_800, False)


def test_starting_another_stops_the_first_and_says_so(world):
    first, one = taken(world)
    second, two = taken(world)
    nuala = world.actor("nuala")
    start_session(first.pk, one.seq, actor=nuala)
    world.tick(minutes=10)
    started = start_session(second.pk, two.seq, actor=nuala)

    assert started.stopped == first.ref
    assert told(first) == [("work.started", None, None), ("work.stopped", "switched", 600)]
    running = WorkSession.objects.get(stopped_at=None)
    assert running.visit_id == two.pk
    assert start_session(second.pk, two.seq, actor=nuala).session.pk == running.pk
    assert told(second) == [("work.started", None, None)]


@pytest.mark.parametrize(
    ("how", "act"),
    [
        ("released", lambda s, v, a, w: stages.release(s.pk, v.seq, actor=a)),
        (
            "waiting",
            lambda s, v, a, w: stages.pause(
                s.pk, v.seq, party="third", reason="The annex.", actor=a
            ),
        ),
        (
            "ended",
            lambda s, v, a, w: requests.withdraw(
                s.pk, reason="No longer needed.", actor=w.actor(w.journey["persona"])
            ),
        ),
    ],
)
def test_what_ends_the_work_stops_the_session(world, how, act):
    sent, visit = taken(world)
    nuala = world.actor("nuala")
    start_session(sent.pk, visit.seq, actor=nuala)
    world.tick(minutes=10)
    act(sent, visit, nuala, world)
    assert told(sent)[-1] == ("work.stopped", how, 600)
    assert not WorkSession.objects.filter(stopped_at=None).exists()


def test_who_may_not(world):
    sent, visit = taken(world)
    with pytest.raises(NotAllowed, match="only they measure"):
        start_session(sent.pk, visit.seq, actor=world.actor("yusra"))
    with pytest.raises(InvalidState, match="No work session"):
        stop_session(sent.pk, visit.seq, actor=world.actor("yusra"))
    world.do(sent, {"actor": "nuala", "stage": "intake", "action": "complete"})
    for action in ("accept", "claim"):
        world.do(sent, {"actor": "helmi", "stage": "commercial-terms", "action": action})
    terms = world.visit(sent, "commercial-terms")
    with pytest.raises(InvalidState, match="does not measure"):
        start_session(sent.pk, terms.seq, actor=world.actor("helmi"))
    assert told(sent) == []
    assert not WorkSession.objects.exists()


@pytest.mark.parametrize(
    ("local", "closes"),
    [("15:10", "17:30"), ("20:00", "00:00")],
)
def test_what_is_forgotten_is_closed_when_the_day_ends_with_a_notice(world, local, closes):
    """Harbour House works until 17:30 in Dublin; what begins later runs until midnight."""
    sent, visit = taken(world)
    hours, minutes = (int(part) for part in local.split(":"))
    world.now = world.now.replace(hour=hours - 1, minute=minutes)
    begun = world.now
    start_session(sent.pk, visit.seq, actor=world.actor("nuala"))
    ends = begun.replace(hour=(int(closes[:2]) - 1) % 24, minute=int(closes[3:]))
    world.now = ends - timedelta(seconds=1)
    assert close_forgotten() == 0
    world.now = ends + timedelta(hours=3)
    assert (close_forgotten(), close_forgotten()) == (1, 0)

    row = WorkSession.objects.get(visit=visit)
    assert row.stopped_at == ends
    assert told(sent)[-1] == ("work.stopped", "forgotten", int((ends - begun).total_seconds()))
    dispatch.drain("outbox")
    notice = Notice.objects.get(kind="work.stopped")
    assert notice.person_id == world.person("nuala").pk
    assert notice.title.startswith(f"Your work session on {sent.ref} was closed")


def test_on_the_card_of_who_took_it(world, client):
    sent, visit = taken(world)
    client.force_login(world.person("nuala").users.get())
    page = reverse("request", args=[sent.ref])
    assert "Start working" in client.get(page).content.decode()
    client.post(reverse("visit-work-start", args=[sent.ref, visit.seq]))
    world.tick(minutes=12)
    text = client.get(page).content.decode()
    assert "Stop working" in text and "12 min so far" in text
    answer = client.post(reverse("visit-work-stop", args=[sent.ref, visit.seq]), follow=True)
    assert "Stopped after 12 min." in answer.content.decode()

    client.force_login(world.person("yusra").users.get())
    text = client.get(page).content.decode()
    assert "12 min so far" in text and "Start working" not in text
    client.force_login(world.person(world.journey["persona"]).users.get())
    assert "12 min so far" not in client.get(page).content.decode()


def test_by_api(world, client):
    sent, visit = taken(world)
    client.force_login(world.person("nuala").users.get())
    address = f"/api/v1/requests/{sent.ref}/visits/{visit.seq}"
    client.post(f"{address}/work/start", {}, content_type="application/json")
    world.tick(minutes=2)
    answer = client.post(f"{address}/work/stop", {}, content_type="application/json")
    assert answer.json()["worked"] == {"iso8601": "PT2M", "seconds": 120}
    again = client.post(f"{address}/work/stop", {}, content_type="application/json")
    assert again.status_code == 409
