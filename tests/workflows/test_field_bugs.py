"""Bugs that clocks of other service desks shipped, one test each: none of them may be ours.

The organisation of these tests works 09:00–12:30 and 13:00–17:30 in Dublin. Where a clock is
concerned it is driven through the services; what is arithmetic is asked of the calendar. Priorities
and the rungs of ladders have a module of their own beside this one.
"""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core import mail

from esm.events.actors import SYSTEM
from esm.events.selectors.chains import events_of
from esm.events.services import dispatch
from governance.models import CalendarException
from governance.services import day_imports
from governance.services.day_imports import Wanted
from governance.services.days import DayException, set_calendar_exceptions
from tests.support import World
from workflows.calendars import BusinessCalendar, build
from workflows.models import Clock, Request
from workflows.services import closing, handoffs, requests, stages

pytestmark = pytest.mark.django_db

HOUR = 3600
DUBLIN = ZoneInfo("Europe/Dublin")
WEEK = {
    "zone": "Europe/Dublin",
    "weekly": {day: ["09:00-12:30", "13:00-17:30"] for day in range(5)},
}
HOUSE = build(WEEK)
FRIDAY = datetime(2026, 9, 4, 17, 0, tzinfo=DUBLIN)
MONDAY = datetime(2026, 9, 7, 9, 30, tzinfo=DUBLIN)


def house() -> BusinessCalendar:
    """The hours of the organisation with the days that differ in it now."""
    rows = CalendarException.objects.filter(calendar_key="harbour-house")
    return build(WEEK, rows.values_list("day", "intervals"))


def promise(request: Request) -> Clock:
    return Clock.objects.get(request=request, metric="promise")


def begun(world: World) -> Request:
    """A request whose first step is claimed."""
    sent = world.submit()
    world.play(sent, until=1)
    return sent


def wait(world: World, request: Request) -> None:
    visit = world.visit(request, "intake")
    actor = world.actor("nuala")
    stages.pause(request.pk, visit.seq, party="requester", reason="Which paper?", actor=actor)


def go_on(world: World, request: Request) -> None:
    stages.resume(request.pk, world.visit(request, "intake").seq, actor=world.actor("nuala"))


def set_time(world: World, at: datetime) -> None:
    """Move the world's time forward to a moment."""
    assert at > world.now
    world.now = at.astimezone(UTC)


def alarms(request: Request) -> list[tuple[str, int]]:
    """Warnings, breaches and rungs on record, with the number of their clock."""
    wanted = ("clock.warned", "clock.breached", "clock.escalated")
    return [(e.type, e.data["clock"]) for e in events_of(request) if e.type in wanted]


