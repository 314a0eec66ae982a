"""The day to follow up: who sets it, where the work stands meanwhile, what happens on the day."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from esm.common.errors import Invalid, InvalidState, NotAllowed
from esm.events.models import Event
from esm.notices.models import Notice
from governance.models import Membership, Team
from governance.selectors.people import actor_of_person
from workflows.models import StageVisit
from workflows.models.requests import FAR
from workflows.selectors import invariants, queue, queue_filters
from workflows.services import follow_ups, handoffs, stages
from workflows.services.follow_ups import set_follow_up

pytestmark = pytest.mark.django_db
OURS = "commercial-legal"


def user(world, username):
    return world.person(username).users.get(username=username)


def at_legal(world, *, taken=True):
    """A request that Legal has accepted, and whether somebody has taken it."""
    sent = world.submit()
    world.play(sent, until=5, minutes=1)
    offer = world.handoff(sent, "legal-review")
    handoffs.accept(sent.pk, offer.seq, actor=world.actor("yusra"))
    if taken:
        stages.claim(sent.pk, offer.to_visit.seq, actor=world.actor("yusra"))
    return sent, StageVisit.objects.get(pk=offer.to_visit_id)


def order(world):
    page = queue.page_of(user(world, "yusra"), Team.objects.get(key=OURS), queue_filters.read({}))
    return [(row.visit.request_id, row.reasons[0]) for row in page.rows]


def day(world, days):
    return (world.now + timedelta(days=days)).date()


def test_until_its_day_it_stands_below_and_says_so_and_then_comes_back(desk):
    first, visit = at_legal(desk)
    second, _ = at_legal(desk)
    due = visit.queue_due
    assert [pk for pk, _ in order(desk)] == [first.pk, second.pk]

    set_follow_up(first.pk, visit.seq, on=day(desk, 1), actor=desk.actor("yusra"))
    visit.refresh_from_db()
    assert visit.asleep and visit.queue_due == due != FAR
    assert visit.follow_up_at > desk.now
    (_, _), (last, reason) = order(desk)
    assert last == first.pk and reason.startswith("to follow up on ")
    desk.settle()
    assert not Notice.objects.filter(kind="follow_up.came").exists()

    desk.now = visit.follow_up_at
    desk.settle()
    visit.refresh_from_db()
    assert not visit.asleep and visit.follow_up_at is not None
    top, reason = order(desk)[0]
    assert top == first.pk and reason.startswith("to follow up since ")
    told = Notice.objects.filter(kind="follow_up.came")
    assert list(told.values_list("person_id", flat=True)) == [desk.person("yusra").pk]
    desk.settle()
    assert Event.objects.filter(chain=first.chain, type="follow_up.came").count() == 1
    assert list(invariants.queues_agree_with_clocks()) == []


def test_nobody_has_it_so_the_whole_team_is_told(desk):
    sent, visit = at_legal(desk, taken=False)
    set_follow_up(sent.pk, visit.seq, on=day(desk, 2), actor=desk.actor("yusra"))
    desk.tick(days=4)
    desk.settle()
    team = Membership.objects.filter(team__key=OURS, valid__contains=desk.now)
    told = Notice.objects.filter(kind="follow_up.came").values_list("person_id", flat=True)
    assert sorted(told) == sorted(team.values_list("person_id", flat=True))


def test_a_day_on_which_nobody_works_is_the_next_one(desk):
    sent, visit = at_legal(desk)
    saturday = date(2026, 1, 3) + timedelta(days=7 * ((day(desk, 8) - date(2026, 1, 3)).days // 7))
    visit = set_follow_up(sent.pk, visit.seq, on=saturday, actor=desk.actor("yusra"))
    assert visit.follow_up_at.date() > saturday


def test_what_is_refused_changes_nothing(desk):
    sent, visit = at_legal(desk)
    ended = sent.visits.filter(state="done").first()
    holder = actor_of_person(ended.holder)
    before = Event.objects.count()
    for on in (day(desk, 0), day(desk, -1), day(desk, 400)):
        with pytest.raises(Invalid, match="after today"):
            set_follow_up(sent.pk, visit.seq, on=on, actor=desk.actor("yusra"))
    with pytest.raises(NotAllowed, match="Only a member"):
        set_follow_up(sent.pk, visit.seq, on=day(desk, 1), actor=desk.actor("helmi"))
    with pytest.raises(NotAllowed, match="Somebody else has taken this"):
        set_follow_up(sent.pk, visit.seq, on=day(desk, 1), actor=desk.actor("nuala"))
    with pytest.raises(InvalidState, match="done"):
        set_follow_up(sent.pk, ended.seq, on=day(desk, 1), actor=holder)
    set_follow_up(sent.pk, visit.seq, on=None, actor=desk.actor("yusra"))
    visit.refresh_from_db()
    assert (visit.follow_up_at, visit.asleep) == (None, False)
    assert Event.objects.count() == before


def test_what_ended_in_the_meantime_is_not_told(desk):
    sent, visit = at_legal(desk)
    set_follow_up(sent.pk, visit.seq, on=day(desk, 1), actor=desk.actor("yusra"))
    StageVisit.objects.filter(pk=visit.pk).update(state="done")
    desk.tick(days=5)
    assert follow_ups.wake() == 0
    visit.refresh_from_db()
    assert not visit.asleep
    assert not Event.objects.filter(chain=sent.chain, type="follow_up.came").exists()


def test_in_the_browser_and_by_api(client, desk):
    sent, visit = at_legal(desk)
    client.force_login(user(desk, "yusra"))
    address = reverse("visit-follow-up", args=[sent.ref, visit.seq])
    text = client.get(f"/queue/{OURS}/").content.decode()
    assert address in text and 'data-key="f"' in text
    assert f'value="{day(desk, 1).isoformat()}"' in client.get(address).content.decode()

    wrong = client.post(address, {"on": "yesterday"})
    assert wrong.status_code == 400 and 'value="yesterday"' in wrong.content.decode()
    done = client.post(address, {"on": day(desk, 3).isoformat()}, follow=True)
    assert "Follow up on " in done.content.decode()
    visit.refresh_from_db()
    assert visit.asleep
    card = client.get(f"/requests/{sent.ref}/").content.decode()
    assert "It stands below the rest until then." in card
    client.post(address, {"clear": "1"})
    visit.refresh_from_db()
    assert visit.follow_up_at is None

    call = f"/api/v1/requests/{sent.ref}/visits/{visit.seq}/follow-up"
    on = day(desk, 3).isoformat()
    told = client.post(call, {"on": on}, content_type="application/json").json()
    assert told["follow_up_at"] is not None
    told = client.post(call, {"on": None}, content_type="application/json").json()
    assert told["follow_up_at"] is None
    bad = client.post(call, {"on": "2020-01-01"}, content_type="application/json")
    assert bad.status_code == 400
