"""A changed day of a calendar moves the running clocks that count in it."""

from datetime import timedelta

import pytest

from esm.events.actors import SYSTEM
from esm.events.models import Delivery, Event
from governance.services import leaving
from governance.services.days import (
    DayException,
    remove_calendar_exception,
    set_calendar_exceptions,
)
from tests.support import World, user
from workflows.models import Clock, StageVisit
from workflows.services import recounting, stages

pytestmark = pytest.mark.django_db


def test_a_day_off_moves_what_is_due_and_back_again(clinic: World) -> None:
    request = clinic.submit()
    clinic.settle()
    clinic.tick(seconds=10)
    clinic.settle()
    row = Clock.objects.filter(request=request, state="running", metric="promise").get()
    before = (row.due_at, row.risk_at, row.next_due)
    assert row.due_at is not None
    off = [
        DayException(row.calendar_key, (clinic.now + timedelta(days=n)).date(), "Flood", ())
        for n in range(1, 4)
    ]
    set_calendar_exceptions(off, reason="Flood", actor=SYSTEM)
    clinic.settle()
    owed = Delivery.objects.filter(consumer=recounting.RECOUNT, item=row.calendar_key)
    assert owed.count() == 1
    clinic.tick(seconds=10)
    clinic.settle()
    row.refresh_from_db()
    assert row.due_at > before[0]
    moved = Event.objects.filter(type="clock.moved", chain=request.chain)
    assert moved.get(data__clock=row.seq).data["calendar"] == row.calendar_key
    for item in off:
        remove_calendar_exception(calendar=item.calendar, day=item.day, actor=SYSTEM)
    clinic.settle()
    clinic.tick(seconds=10)
    clinic.settle()
    row.refresh_from_db()
    assert (row.due_at, row.risk_at, row.next_due) == before


def test_the_use_of_a_calendar_counts_what_one_sees(clinic: World) -> None:
    request = clinic.submit()
    key = Clock.objects.filter(request=request, metric="promise").get().calendar_key
    assert recounting.use(user(clinic.journey["persona"]), key) >= 1
    assert recounting.use(user(clinic.journey["persona"]), "no-calendar") == 0
    stranger = user(clinic.journey["persona"])
    request.principals = []
    request.save(update_fields=["principals"])
    assert recounting.use(stranger, key) == 0


def test_who_leaves_gives_back_what_they_work_on(clinic: World) -> None:
    request = clinic.submit()
    clinic.settle()
    visit = request.visits.latest("seq")
    worker = clinic.member(visit.team_id)
    stages.claim(request.pk, visit.seq, actor=worker)
    visit.refresh_from_db()
    person = visit.holder
    assert person is not None
    leaving.deactivate_person(person, actor=SYSTEM)
    visit.refresh_from_db()
    assert (visit.state, visit.holder) == (StageVisit.State.QUEUED, None)
