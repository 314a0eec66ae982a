"""The sweep: what is bad stands aside, what a dead process left is taken up, none fires twice."""

from collections import Counter
from datetime import timedelta

import pytest
from django.db.models import F
from django.db.models.functions import Now

from esm.events.models import InHand, Suspect
from esm.events.selectors.chains import events_of
from esm.events.services import quarantine
from workflows.models import Clock
from workflows.services import timers

pytestmark = pytest.mark.django_db


# Two clocks of three warnings each; beside them five rungs of ladders fire.
ALL = {"clock.warned": 6, "clock.breached": 2}


def fired(request):
    return Counter(e.type for e in events_of(request) if e.type in ALL)


def let_try_again():
    quarantine.look_now()
    Suspect.objects.update(due_at=F("due_at") - timedelta(minutes=1))


def test_a_bad_clock_stops_no_other_and_is_given_up_after_five_attempts(demo):
    good, bad, last = demo.submit(), demo.submit(), demo.submit()
    Clock.objects.filter(request=bad).update(calendar_key="nowhere")
    demo.tick(days=30)
    timers.sweep()
    assert fired(bad) == {}
    assert fired(good) == fired(last) == ALL
    for attempt in range(1, 6):
        (row,) = Suspect.objects.all()
        assert (row.sweep, row.key, row.attempts) == ("clocks", bad.pk, attempt)
        assert row.state == ("dead" if attempt == 5 else "due")
        assert "nowhere" in row.error
        # Not again before its time has come.
        quarantine.look_now()
        timers.sweep()
        assert Suspect.objects.get().attempts == attempt
        let_try_again()
        timers.sweep()
    assert Suspect.objects.get().attempts == 5
    assert InHand.objects.count() == 0


def test_once_it_is_mended_it_fires_once_and_is_no_suspect_any_more(demo):
    bad = demo.submit()
    key = Clock.objects.filter(request=bad).values_list("calendar_key", flat=True)[0]
    Clock.objects.filter(request=bad).update(calendar_key="nowhere")
    demo.tick(days=30)
    timers.sweep()
    Clock.objects.filter(request=bad).update(calendar_key=key)
    let_try_again()
    assert timers.sweep() == 13
    assert timers.sweep() == 0
    assert fired(bad) == ALL
    assert Suspect.objects.count() == 0


def test_what_a_dead_process_had_in_hand_is_worked_alone_and_fires_once(demo):
    sent = [demo.submit(), demo.submit()]
    InHand.objects.create(
        sweep="clocks",
        keys=[r.pk for r in sent],
        backend=1,
        begun=demo.now,
        lease_until=demo.now + timedelta(days=400),
    )
    demo.tick(days=30)
    quarantine.look_now()
    assert timers.sweep() == 26
    assert [fired(r) for r in sent] == [ALL, ALL]
    assert (InHand.objects.count(), Suspect.objects.count()) == (0, 0)


def test_much_that_is_due_fires_lane_by_lane_each_once(demo):
    sent = [demo.submit() for _ in range(4)]
    demo.tick(days=30)
    assert timers.sweep(limit=2) == 52
    assert timers.sweep() == 0
    assert [fired(r) for r in sent] == [ALL] * 4
    # Behind the mark nothing is left, before it everything is found.
    late = demo.submit()
    demo.tick(days=30)
    assert timers.sweep(limit=2) == 13
    assert fired(late) == ALL


def test_what_killed_its_process_each_time_is_given_up_without_another_try(demo):
    sent = demo.submit()
    demo.tick(days=30)
    Suspect.objects.create(sweep="clocks", key=sent.pk, attempts=5, due_at=Now())
    let_try_again()
    assert timers.sweep() == 0
    row = Suspect.objects.get()
    assert (row.state, row.attempts) == ("dead", 5)
    assert row.error == "The process ended while it worked on this."