def test_escalation_before_a_deadline_keeps_to_open_hours(desk: World) -> None:
    """A step some hours before a deadline was counted on the wall and ran at 00:00 of a day off."""
    sent = desk.submit()
    clock = promise(sent)
    fired = []
    while clock.next_due is not None:
        assert HOUSE.is_open(clock.next_due - timedelta(seconds=1))
        begins = clock.running_since
        assert begins is not None
        fired.append((clock.next_kind, HOUSE.elapsed(begins, clock.next_due)))
        desk.now = clock.next_due + timedelta(seconds=1)
        desk.settle()
        clock = promise(sent)
    target = clock.target_s
    assert fired == [
        ("warn50", -(-target // 2)),
        ("warn75", -(-target * 3 // 4)),
        ("rung1", target - 8 * HOUR),
        ("warn90", -(-target * 9 // 10)),
        # Reached with the second rung, which stands at the breach.
        ("breach", target),
        ("rung3", target + 16 * HOUR),
    ]
    # The case as it was reported: two hours before what is due on Monday at 10:00.
    due = HOUSE.add(FRIDAY - timedelta(hours=2), 3 * HOUR + 1800 + HOUR // 2 - 1800)
    assert due == datetime(2026, 9, 7, 10, 0, tzinfo=DUBLIN)
    early = HOUSE.add(FRIDAY - timedelta(hours=2), 3 * HOUR + HOUR // 2 - 2 * HOUR)
    assert early == datetime(2026, 9, 4, 16, 30, tzinfo=DUBLIN)


def test_waiting_survives_a_new_count_of_the_clock(desk: World) -> None:
    """Time that stood still was lost when another target was given to the clock."""
    sent = begun(desk)
    before = promise(sent).due_at
    assert before is not None
    wait(desk, sent)
    stood = HOUSE.elapsed(desk.now, desk.now + timedelta(days=2))
    desk.tick(days=2)
    go_on(desk, sent)
    waited = promise(sent).due_at
    assert waited == HOUSE.add(before, stood)
    far = DayException("harbour-house", date(2027, 3, 17), "Saint Patrick", ())
    set_calendar_exceptions([far], reason="As every year", actor=SYSTEM)
    desk.settle()
    desk.tick(seconds=10)
    desk.settle()
    assert promise(sent).due_at == waited


def test_nothing_is_missed_while_a_clock_stands_still(desk: World) -> None:
    """A clock that was paused went on to its breach."""
    sent = begun(desk)
    wait(desk, sent)
    left = promise(sent).target_s - promise(sent).elapsed_s
    desk.tick(days=200)
    desk.settle()
    stands = promise(sent)
    assert (stands.state, stands.breached_at, stands.next_due) == ("paused", None, None)
    assert stands.seq not in {number for _, number in alarms(sent)}
    go_on(desk, sent)
    assert promise(sent).due_at == house().add(desk.now, left)


def test_a_pause_over_a_weekend_gives_back_open_hours_only(desk: World) -> None:
    """Days were counted as 24 hours, so that a pause over a weekend moved the due by days."""
    sent = begun(desk)
    before = promise(sent).due_at
    assert before is not None
    set_time(desk, FRIDAY)
    wait(desk, sent)
    set_time(desk, MONDAY)
    go_on(desk, sent)
    # Friday 17:00–17:30 and Monday 09:00–09:30.
    assert promise(sent).due_at == HOUSE.add(before, HOUR)
    assert promise(sent).elapsed_s == HOUSE.elapsed(sent.submitted_at, FRIDAY)


def test_a_business_day_is_never_a_day_of_the_wall() -> None:
    """«Two days» meant 48 hours in one place and two working days in another."""
    start = datetime(2026, 9, 3, 12, 0, tzinfo=DUBLIN)  # a Thursday
    assert HOUSE.day_seconds == 8 * HOUR
    assert HOUSE.add(start, 2 * HOUSE.day_seconds) == datetime(2026, 9, 7, 12, 0, tzinfo=DUBLIN)
    assert HOUSE.days(HOUSE.elapsed(start, start + timedelta(days=4))) == 2


def test_the_time_between_done_and_reopened_is_nobodys(desk: World) -> None:
    """What was solved and then opened again counted as waiting for the time between."""
    sent = desk.submit()
    desk.play(sent)
    done = promise(sent)
    assert (sent.state, done.state) == ("fulfilled", "stopped")
    due = done.due_at
    assert due is not None
    between = HOUSE.elapsed(desk.now, desk.now + timedelta(days=1))
    desk.tick(days=1)
    closing.reopen(sent.pk, reason="A page is missing.", actor=desk.actor("mira"))
    again = promise(sent)
    assert (again.state, again.elapsed_s, again.pause_reason) == ("running", done.elapsed_s, "")
    assert again.due_at == HOUSE.add(due, between)
    sent.refresh_from_db()
    assert sent.promised_at == again.due_at


def test_an_edited_calendar_moves_what_runs_and_what_stands_still(desk: World) -> None:
    """An edit of the calendar changed only what was opened later."""
    running, standing = desk.submit(), begun(desk)
    wait(desk, standing)
    left = promise(standing).target_s - promise(standing).elapsed_s
    before = promise(running).due_at
    assert before is not None
    closed = DayException("harbour-house", before.astimezone(DUBLIN).date(), "Flood", ())
    set_calendar_exceptions([closed], reason="Flood", actor=SYSTEM)
    desk.settle()
    desk.tick(seconds=10)
    desk.settle()
    now = house()
    again = promise(running)
    assert again.running_since is not None
    assert again.due_at == now.add(again.running_since, again.target_s - again.elapsed_s)
    assert promise(running).due_at != before
    desk.tick(days=1)
    go_on(desk, standing)
    assert promise(standing).due_at == now.add(desk.now, left)


def test_withdrawn_work_never_escalates(desk: World) -> None:
    """What was merged or closed went on to escalate."""
    sent = begun(desk)
    before = alarms(sent)
    requests.withdraw(sent.pk, reason="Not needed.", actor=desk.actor("mira"))
    desk.tick(days=90)
    desk.settle()
    assert alarms(sent) == before
    assert not Clock.objects.filter(request=sent, next_due__isnull=False).exists()
    assert set(Clock.objects.filter(request=sent).values_list("state", flat=True)) <= {
        "cancelled",
        "stopped",
    }


def test_the_first_answer_is_not_overruled_by_a_later_clock(desk: World) -> None:
    """A clock for updates overwrote the first answer, and an answer escalated all the same."""
    sent = desk.submit()
    desk.play(sent, until=2)
    visit = desk.visit(sent, "commercial-terms")
    handoffs.accept(sent.pk, visit.handoff.seq, actor=desk.actor("helmi"))
    answered = Clock.objects.get(visit=visit, metric="respond")
    assert (answered.state, answered.met, answered.next_due) == ("stopped", True, None)
    desk.tick(days=60)
    desk.settle()
    later = Clock.objects.get(visit=visit, metric="complete")
    assert later.breached_at is not None
    answered.refresh_from_db()
    assert (answered.met, answered.breached_at) == (True, None)
    assert answered.seq not in {number for _, number in alarms(sent)}


@pytest.mark.parametrize(
    ("start", "due"),
    [
        ((2026, 10, 23, 16), (2026, 10, 27, 16)),
        ((2026, 3, 27, 16), (2026, 3, 31, 16)),
        ((2026, 6, 1, 16), (2026, 6, 3, 16)),
        ((2026, 12, 1, 16), (2026, 12, 3, 16)),
    ],
)
def test_summer_time_moves_no_due_by_an_hour(start: tuple[int, ...], due: tuple[int, ...]) -> None:
    """A schedule was an hour off for half of the year; some kept two calendars for it."""
    begins = datetime(*start, tzinfo=DUBLIN)  # type: ignore[misc, arg-type]
    assert HOUSE.add(begins, 16 * HOUR) == datetime(*due, tzinfo=DUBLIN)  # type: ignore[misc, arg-type]


def test_a_promise_over_the_change_of_clocks_ends_at_the_hour_of_the_wall(desk: World) -> None:
    """The same through the services: what is due after the change is due at the same local time."""
    set_time(desk, datetime(2026, 10, 22, 11, 0, tzinfo=DUBLIN))
    sent = desk.submit()
    clock = promise(sent)
    assert clock.due_at is not None
    local = clock.due_at.astimezone(DUBLIN)
    assert (local.hour, local.minute) == (11, 0)
    assert local.utcoffset() != desk.now.astimezone(DUBLIN).utcoffset()
    assert clock.due_at == house().add(desk.now, clock.target_s)


def test_reminders_keep_to_open_hours_and_mails_name_no_foreign_zone(desk: World) -> None:
    """Reminders came at night, and mails named UTC."""
    sent = desk.submit()
    desk.settle()
    while (due := promise(sent).next_due) is not None:
        night = due.astimezone(DUBLIN).replace(hour=3, minute=0)
        if night > desk.now:
            set_time(desk, night)
        before = alarms(sent)
        desk.settle()
        number = promise(sent).seq
        assert [a for a in alarms(sent) if a[1] == number] == [a for a in before if a[1] == number]
        set_time(desk, due + timedelta(seconds=1))
        desk.settle()
    assert len([a for a in alarms(sent) if a[1] == number]) == 7
    dispatch.drain("mail")
    assert mail.outbox
    assert all("UTC" not in message.body and "GMT" not in message.body for message in mail.outbox)


def test_a_break_is_neither_a_holiday_nor_a_gap_in_the_week() -> None:
    """Breaks had to be kept as holidays, and a weekday without hours stopped the count."""
    part_time = BusinessCalendar(
        "Europe/Dublin", {0: [(32400, 45000), (46800, 63000)], 3: [(32400, 43200)]}
    )
    monday = datetime(2026, 9, 7, 12, 15, tzinfo=DUBLIN)
    assert part_time.add(monday, 1800) == datetime(2026, 9, 7, 13, 15, tzinfo=DUBLIN)
    assert part_time.add(monday, 5 * HOUR) == datetime(2026, 9, 10, 9, 15, tzinfo=DUBLIN)
    assert part_time.elapsed(monday, monday + timedelta(days=7)) == 8 * HOUR + 3 * HOUR


def test_a_hold_moves_the_due_by_business_time_and_not_the_start(desk: World) -> None:
    """Time on hold was added, as time of the wall, to the moment of creation."""
    sent = begun(desk)
    before = promise(sent).due_at
    assert before is not None
    set_time(desk, datetime(2026, 9, 1, 16, 30, tzinfo=DUBLIN))
    wait(desk, sent)
    set_time(desk, datetime(2026, 9, 2, 10, 0, tzinfo=DUBLIN))
    go_on(desk, sent)
    after = promise(sent)
    assert after.due_at == HOUSE.add(before, 2 * HOUR)
    assert after.elapsed_s == HOUSE.elapsed(
        sent.submitted_at, datetime(2026, 9, 1, 16, 30, tzinfo=DUBLIN)
    )
    sent.refresh_from_db()
    assert sent.promised_at in (before, after.due_at)


def test_what_a_feed_of_holidays_says_is_looked_at_before_it_counts(desk: World) -> None:
    """A feed of holidays held days on which everybody works; all of them closed the desk."""
    feed = "".join(
        f"BEGIN:VEVENT\nUID:{day}\nDTSTART;VALUE=DATE:{day}\nSUMMARY:{name}\nEND:VEVENT\n"
        for day, name in (("20260909", "Parade"), ("20260910", "Start of term"))
    )
    content = f"BEGIN:VCALENDAR\n{feed}END:VCALENDAR\n".encode()
    wanted = Wanted(content=content, file_name="feed.ics")
    sent = desk.submit()
    before = promise(sent).due_at
    plan = day_imports.look("harbour-house", wanted, actor=SYSTEM)
    assert [(row.name, row.chosen) for row in plan.rows] == [
        ("Parade", True),
        ("Start of term", True),
    ]
    assert not CalendarException.objects.filter(name__in=["Parade", "Start of term"]).exists()
    day_imports.import_days(
        "harbour-house", wanted, days=[date(2026, 9, 9)], user=None, actor=SYSTEM
    )
    desk.settle()
    desk.tick(seconds=10)
    desk.settle()
    # One day of eight hours later, and not two.
    assert before is not None
    assert promise(sent).due_at == HOUSE.add(before, 8 * HOUR)
