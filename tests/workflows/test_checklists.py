"""Checklists from the model: ticked by who took the step, an open must keeps it from leaving."""

import pytest
from django.urls import reverse

from esm.common.errors import Invalid, InvalidState, NotAllowed, NotFound
from esm.events.selectors import chains
from governance.selectors import versions
from workflows.selectors import checklists, request_page
from workflows.services import handoffs, stages
from workflows.services.checklists import tick_item

pytestmark = pytest.mark.django_db
MUST = "early-end"


@pytest.fixture
def at_legal(desk):
    """A request on their paper, taken by Legal: one item of the checklist must be done."""
    demo = desk
    sent = demo.submit(paper="theirs")
    demo.play(sent, until=5)
    visit = demo.visit(sent, "legal-review")
    yusra = demo.actor("yusra")
    demo.do(sent, {"actor": "yusra", "stage": "legal-review", "action": "accept"})
    stages.claim(sent.pk, visit.seq, actor=yusra)
    sent.refresh_from_db()
    return demo, sent, demo.visit(sent, "legal-review"), yusra


def listed(sent, visit):
    return checklists.of_visit(versions.blueprint(sent.version_id), sent, visit)


def types_of(sent):
    return [row.type for row in chains.events_of(sent)]


def test_the_items_are_those_of_the_pinned_version_that_the_answers_ask_for(at_legal):
    _, sent, visit, _ = at_legal
    found = listed(sent, visit)
    assert [i.key for i in found.items] == ["each-deviation-rated", MUST, "law-and-court"]
    assert [i.key for i in found.open_musts] == [MUST]
    sent.data["paper"] = "ours"
    assert [i.key for i in listed(sent, visit).items] == ["each-deviation-rated", "law-and-court"]


def test_ticking_is_recorded_with_who_and_when(at_legal):
    demo, sent, visit, yusra = at_legal
    tick_item(sent.pk, visit.seq, item=MUST, done=True, actor=yusra)

    visit.refresh_from_db()
    (item,) = [i for i in listed(sent, visit).items if i.done]
    assert (item.key, item.by, item.at) == (MUST, yusra.ref, demo.now)
    event = chains.events_of(sent)[-1]
    assert (event.type, event.actor) == ("checklist.ticked", yusra.ref)
    assert event.data == {"visit": visit.seq, "stage": "legal-review", "item": MUST}


def test_the_same_tick_twice_changes_nothing_and_it_can_be_taken_back(at_legal):
    _, sent, visit, yusra = at_legal
    tick_item(sent.pk, visit.seq, item=MUST, done=True, actor=yusra)
    before = types_of(sent)
    tick_item(sent.pk, visit.seq, item=MUST, done=True, actor=yusra)
    assert types_of(sent) == before

    tick_item(sent.pk, visit.seq, item=MUST, done=False, actor=yusra)
    visit.refresh_from_db()
    assert visit.ticked == {}
    assert types_of(sent) == [*before, "checklist.unticked"]


def test_an_open_must_keeps_the_step_and_is_named(at_legal):
    _, sent, visit, yusra = at_legal
    before = types_of(sent)
    with pytest.raises(Invalid) as refused:
        stages.complete_visit(sent.pk, visit.seq, actor=yusra)
    assert refused.value.code == "checklist-open"
    assert refused.value.extra["missing"] == [MUST]
    assert "Their paper lets us end early for good cause" in refused.value.sentence
    visit.refresh_from_db()
    assert (visit.state, types_of(sent)) == ("active", before)

    tick_item(sent.pk, visit.seq, item=MUST, done=True, actor=yusra)
    stages.complete_visit(sent.pk, visit.seq, actor=yusra)
    visit.refresh_from_db()
    assert visit.state == "done"


def test_only_who_took_it_ticks_and_nothing_after_the_end(at_legal):
    demo, sent, visit, yusra = at_legal
    before = types_of(sent)
    with pytest.raises(NotAllowed, match="only they tick"):
        tick_item(sent.pk, visit.seq, item=MUST, done=True, actor=demo.actor("nuala"))
    with pytest.raises(NotFound):
        tick_item(sent.pk, visit.seq, item="price-against-list", done=True, actor=yusra)
    visit.refresh_from_db()
    assert (visit.ticked, types_of(sent)) == ({}, before)

    tick_item(sent.pk, visit.seq, item=MUST, done=True, actor=yusra)
    stages.complete_visit(sent.pk, visit.seq, actor=yusra)
    with pytest.raises(InvalidState, match="checklist is closed"):
        tick_item(sent.pk, visit.seq, item=MUST, done=False, actor=yusra)


def test_a_step_done_again_begins_with_nothing_ticked(at_legal):
    demo, sent, visit, yusra = at_legal
    tick_item(sent.pk, visit.seq, item=MUST, done=True, actor=yusra)
    stages.complete_visit(sent.pk, visit.seq, actor=yusra)
    offered = sent.visits.latest("seq")
    reason = request_page.return_reasons(versions.blueprint(sent.version_id), offered.handoff)[0][0]
    receiver = demo.member(offered.team_id)
    handoffs.return_to_giver(
        sent.pk, offered.handoff.seq, reason=reason, note="The annex is missing.", actor=receiver
    )
    again = demo.visit(sent, "legal-review")
    assert again.seq != visit.seq
    assert [i.key for i in listed(sent, again).open_musts] == [MUST]


def test_on_the_card_for_the_team_alone(at_legal, client):
    demo, sent, visit, _ = at_legal
    client.force_login(demo.person("yusra").users.get())
    page = reverse("request", args=[sent.ref])
    text = client.get(page).content.decode()
    assert "0 of 3 done" in text and "Their paper lets us end early" in text

    tick = reverse("visit-tick", args=[sent.ref, visit.seq, MUST])
    answer = client.post(tick, {"done": "1", "next": ""})
    assert answer["Location"] == f"{page}#checklist-{visit.seq}"
    assert "1 of 3 done" in client.get(page).content.decode()

    client.force_login(demo.person(demo.journey["persona"]).users.get())
    assert "Their paper lets us end early" not in client.get(page).content.decode()


def test_by_api(at_legal, client):
    demo, sent, visit, _ = at_legal
    client.force_login(demo.person("yusra").users.get())
    address = f"/api/v1/requests/{sent.ref}/visits/{visit.seq}"
    answer = client.post(f"{address}/checklist/{MUST}", {}, content_type="application/json")
    assert answer.status_code == 200
    item = next(i for i in answer.json()["checklist"] if i["key"] == MUST)
    assert (item["done"], item["severity"]) == (True, "must")
    assert item["done_by"]["name"] == demo.person("yusra").name

    client.post(f"{address}/checklist/{MUST}", {"done": False}, content_type="application/json")
    refused = client.post(f"{address}/complete", {}, content_type="application/json")
    assert (refused.status_code, refused.json()["code"]) == (400, "checklist-open")
    assert refused.json()["missing"] == [MUST]
    client.force_login(demo.person(demo.journey["persona"]).users.get())
    assert client.get(address).json()["checklist"] == []
