"""The queue of a team: order from one column, pages by key, filters of the address, reasons."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from governance.models import Team
from workflows.models import Clock, StageVisit
from workflows.models.requests import FAR
from workflows.selectors import clock_views, invariants, queue, queue_filters
from workflows.services import handoffs, stages

pytestmark = pytest.mark.django_db


def user_of(world, username):
    return world.person(username).users.get(username=username)


def offered(world, n):
    """Requests that wait at Legal to be accepted, the first one ends soonest."""
    found = []
    for _ in range(n):
        sent = world.submit()
        world.play(sent, until=5, minutes=1)
        found.append(sent)
    return found


def refs(page):
    return [row.visit.request.ref for row in page.rows]


def agrees():
    """Every live visit stands where the clock shown for it says."""
    for visit in StageVisit.objects.filter(state__in=StageVisit.LIVE):
        ours = clock_views.ours(list(visit.clocks.all()))
        running = ours is not None and ours.state == Clock.State.RUNNING
        assert visit.queue_due == (ours.due_at if running else FAR), visit
        assert visit.queue_risk == (ours.risk_at if running else FAR), visit
    return list(invariants.queues_agree_with_clocks()) == []


def test_every_step_keeps_the_place_in_the_queue(desk):
    sent = desk.submit()
    for step in range(1, 6):
        desk.play(sent, until=step) if step == 1 else desk.do(sent, desk.journey["steps"][step - 1])
        assert agrees(), step
    handoff = desk.handoff(sent, "legal-review")
    respond = StageVisit.objects.get(pk=handoff.to_visit_id).queue_due
    handoffs.ask(sent.pk, handoff.seq, question="Which annex?", actor=desk.actor("yusra"))
    assert agrees()
    handoffs.accept(sent.pk, handoff.seq, actor=desk.actor("yusra"))
    assert agrees()
    visit = StageVisit.objects.get(pk=handoff.to_visit_id)
    assert visit.queue_due > respond
    stages.claim(sent.pk, visit.seq, actor=desk.actor("yusra"))
    stages.pause(sent.pk, visit.seq, party="third", reason="Mail", actor=desk.actor("yusra"))
    assert agrees() and StageVisit.objects.get(pk=visit.pk).queue_due == FAR
    desk.tick(days=2)
    stages.resume(sent.pk, visit.seq, actor=desk.actor("yusra"))
    assert agrees() and StageVisit.objects.get(pk=visit.pk).queue_due > visit.queue_due
    desk.tick(days=30)
    desk.settle()
    assert agrees()


def test_pages_by_key_in_every_order_hold_each_row_once(desk, monkeypatch):
    sent = offered(desk, 5)
    user, team = user_of(desk, "yusra"), Team.objects.get(key="commercial-legal")
    monkeypatch.setattr(queue, "PAGE", 2)
    for sort in queue_filters.CLOSED["sort"]:
        wanted = queue_filters.read({"sort": sort})
        found, after = [], ""
        while True:
            page = queue.page_of(user, team, wanted, after=after)
            found += refs(page)
            after = page.after
            if not after:
                break
        assert sorted(found) == sorted(r.ref for r in sent), sort
        if sort in ("soonest", "request", "promise", "entered"):
            assert found == [r.ref for r in sent]
    assert (
        refs(queue.page_of(user, team, queue_filters.read({}), after="R-1.1; x"))[0] == sent[0].ref
    )


def test_filters_narrow_and_unknown_values_are_said(client, desk):
    first, second = offered(desk, 2)
    user, team = user_of(desk, "yusra"), Team.objects.get(key="commercial-legal")
    taken = desk.handoff(first, "legal-review")
    handoffs.accept(first.pk, taken.seq, actor=desk.actor("yusra"))
    stages.claim(first.pk, taken.to_visit.seq, actor=desk.actor("yusra"))

    def shown(**given):
        page = queue.page_of(user, team, queue_filters.read(given))
        return [r.visit.request_id for r in page.rows]

    both = [second.pk, first.pk]
    assert sorted(shown()) == sorted(both)
    assert shown(holder="@me") == shown(view="mine") == shown(state="active") == [first.pk]
    assert shown(holder="@nobody") == shown(view="offered") == [second.pk]
    assert shown(holder=desk.person("yusra").key) == [first.pk]
    assert shown(q=second.ref) == shown(q=str(second.number)) == [second.pk]
    assert shown(q="no such words") == shown(service="nothing") == shown(step="nothing") == []
    assert sorted(shown(step="legal-review", service=first.service.key)) == sorted(both)
    assert (
        sorted(shown(**{"from": "exo"})) == [] and shown(clock="late") == shown(clock="still") == []
    )
    giver = taken.giver_team.department.key
    assert sorted(shown(**{"from": giver})) == sorted(both)
    desk.tick(days=20)
    assert sorted(shown(clock="late")) == sorted(both) and shown(clock="risk") == []
    assert sorted(shown(start="none")) == sorted(both) and shown(start="later") == []

    client.force_login(user)
    page = client.get("/queue/commercial-legal/?state=lost&service=nothing&view=odd")
    text = page.content.decode()
    assert page.status_code == 200
    assert "“lost” is no value of “State”; it was left out." in text
    assert "No work in this queue has “nothing” as “Service”." in text
    assert "Nothing matches these filters" in text


def test_counts_stop_at_the_bound_and_cost_one_query(desk, monkeypatch):
    offered(desk, 3)
    user, team = user_of(desk, "yusra"), Team.objects.get(key="commercial-legal")
    queue.counts(user, team)
    with CaptureQueriesContext(connection) as asked:
        found = queue.counts(user, team)
    assert len(asked) == 1
    assert found == {"soonest": 3, "mine": 0, "offered": 3, "back": 0, "waiting": 0}
    monkeypatch.setattr(queue, "BOUND", 2)
    assert queue.counts(user, team)["soonest"] == 2


def test_a_row_says_why_it_stands_where_it_stands(desk):
    (sent,) = offered(desk, 1)
    user, team = user_of(desk, "yusra"), Team.objects.get(key="commercial-legal")

    def reasons(owner=user, of=team):
        return queue.page_of(owner, of, queue_filters.read({})).rows[0].reasons

    assert reasons() == ["ends in 4 h on our side"]
    handoff = desk.handoff(sent, "legal-review")
    handoffs.ask(sent.pk, handoff.seq, question="Which annex?", actor=desk.actor("yusra"))
    assert reasons() == [f"{handoff.giver_team.name} was asked and has to answer"]
    helmi, deal = user_of(desk, "helmi"), handoff.giver_team
    handoffs.answer(sent.pk, handoff.seq, text="The second.", actor=desk.actor("helmi"))
    handoffs.return_to_giver(
        sent.pk, handoff.seq, reason="other", note="Name the town.", actor=desk.actor("yusra")
    )
    assert "came back to us" in reasons(helmi, deal) or "sent back once" in reasons(helmi, deal)
    desk.tick(days=30)
    assert "over on our side" in reasons(helmi, deal)[0]


def test_after_an_action_the_next_row_opens_and_the_toast_says_so(client, desk):
    first, second = offered(desk, 2)
    client.force_login(user_of(desk, "yusra"))
    page = client.get("/queue/commercial-legal/?view=offered").content.decode()
    number = desk.visit(second, "legal-review").seq
    onward = f"/queue/commercial-legal/?view=offered&open={second.ref}.{number}"
    assert onward.replace("&", "&amp;") in page
    path = f"/requests/{first.ref}/handoffs/{desk.handoff(first, 'legal-review').seq}/accept/"

    answer = client.post(path, {"next": onward}, follow=True)

    assert answer.redirect_chain == [(onward, 302)]
    assert f"Accepted. Next: {second.ref}." in answer.content.decode()
    path = f"/requests/{second.ref}/handoffs/{desk.handoff(second, 'legal-review').seq}/return/"
    asked = client.get(f"{path}?next=/queue/commercial-legal/%3Fview%3Doffered").content.decode()
    assert 'name="next" value="/queue/commercial-legal/?view=offered"' in asked
    for evil in ("//evil.example", "https://evil.example/queue/", "/queue//evil.example"):
        given = {"reason": "other", "note": "Name it.", "next": evil}
        sent = client.post(path, given)
        assert sent["Location"] == f"/requests/{second.ref}/"
        break
