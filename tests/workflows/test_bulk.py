"""Several rows at once: what all allow, each by itself, what is hidden answers like nothing."""

from datetime import timedelta

import pytest
from django.urls import reverse

from esm.common.errors import Invalid, NotAllowed
from esm.events.models import Event
from esm.notices.models import Notice
from governance.models import Absence, Membership
from governance.selectors.people import actor_for
from workflows.models import Request, StageVisit
from workflows.selectors import bulk as chosen
from workflows.services import bulk, handoffs, stages
from workflows.services.assigning import assign_visit
from workflows.services.bulk import Wishes

pytestmark = pytest.mark.django_db
OURS = "commercial-legal"


def user(world, username):
    return world.person(username).users.get(username=username)


def lead(world, username):
    rows = Membership.objects.filter(person=world.person(username), team__key=OURS)
    rows.filter(valid__contains=world.now).update(is_lead=True)


@pytest.fixture
def three(desk):
    """At Legal: one offered, one queued, one in work; with their codes."""
    visits = []
    for state in ("offered", "queued", "active"):
        sent = desk.submit()
        desk.play(sent, until=5, minutes=1)
        offer = desk.handoff(sent, "legal-review")
        if state != "offered":
            handoffs.accept(sent.pk, offer.seq, actor=desk.actor("yusra"))
        if state == "active":
            stages.claim(sent.pk, offer.to_visit.seq, actor=desk.actor("yusra"))
        visits.append(StageVisit.objects.select_related("request").get(pk=offer.to_visit_id))
    return desk, visits, [f"{v.request.ref}.{v.seq}" for v in visits]


def states(visits):
    return [StageVisit.objects.get(pk=v.pk).state for v in visits]


def run(world, username, codes, action, **wishes):
    account = user(world, username)
    return bulk.act_on(
        chosen.find(account, codes),
        action,
        Wishes(**wishes),
        actor_of=lambda team: actor_for(account, team=team),
    )


def test_each_row_says_what_it_allows(three):
    desk, visits, _ = three
    found = chosen.allowed(user(desk, "yusra"), visits)
    assert [found[v.pk] for v in visits] == [
        ["accept"],
        ["claim", "follow-up"],
        ["hand-over", "follow-up", "pause", "release"],
    ]
    assert set(map(tuple, chosen.allowed(user(desk, "helmi"), visits).values())) == {()}
    lead(desk, "nuala")
    found = chosen.allowed(user(desk, "nuala"), visits)
    assert found[visits[1].pk] == ["claim", "assign", "follow-up"]


def test_what_one_refuses_changes_nothing_for_the_others(three):
    desk, visits, codes = three
    outcomes = run(desk, "yusra", [*codes, "R-1.1", "nonsense", codes[1]], "claim")
    assert [(one.code, one.status, one.problem) for one in outcomes] == [
        (codes[0], 409, "wrong-state"),
        (codes[1], 200, ""),
        (codes[2], 409, "wrong-state"),
        ("R-1.1", 404, "not-found"),
        ("nonsense", 404, "not-found"),
    ]
    assert states(visits) == ["offered", "active", "active"]


def test_hidden_is_told_like_missing(three):
    """Attack 9."""
    desk, visits, codes = three
    Request.objects.filter(pk=visits[0].request_id).update(confidential=True, principals=[])
    before = Event.objects.count()
    hidden, missing = run(desk, "yusra", [codes[0], "R-99999999.1"], "accept")
    assert (hidden.status, hidden.problem, hidden.sentence) == (
        missing.status, missing.problem, missing.sentence,
    )  # fmt: skip
    assert hidden.visit is missing.visit is None
    assert Event.objects.count() == before


def test_every_action_goes_through_the_service_for_one(three):
    desk, visits, codes = three
    offered, queued, active = codes

    def does(action, *rows, **wishes):
        assert [one.sentence for one in run(desk, "yusra", rows, action, **wishes)] == [""] * len(
            rows
        )

    does("accept", offered)
    does("claim", offered, queued)
    assert states(visits) == ["active"] * 3
    does("pause", offered, active, party="third", reason="Their mail")
    assert states(visits) == ["blocked", "active", "blocked"]
    on = (desk.now + timedelta(days=2)).date()
    does("follow-up", *codes, on=on)
    assert StageVisit.objects.filter(pk__in=[v.pk for v in visits], asleep=True).count() == 3
    does("resume", offered, active)
    does("release", queued)
    assert states(visits) == ["active", "queued", "active"]


