"""The limit of work in hand: above it, taking more asks for a reason that stays on record."""

import pytest
from django.urls import reverse

from esm.common.errors import Invalid
from esm.events.models import Event
from governance.models import Team
from workflows.models import Request, StageVisit
from workflows.selectors import identities
from workflows.services import handoffs, stages

pytestmark = pytest.mark.django_db
OURS = "commercial-legal"
WHY = "It is signed tomorrow."


@pytest.fixture
def full(desk):
    """Legal has one piece in hand and agreed on one; another one is offered to it."""
    limited = identities.team(OURS)
    Team.objects.filter(pk=limited.pk).update(wip_limit=1)
    before, limited.wip_limit = limited.wip_limit, 1
    first, second = desk.submit(), desk.submit()
    for sent in (first, second):
        desk.play(sent, until=5, minutes=1)
    offer = desk.handoff(first, "legal-review")
    handoffs.accept(first.pk, offer.seq, actor=desk.actor("yusra"))
    stages.claim(first.pk, offer.to_visit.seq, actor=desk.actor("yusra"))
    yield desk, first, second
    limited.wip_limit = before


def test_without_a_reason_nothing_is_taken(full):
    desk, _first, second = full
    offer = desk.handoff(second, "legal-review")
    before = Event.objects.count()
    with pytest.raises(Invalid, match="has 1 in hand and agreed on 1") as refused:
        handoffs.accept(second.pk, offer.seq, over_limit="  ", actor=desk.actor("yusra"))
    assert (refused.value.code, refused.value.extra) == ("wip-limit", {"limit": 1, "in_hand": 1})
    assert Event.objects.count() == before
    assert StageVisit.objects.get(pk=offer.to_visit_id).state == "offered"


def test_with_a_reason_it_is_and_the_reason_is_for_the_team(full, client):
    desk, _first, second = full
    offer = desk.handoff(second, "legal-review")
    handoffs.accept(second.pk, offer.seq, over_limit=WHY, actor=desk.actor("yusra"))
    with pytest.raises(Invalid):
        stages.claim(second.pk, offer.to_visit.seq, actor=desk.actor("yusra"))
    stages.claim(second.pk, offer.to_visit.seq, over_limit=WHY, actor=desk.actor("yusra"))
    event = Event.objects.filter(chain=second.chain, type="limit.exceeded").latest("seq")
    assert event.data == {"visit": offer.to_visit.seq, "team": OURS, "limit": 1, "in_hand": 1}

    def shown(username):
        client.force_login(desk.person(username).users.get(username=username))
        page = client.get(f"/requests/{second.ref}/").content.decode()
        events = client.get(f"/api/v1/requests/{second.ref}/events?limit=100").json()["items"]
        return WHY in page, "limit.exceeded" in {row["type"] for row in events}

    assert shown("yusra") == (True, True)
    assert shown(desk.journey["persona"]) == (False, False)


def test_what_is_confidential_does_not_count(full):
    desk, first, second = full
    Request.objects.filter(pk=first.pk).update(confidential=True)
    offer = desk.handoff(second, "legal-review")
    handoffs.accept(second.pk, offer.seq, actor=desk.actor("yusra"))
    assert not Event.objects.filter(type="limit.exceeded").exists()


def test_the_browser_asks_why_and_the_api_says_what_to_do(full, client):
    desk, _first, second = full
    offer = desk.handoff(second, "legal-review")
    client.force_login(desk.person("yusra").users.get(username="yusra"))
    address = reverse("handoff-accept", args=[second.ref, offer.seq])
    asked = client.post(address, {"take": "1", "next": f"/queue/{OURS}/"})
    text = asked.content.decode()
    assert asked.status_code == 400 and "Why can it not wait?" in text
    assert 'name="take" value="1"' in text and f'name="next" value="/queue/{OURS}/"' in text
    problem = client.post(f"/api/v1{address.rstrip('/')}", {}, content_type="application/json")
    assert (problem.status_code, problem.json()["in_hand"]) == (400, 1)
    done = client.post(address, {"take": "1", "over_limit": WHY})
    assert done.status_code == 302
    assert StageVisit.objects.get(pk=offer.to_visit_id).holder == desk.person("yusra")
