"""Clocks through the services: pausing moves what is left, never what has passed."""

from datetime import timedelta

from esm.common import clock
from esm.events.selectors.chains import events_of as events
from workflows.models import Clock
from workflows.selectors.clock_invariants import promises_follow_their_clock
from workflows.services import stages


def promise_of(request):
    return Clock.objects.get(request=request, metric="promise")


def test_a_wait_for_the_requester_moves_the_promise_by_what_stood_still(demo):
    sent = demo.submit()
    demo.play(sent, until=1)
    before = promise_of(sent).due_at
    visit = demo.visit(sent, "intake")
    nuala = demo.actor("nuala")
    stages.pause(sent.pk, visit.seq, party="requester", reason="Which paper?", actor=nuala)
    demo.tick(hours=2)
    stages.resume(sent.pk, visit.seq, actor=nuala)
    # Two hours on the wall, twenty minutes of them in the noon break.
    assert (promise_of(sent).due_at - before).total_seconds() == 6000


def test_a_wait_for_a_third_party_leaves_the_promise_running(demo):
    sent = demo.submit()
    demo.play(sent, until=1)
    visit = demo.visit(sent, "intake")
    nuala = demo.actor("nuala")
    stages.pause(sent.pk, visit.seq, party="third", reason="Their lawyer.", actor=nuala)
    assert promise_of(sent).state == "running"
    assert Clock.objects.get(request=sent, metric="complete").state == "paused"


def test_a_breach_stays_where_it_was_when_the_clock_stands_still_afterwards(demo):
    sent = demo.submit()
    demo.play(sent, until=1)
    due = promise_of(sent).due_at
    demo.tick(days=30)
    demo.settle()
    late = promise_of(sent)
    assert (late.breached_at, late.due_at) == (due, due)
    visit = demo.visit(sent, "intake")
    nuala = demo.actor("nuala")
    stages.pause(sent.pk, visit.seq, party="requester", reason="Which paper?", actor=nuala)
    demo.tick(days=1)
    stages.resume(sent.pk, visit.seq, actor=nuala)
    again = promise_of(sent)
    assert (again.breached_at, again.due_at, again.next_due) == (due, due, None)


def test_warnings_and_the_breach_fire_once_each(demo):
    sent = demo.submit()
    demo.tick(days=30)
    demo.settle()
    demo.settle()
    clock = promise_of(sent)
    assert clock.warned == [50, 75, 90]
    fired = [e for e in events(sent) if e.data.get("clock") == clock.seq]
    assert [e.type for e in fired] == [
        "clock.started", "clock.warned", "clock.warned", "clock.escalated", "clock.warned",
        "clock.breached", "clock.escalated", "clock.escalated",
    ]  # fmt: skip


def test_the_promise_and_its_clock_begin_in_the_same_second(demo):
    """Sending takes a moment: between two of its looks at the time a second may end."""

    def slowly():
        demo.now += timedelta(milliseconds=700)
        return demo.now

    clock.set_source(slowly)
    sent = demo.submit()
    sent.refresh_from_db()
    promise = promise_of(sent)
    assert (promise.running_since, promise.due_at) == (sent.submitted_at, sent.promised_at)
    assert list(promises_follow_their_clock()) == []