def test_what_is_missing_for_all_is_said_once_and_nothing_happens(three):
    desk, _visits, codes = three
    before = Event.objects.count()
    for action, wishes, wrong in (
        ("assign", {}, {"to"}),
        ("pause", {"party": "moon"}, {"party", "reason"}),
        ("delete", {}, {"do"}),
    ):
        with pytest.raises(Invalid) as refused:
            run(desk, "yusra", codes, action, **wishes)
        assert set(refused.value.errors) == wrong
    for rows in ([], [f"R-{n}.1" for n in range(501)]):
        with pytest.raises(Invalid, match="between one and 500"):
            run(desk, "yusra", rows, "claim")
    assert Event.objects.count() == before


def test_a_lead_gives_work_to_a_member_who_is_told(three):
    desk, visits, codes = three
    nuala, queued = desk.person("nuala"), visits[1]
    with pytest.raises(NotAllowed, match="Only a lead"):
        assign_visit(queued.request_id, queued.seq, to=nuala, actor=desk.actor("yusra"))
    lead(desk, "yusra")
    with pytest.raises(Invalid, match="somebody who works in"):
        assign_visit(
            queued.request_id, queued.seq, to=desk.person("helmi"), actor=desk.actor("yusra")
        )
    away = Absence.objects.create(
        person=nuala, valid=(desk.now - timedelta(days=1), desk.now + timedelta(days=1))
    )
    with pytest.raises(Invalid, match="is away now"):
        assign_visit(queued.request_id, queued.seq, to=nuala, actor=desk.actor("yusra"))
    assert states(visits) == ["offered", "queued", "active"]

    away.delete()
    (one,) = run(desk, "yusra", [codes[1]], "assign", to=nuala)
    assert one.ok
    queued.refresh_from_db()
    assert (queued.state, queued.holder) == ("active", nuala)
    desk.settle()
    told = Notice.objects.filter(kind="visit.assigned").values_list("person_id", flat=True)
    assert list(told) == [nuala.pk]


def test_chosen_confirmed_and_told_in_the_browser(three, client):
    desk, visits, codes = three
    client.force_login(user(desk, "yusra"))
    text = client.get(f"/queue/{OURS}/").content.decode()
    assert f'name="row" value="{codes[1]}"' in text
    assert 'data-may="claim follow-up"' in text and 'value="assign"' not in text

    address = reverse("queue-bulk", args=[OURS])
    back = f"/queue/{OURS}/?sort=request"
    asked = client.get(address, {"row": codes, "do": "claim", "next": back})
    page = asked.content.decode()
    assert asked.status_code == 200 and page.count("Left out") == 2
    assert states(visits) == ["offered", "queued", "active"]
    done = client.post(address, {"row": codes, "do": "claim", "next": back})
    told = done.content.decode()
    assert done.status_code == 200 and "Taken: 1." in told and told.count("Not done") == 2
    assert states(visits) == ["offered", "active", "active"]

    wrong = client.post(address, {"row": codes[1:], "do": "follow-up", "on": "soon", "next": back})
    assert wrong.status_code == 400 and 'value="soon"' in wrong.content.decode()
    fine = client.post(address, {"row": codes[1:], "do": "release", "next": back})
    assert fine["Location"] == back
    assert states(visits) == ["offered", "queued", "queued"]
    assert client.get(address, {"do": "claim"}).status_code == 302


def test_by_api(three, client):
    desk, visits, _codes = three
    client.force_login(user(desk, "yusra"))
    items = [{"request": v.request.ref, "visit": v.seq} for v in visits]
    items.append({"request": "R-1", "visit": 1})
    call = {"content_type": "application/json"}
    told = client.post("/api/v1/requests/bulk", {"action": "accept", "items": items}, **call)
    assert told.status_code == 200
    assert [(row["status"], row["code"]) for row in told.json()["results"]] == [
        (200, ""), (409, "wrong-state"), (409, "wrong-state"), (404, "not-found"),
    ]  # fmt: skip
    assert states(visits) == ["queued", "queued", "active"]
    many = {"action": "accept", "items": items * 126}
    assert client.post("/api/v1/requests/bulk", many, **call).status_code == 400
