"""Business time by worked values: dues, summer time, exceptions, refusals."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from workflows.calendars import BusinessCalendar, CalendarError, build

HOUR = 3600
DUBLIN = "Europe/Dublin"


def weekdays(*spans: tuple[float, float]) -> dict[int, list[tuple[int, int]]]:
    return {day: hours(*spans) for day in range(5)}


def daily(*spans: tuple[float, float]) -> dict[int, list[tuple[int, int]]]:
    return {day: hours(*spans) for day in range(7)}


def hours(*spans: tuple[float, float]) -> list[tuple[int, int]]:
    return [(int(start * HOUR), int(end * HOUR)) for start, end in spans]


def local(zone: str, *parts: int, fold: int = 0) -> datetime:
    return datetime(*parts, tzinfo=ZoneInfo(zone), fold=fold)  # type: ignore[misc, arg-type]


OFFICE = BusinessCalendar(DUBLIN, weekdays((9, 17)))
HOLIDAY = BusinessCalendar(DUBLIN, weekdays((9, 17)), {date(2026, 11, 23): []})
LUNCH = BusinessCalendar(DUBLIN, weekdays((9, 12.5), (13, 17.5)))


@pytest.mark.parametrize(
    ("calendar", "start", "seconds", "due"),
    [
        (OFFICE, (2026, 11, 20, 16), 1 * HOUR, (2026, 11, 20, 17)),
        (OFFICE, (2026, 11, 20, 16), 4 * HOUR, (2026, 11, 23, 12)),
        (OFFICE, (2026, 11, 21, 11), 1 * HOUR, (2026, 11, 23, 10)),
        (HOLIDAY, (2026, 11, 20, 16), 4 * HOUR, (2026, 11, 24, 12)),
        (OFFICE, (2026, 11, 20, 17), 1, (2026, 11, 23, 9, 0, 1)),
        (OFFICE, (2026, 11, 20, 16), HOUR + 1, (2026, 11, 23, 9, 0, 1)),
        (OFFICE, (2026, 11, 20, 9), 8 * HOUR, (2026, 11, 20, 17)),
        (OFFICE, (2026, 11, 20, 8), 8 * HOUR, (2026, 11, 20, 17)),
        (OFFICE, (2026, 11, 20, 9), 6 * 8 * HOUR, (2026, 11, 27, 17)),
        (LUNCH, (2026, 11, 20, 12), HOUR, (2026, 11, 20, 13, 30)),
        (LUNCH, (2026, 11, 20, 12), HOUR // 2, (2026, 11, 20, 12, 30)),
        (LUNCH, (2026, 11, 20, 12, 45), 4 * HOUR, (2026, 11, 20, 17)),
    ],
)
def test_dues(
    calendar: BusinessCalendar, start: tuple[int, ...], seconds: int, due: tuple[int, ...]
) -> None:
    begun = local(DUBLIN, *start)
    assert calendar.add(begun, seconds) == local(DUBLIN, *due)
    assert calendar.elapsed(begun, calendar.add(begun, seconds)) == seconds


def test_a_target_of_nothing_is_due_at_once_even_when_closed() -> None:
    sunday = local(DUBLIN, 2026, 11, 22, 3)
    assert OFFICE.add(sunday, 0) == sunday


def test_open_is_half_open() -> None:
    assert not OFFICE.is_open(local(DUBLIN, 2026, 11, 20, 8, 59, 59))
    assert OFFICE.is_open(local(DUBLIN, 2026, 11, 20, 9))
    assert OFFICE.is_open(local(DUBLIN, 2026, 11, 20, 16, 59, 59))
    assert not OFFICE.is_open(local(DUBLIN, 2026, 11, 20, 17))
    assert not OFFICE.is_open(local(DUBLIN, 2026, 11, 21, 12))


def test_open_spans_are_cut_and_joined() -> None:
    both = BusinessCalendar(DUBLIN, weekdays((9, 12), (12, 17)))
    found = both.open_spans(local(DUBLIN, 2026, 11, 20, 10), local(DUBLIN, 2026, 11, 23, 12, 30))
    assert found == [
        (local(DUBLIN, 2026, 11, 20, 10), local(DUBLIN, 2026, 11, 20, 17)),
        (local(DUBLIN, 2026, 11, 23, 9), local(DUBLIN, 2026, 11, 23, 12, 30)),
    ]
    assert both.open_spans(local(DUBLIN, 2026, 11, 20, 10), local(DUBLIN, 2026, 11, 20, 9)) == []
    always = BusinessCalendar("UTC", daily((0, 24)))
    a, b = datetime(2026, 1, 1, tzinfo=UTC), datetime(2028, 1, 1, tzinfo=UTC)
    assert always.open_spans(a, b) == [(a, b)]
    assert always.elapsed(a, b) == 730 * 24 * HOUR


def test_two_calendars_see_the_same_instant_differently() -> None:
    helsinki = BusinessCalendar("Europe/Helsinki", weekdays((9, 12.5), (13, 17.5)))
    friday = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)  # 15:00 in Dublin, 17:00 in Helsinki
    assert LUNCH.add(friday, HOUR) == datetime(2026, 11, 20, 16, 0, tzinfo=UTC)
    assert helsinki.add(friday, HOUR) == datetime(2026, 11, 23, 7, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "day", "span", "seconds"),
    [
        # Gap 01:00 to 02:00 local in Dublin on 29 March 2026.
        (DUBLIN, (2026, 3, 29), (0, 24), 23 * HOUR),
        (DUBLIN, (2026, 3, 29), (0, 1.5), HOUR),
        (DUBLIN, (2026, 3, 29), (1.25, 1.75), 0),
        (DUBLIN, (2026, 3, 29), (1.5, 3), HOUR),
        # 01:00 to 02:00 twice on 25 October 2026.
        (DUBLIN, (2026, 10, 25), (0, 24), 25 * HOUR),
        (DUBLIN, (2026, 10, 25), (0, 1.5), HOUR + HOUR // 2),
        (DUBLIN, (2026, 10, 25), (1.25, 1.75), HOUR // 2),
        (DUBLIN, (2026, 10, 25), (1.5, 3), 2 * HOUR + HOUR // 2),
        # Half an hour of change.
        ("Australia/Lord_Howe", (2026, 4, 5), (0, 24), 24 * HOUR + HOUR // 2),
        ("Australia/Lord_Howe", (2026, 10, 4), (0, 24), 23 * HOUR + HOUR // 2),
        # A change at 00:01, and at midnight (Cairo: 24:00 becomes 23:00, 00:00 becomes 01:00).
        ("America/St_Johns", (2011, 3, 13), (0, 24), 23 * HOUR),
        ("Africa/Cairo", (2026, 10, 29), (0, 24), 25 * HOUR),
        ("Africa/Cairo", (2026, 4, 24), (0, 24), 23 * HOUR),
        ("Africa/Cairo", (2026, 4, 23), (0, 24), 24 * HOUR),
        # A date that never was, and its neighbours.
        ("Pacific/Apia", (2011, 12, 29), (0, 24), 24 * HOUR),
        ("Pacific/Apia", (2011, 12, 30), (0, 24), 0),
        ("Pacific/Apia", (2011, 12, 31), (0, 24), 24 * HOUR),
    ],
)
def test_days_on_which_the_clocks_change(
    zone: str, day: tuple[int, int, int], span: tuple[float, float], seconds: int
) -> None:
    only = BusinessCalendar(zone, {}, {date(*day): hours(span)})
    noon = datetime(*day, 12, tzinfo=UTC)
    assert only.elapsed(noon - timedelta(days=3), noon + timedelta(days=3)) == seconds


def test_an_ambiguous_time_is_its_first_occurrence() -> None:
    early = BusinessCalendar(DUBLIN, {}, {date(2026, 10, 25): hours((1.5, 3))})
    a, b = datetime(2026, 10, 24, tzinfo=UTC), datetime(2026, 10, 26, tzinfo=UTC)
    assert early.open_spans(a, b) == [
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 25, 3, 0, tzinfo=UTC))
    ]


def test_an_exception_opens_a_closed_day_and_shortens_an_open_one() -> None:
    calendar = BusinessCalendar(
        DUBLIN,
        weekdays((9, 17)),
        {date(2026, 11, 21): hours((10, 12)), date(2026, 11, 23): hours((9, 11))},
    )
    friday = local(DUBLIN, 2026, 11, 20, 16)
    assert calendar.add(friday, 2 * HOUR) == local(DUBLIN, 2026, 11, 21, 11)
    assert calendar.add(friday, 5 * HOUR) == local(DUBLIN, 2026, 11, 23, 11)
    assert calendar.add(friday, 6 * HOUR) == local(DUBLIN, 2026, 11, 24, 10)


def test_the_year_ends_where_local_time_says() -> None:
    apia = BusinessCalendar("Pacific/Apia", daily((0, 24)))
    a, b = datetime(2026, 12, 31, 9, tzinfo=UTC), datetime(2026, 12, 31, 23, tzinfo=UTC)
    assert apia.elapsed(a, b) == 14 * HOUR
    assert apia.is_open(b)
    honolulu = BusinessCalendar("Pacific/Honolulu", daily((0, 24)))
    assert honolulu.elapsed(b, b + timedelta(hours=14)) == 14 * HOUR


def test_parts_of_a_second_are_dropped() -> None:
    start = local(DUBLIN, 2026, 11, 20, 10) + timedelta(milliseconds=900)
    assert OFFICE.add(start, 60) == local(DUBLIN, 2026, 11, 20, 10, 1)
    assert OFFICE.elapsed(start, start + timedelta(milliseconds=200)) == 1


def test_elapsed_backwards_is_nothing() -> None:
    start = local(DUBLIN, 2026, 11, 20, 10)
    assert OFFICE.elapsed(start, start - timedelta(hours=1)) == 0


def test_days_are_those_of_the_calendar() -> None:
    assert LUNCH.days(4 * HOUR) == Decimal("0.5")
    assert BusinessCalendar("UTC", {}, {}, 27_000).days(13_500) == Decimal("0.5")


def test_the_order_of_questions_changes_no_answer() -> None:
    asked_late_first = BusinessCalendar(DUBLIN, weekdays((9, 17)))
    late, early = local(DUBLIN, 2040, 6, 1, 12), local(DUBLIN, 1999, 6, 1, 12)
    assert asked_late_first.elapsed(late, late + timedelta(days=7)) == 5 * 8 * HOUR
    assert asked_late_first.elapsed(early, early + timedelta(days=7)) == 5 * 8 * HOUR
    fresh = BusinessCalendar(DUBLIN, weekdays((9, 17)))
    assert fresh.elapsed(early, late) == asked_late_first.elapsed(early, late)


def test_far_targets_are_found() -> None:
    start = local(DUBLIN, 2026, 1, 5, 9)
    twenty_years = OFFICE.elapsed(start, local(DUBLIN, 2046, 1, 5, 17))
    assert OFFICE.add(start, twenty_years) == local(DUBLIN, 2046, 1, 5, 17)


@pytest.mark.parametrize(
    ("weekly", "exceptions"),
    [({}, {}), ({}, {date(2026, 11, 20): hours((9, 17))}), ({0: []}, {})],
)
def test_a_calendar_that_never_opens_says_so(
    weekly: dict[int, list[tuple[int, int]]], exceptions: dict[date, list[tuple[int, int]]]
) -> None:
    closed = BusinessCalendar(DUBLIN, weekly, exceptions)
    start = local(DUBLIN, 2026, 11, 20, 17)
    with pytest.raises(CalendarError, match="does not have 60 s of open time in the 25 years"):
        closed.add(start, 60)
    assert closed.elapsed(start, start + timedelta(days=100)) == 0


@pytest.mark.parametrize("seconds", [200_000_000, 10**30])
def test_a_target_beyond_the_horizon_is_refused(seconds: int) -> None:
    calendar = BusinessCalendar(DUBLIN, weekdays((9, 17)))
    start = local(DUBLIN, 2026, 11, 20, 16)
    with pytest.raises(CalendarError, match="open time"):
        calendar.add(start, seconds)
    # What was asked before makes no difference.
    calendar.elapsed(start, local(DUBLIN, 2190, 1, 1, 0))
    with pytest.raises(CalendarError, match="open time"):
        calendar.add(start, seconds)


def test_unusable_instants_are_refused() -> None:
    with pytest.raises(CalendarError, match="needs a time zone"):
        OFFICE.add(datetime(2026, 11, 20, 16), 60)
    with pytest.raises(CalendarError, match="negative"):
        OFFICE.add(local(DUBLIN, 2026, 11, 20, 16), -1)
    for year in (1, 1969, 2200, 9999):
        with pytest.raises(CalendarError, match=f"year {year} lies outside 1970 to 2199"):
            OFFICE.is_open(datetime(year, 6, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    ("zone", "weekly", "message"),
    [
        ("Europe/Nowhere", {}, "no time zone"),
        ("", {}, "no time zone"),
        ("../etc/passwd", {}, "no time zone"),
        ("UTC", {7: []}, "Weekdays"),
        ("UTC", {0: [(0, 10), (9, 20)]}, "mon overlap"),
        ("UTC", {0: [(10, 10)]}, "empty"),
        ("UTC", {0: [(-1, 10)]}, "within one day"),
        ("UTC", {0: [(0, 86_401)]}, "within one day"),
    ],
)
def test_unusable_calendars_are_refused(
    zone: str, weekly: dict[int, list[tuple[int, int]]], message: str
) -> None:
    with pytest.raises(CalendarError, match=message):
        BusinessCalendar(zone, weekly)
    with pytest.raises(CalendarError, match="longer than nothing"):
        BusinessCalendar("UTC", {}, {}, 0)


SPEC = {
    "name": "North",
    "zone": DUBLIN,
    "weekly": {"mon": ["09:00-12:30", "13:00-17:30"], "fri": ["9:00 - 12:00"]},
    "day_s": 27_000,
}


def test_a_model_element_builds_a_calendar_once() -> None:
    holidays = [(date(2026, 11, 23), []), (date(2026, 11, 27), ["09:00-10:00"])]
    north = build(SPEC, holidays)
    assert build(SPEC, reversed(holidays)) is north
    assert build(SPEC) is not north
    assert build(SPEC).content_hash != north.content_hash
    assert north.content_hash == build({**SPEC, "name": "Another"}, holidays).content_hash
    assert north.day_seconds == 27_000
    friday = local(DUBLIN, 2026, 11, 20, 11)
    assert north.add(friday, 2 * HOUR) == local(DUBLIN, 2026, 11, 27, 10)
    assert build(SPEC).add(friday, 2 * HOUR) == local(DUBLIN, 2026, 11, 23, 10)
    same = build({"zone": DUBLIN, "weekly": {0: [(32_400, 45_000)]}})
    assert same is build({"zone": DUBLIN, "weekly": {"mon": ["09:00-12:30"]}, "day_s": 28_800})


@pytest.mark.parametrize("text", ["9-17", "09:00", "09:00-25:00", "09:60-10:00", "17:00-09:00", ""])
def test_a_span_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(CalendarError):
        build({"zone": DUBLIN, "weekly": {"mon": [text]}})


def test_a_day_that_is_none_is_refused() -> None:
    with pytest.raises(CalendarError, match="no day of the week"):
        build({"zone": DUBLIN, "weekly": {"someday": []}})
