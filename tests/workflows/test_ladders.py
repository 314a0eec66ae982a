"""Ladders: who else hears of a clock, when, once; on the calendar, whoever is away."""

from datetime import timedelta

import pytest

from esm.events.actors import SYSTEM
from esm.events.selectors.chains import events_of
from esm.notices.models import Notice
from governance.models import Membership, Person
from governance.selectors import roles
from governance.services import people
from tests.support import World
from workflows.models import Clock, Request
from workflows.selectors import calendars, clock_invariants
from workflows.services import clocks, stages, timers
from workflows.services.case import Case

pytestmark = pytest.mark.django_db


def of(sent: Request, metric: str) -> Clock:
    return Clock.objects.filter(request=sent, metric=metric).latest("seq")


def climbed(sent: Request, row: Clock) -> list[tuple[int, str, int]]:
    found = events_of(sent, ["clock.escalated"])
    mine = [e.data for e in found if e.data["clock"] == row.seq]
    return [(data["rung"], data["when"], data["amount"]) for data in mine]


def told(title: str) -> set[str]:
    rows = Notice.objects.filter(kind="clock.escalated", title__startswith=title)
    ids = rows.values_list("person_id", flat=True)
    return set(Person.objects.filter(pk__in=list(ids)).values_list("name", flat=True))


@pytest.fixture
def taken(desk: World) -> Request:
    sent = desk.submit()
    desk.play(sent, until=1)
    return sent


def leads_of(world: World, row: Clock) -> list[Person]:
    assert row.visit is not None
    found = Membership.objects.filter(
        team=row.visit.team, is_lead=True, valid__contains=world.now
    ).select_related("person")
    return [m.person for m in found]


def test_before_the_deadline_is_counted_in_open_hours(desk: World, taken: Request) -> None:
    """Two hours before, over a night: not at midnight, not two hours on the wall."""
    row = of(taken, "complete")
    assert row.due_at is not None and row.target_s > 7200
    Clock.objects.filter(pk=row.pk).update(target_s=25_200)
    row.refresh_from_db()
    bp = Case.of(taken, SYSTEM).blueprint
    calendar = calendars.calendar_in(bp, row.calendar_key)
    clocks.arm(row, calendar, clocks.policy_of(bp, "complete"))
    row.save()
    assert row.due_at is not None and row.running_since is not None
    moment = calendar.add(row.running_since, 25_200 - 7200)
    assert row.due_at - moment > timedelta(hours=12)
    assert calendar.elapsed(moment, row.due_at) == 7200
    desk.now = moment - timedelta(seconds=1)
    timers.sweep()
    assert climbed(taken, row) == []
    desk.now = moment
    timers.sweep()
    timers.sweep()
    assert climbed(taken, row) == [(1, "before", 7200)]


def test_each_rung_is_reached_once_and_its_people_are_told(desk: World, taken: Request) -> None:
    row = of(taken, "complete")
    desk.tick(days=30)
    for _ in range(3):
        desk.settle()
    row.refresh_from_db()
    assert climbed(taken, row) == [(1, "before", 7200), (2, "after", 28_800)]
    assert (row.rungs, row.next_kind, row.next_due) == ([1, 2], "", None)
    names = {person.name for person in leads_of(desk, row)}
    assert told("2 h before the deadline") == names != set()
    owners = {h.name for h in roles.holders("general-counsel", stream=taken.value_stream.key)}
    assert told("Late by 1 d") == names | owners
    promise = of(taken, "promise")
    assert climbed(taken, promise) == [
        (1, "before", 28_800),
        (2, "after", 0),
        (3, "after", 57_600),
    ]
    for _key, _sentence, check in clock_invariants.ALL:
        assert list(check()) == []


def test_for_who_is_away_somebody_else_is_told(desk: World, taken: Request) -> None:
    row = of(taken, "complete")
    (lead, *_) = leads_of(desk, row)
    assert row.due_at is not None
    others = [p for p in Person.objects.filter(active=True).order_by("pk") if p != lead]
    stand_in = others[-1]
    since, until = desk.now - timedelta(days=1), row.due_at + timedelta(hours=1)
    people.record_absence(lead, since=since, until=until, stand_in=stand_in, actor=SYSTEM)
    desk.now = row.due_at - timedelta(seconds=1)
    desk.settle()
    reached = told("2 h before the deadline")
    assert stand_in.name in reached and lead.name not in reached


def test_a_clock_that_stands_still_climbs_nothing(desk: World, taken: Request) -> None:
    row = of(taken, "complete")
    visit, nuala = desk.visit(taken, "intake"), desk.actor("nuala")
    stages.pause(taken.pk, visit.seq, party="third", reason="Their lawyer.", actor=nuala)
    desk.tick(days=30)
    desk.settle()
    assert climbed(taken, row) == []
    stages.resume(taken.pk, visit.seq, actor=nuala)
    desk.settle()
    assert climbed(taken, row) == []


def test_a_clock_that_was_stopped_in_time_climbs_nothing(desk: World, taken: Request) -> None:
    row = of(taken, "complete")
    visit, nuala = desk.visit(taken, "intake"), desk.actor("nuala")
    stages.complete_visit(taken.pk, visit.seq, actor=nuala)
    desk.tick(days=30)
    desk.settle()
    assert climbed(taken, row) == []
