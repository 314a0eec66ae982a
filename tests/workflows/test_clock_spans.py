"""Spans of clocks: what ran and what stood still is kept as it was counted then."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, InternalError, transaction

from esm.events.actors import SYSTEM
from esm.events.selectors.chains import events_of
from governance.services.days import DayException, set_calendar_exceptions
from tests.support import World
from workflows.calendars import BusinessCalendar
from workflows.engine import clockwork
from workflows.models import CalendarContent, Clock, Request
from workflows.selectors import clock_invariants
from workflows.services import stages

pytestmark = pytest.mark.django_db


def spans(row: Clock) -> list[clockwork.Span]:
    row.refresh_from_db()
    return [clockwork.Span.of(one) for one in row.spans]


def of(sent: Request, metric: str) -> Clock:
    return Clock.objects.filter(request=sent, metric=metric).latest("seq")


@pytest.fixture
def taken(desk: World) -> Request:
    """A request whose first step somebody works on since 09:50."""
    sent = desk.submit()
    desk.play(sent, until=1)
    return sent


def wait(world: World, sent: Request, party: str, **delta: float) -> None:
    visit, nuala = world.visit(sent, "intake"), world.actor("nuala")
    stages.pause(sent.pk, visit.seq, party=party, reason="Which paper?", actor=nuala)
    world.tick(**delta)
    stages.resume(sent.pk, visit.seq, actor=nuala)


def test_a_pause_has_an_account_of_its_own(desk: World, taken: Request) -> None:
    desk.tick(minutes=40)
    wait(desk, taken, "requester", hours=2)
    wait(desk, taken, "third", minutes=30)
    row = of(taken, "complete")
    found = spans(row)
    assert [(s.kind, s.seconds, s.wall_s, s.why, s.party) for s in found] == [
        ("run", 3600, 3600, "", ""),
        ("still", 5400, 7200, "waits", "requester"),
        ("still", 1800, 1800, "waits", "third"),
    ]
    assert clockwork.pauses(found) == {
        ("waits", "requester"): (5400, 7200),
        ("waits", "third"): (1800, 1800),
    }
    assert (row.elapsed_s, clockwork.ran(found, 1)) == (3600, 3600)


def test_what_counted_a_span_is_kept_under_its_hash(desk: World, taken: Request) -> None:
    wait(desk, taken, "third", minutes=30)
    span = spans(of(taken, "complete"))[0]
    kept = CalendarContent.objects.get(content_hash=span.counted_by)
    calendar = BusinessCalendar.of_content(kept.content)
    assert calendar.content_hash == span.counted_by
    assert calendar.elapsed(span.start, span.end) == span.seconds == 1200


def test_a_closed_span_cannot_be_rewritten(desk: World, taken: Request) -> None:
    wait(desk, taken, "third", minutes=30)
    row = of(taken, "complete")
    kept = row.spans
    for wrong in ([], kept[:1], [{**kept[0], "seconds": 1}, *kept[1:]], kept[::-1]):
        with pytest.raises((InternalError, IntegrityError)), transaction.atomic():
            Clock.objects.filter(pk=row.pk).update(spans=wrong)
    row.refresh_from_db()
    assert row.spans == kept


def test_a_holiday_declared_today_takes_back_nothing(desk: World, taken: Request) -> None:
    """What was counted before it was declared stays; nothing more is counted that day."""
    row = of(taken, "promise")
    desk.tick(minutes=90)
    today, key = desk.now.date(), row.calendar_key
    set_calendar_exceptions([DayException(key, today, "Storm", ())], reason="Storm", actor=SYSTEM)
    desk.settle()
    desk.tick(seconds=10)
    desk.settle()
    (span,) = spans(row)
    assert (span.kind, span.why, span.seconds) == ("run", "calendar", 6600)
    assert row.counted_by != span.counted_by
    desk.tick(hours=9)
    visit, nuala = desk.visit(taken, "intake"), desk.actor("nuala")
    stages.pause(taken.pk, visit.seq, party="requester", reason="Which paper?", actor=nuala)
    assert [s.seconds for s in spans(row)] == [6600, 0]
    assert row.elapsed_s == 6600


def test_a_later_holiday_never_rewrites_what_is_closed(desk: World, taken: Request) -> None:
    wait(desk, taken, "requester", hours=2)
    row = of(taken, "promise")
    before = spans(row)
    past = [DayException(row.calendar_key, desk.now.date(), "Storm", ())]
    past += [DayException(row.calendar_key, date(2026, 8, 31), "Before", ())]
    set_calendar_exceptions(past, reason="Storm", actor=SYSTEM)
    desk.settle()
    desk.tick(seconds=10)
    desk.settle()
    assert spans(row)[: len(before)] == before


def test_a_breach_while_nobody_looked_is_recorded_with_the_stop(desk: World) -> None:
    sent = desk.submit()
    desk.play(sent, until=1)
    row = of(sent, "complete")
    due = row.due_at
    assert due is not None
    desk.now = due + timedelta(hours=1)
    visit, nuala = desk.visit(sent, "intake"), desk.actor("nuala")
    stages.complete_visit(sent.pk, visit.seq, actor=nuala)
    row.refresh_from_db()
    assert (row.met, row.breached_at, row.detected_at) == (False, due, desk.now)
    late = [e for e in events_of(sent) if e.data.get("clock") == row.seq]
    assert [e.type for e in late] == ["clock.started", "clock.breached", "clock.stopped"]
    assert late[1].data["due_at"] == due.isoformat()
    desk.settle()
    again = [e for e in events_of(sent, ["clock.breached"]) if e.data["clock"] == row.seq]
    assert len(again) == 1


def test_a_breach_before_a_pause_does_not_move_to_its_end(desk: World, taken: Request) -> None:
    """A clock that stands still beyond its due moment was late before, not after."""
    row = of(taken, "complete")
    due = row.due_at
    assert due is not None
    desk.now = due + timedelta(minutes=5)
    wait(desk, taken, "third", days=2)
    desk.settle()
    row.refresh_from_db()
    assert (row.breached_at, row.due_at) == (due, due)


def test_a_pause_that_ends_at_once_moves_nothing(desk: World, taken: Request) -> None:
    row = of(taken, "complete")
    due, risk = row.due_at, row.risk_at
    desk.tick(minutes=7)
    wait(desk, taken, "third", seconds=0)
    found = spans(row)
    assert (row.due_at, row.risk_at) == (due, risk)
    assert [(s.kind, s.seconds) for s in found] == [("run", 1620)]


def test_all_of_it_holds_on_a_played_request(desk: World) -> None:
    sent = desk.submit()
    desk.play(sent)
    for _key, _sentence, check in clock_invariants.ALL:
        assert list(check()) == []
    assert Clock.objects.filter(request=sent).exclude(spans=[]).exists()
