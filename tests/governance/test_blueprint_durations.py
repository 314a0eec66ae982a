"""Durations and weeks as people write them."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance.blueprint.durations import format_duration, parse_duration
from governance.blueprint.weeks import (
    WeekDate,
    first_week,
    resolve_date,
    resolve_instant,
    resolve_weeks,
)

WEEK_ONE = date(2026, 3, 2)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("30 min", 1_800),
        ("4 h", 14_400),
        ("4h", 14_400),
        ("1.95 h", 7_020),
        ("1 bd", 28_800),
        ("8 bd", 230_400),
        ("45 s", 45),
        (0, 0),
        (90, 90),
    ],
)
def test_parse(value, expected):
    assert parse_duration(value) == expected


def test_a_business_day_is_as_long_as_the_calendar_says():
    assert parse_duration("2 bd", day_seconds=27_000) == 54_000


@pytest.mark.parametrize(
    "value",
    [
        "",
        "4",
        "h",
        "4 d",
        "-4 h",
        "4 hours",
        "1e3 h",
        "0.33333 s",
        "٣ h",
        -1,
        True,
        1.5,
        None,
        10**10,
    ],
)
def test_what_is_no_duration_is_refused(value):
    with pytest.raises(ValueError, match="duration"):
        parse_duration(value)


@given(st.integers(0, 10**9))
def test_format_reads_back(seconds):
    assert parse_duration(format_duration(seconds)) == seconds


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0 min"), (59, "59 s"), (7_020, "117 min"), (115_200, "32 h"), (230_400, "8 bd")],
)
def test_format(seconds, text):
    assert format_duration(seconds) == text


def test_week_one_follows_from_the_week_of_the_anchor():
    anchor = date(2026, 11, 25)
    assert first_week(anchor, 39) == WEEK_ONE
    assert resolve_date({"week": 39, "day": "wed"}, WEEK_ONE) == anchor


def test_weeks_become_dates():
    assert resolve_date({"week": 27}, WEEK_ONE) == date(2026, 8, 31)
    assert resolve_date("2026-05-01", WEEK_ONE) == date(2026, 5, 1)
    assert resolve_date(None, WEEK_ONE) is None


def test_instants_are_local_to_the_zone():
    midnight = resolve_instant({"week": 27}, WEEK_ONE, "Europe/Dublin")
    assert midnight.astimezone(UTC) == datetime(2026, 8, 30, 23, tzinfo=UTC)
    later = resolve_instant(WeekDate(week=27, time="09:30"), WEEK_ONE, "Europe/Helsinki")
    assert later.astimezone(UTC) == datetime(2026, 8, 31, 6, 30, tzinfo=UTC)
    exact = resolve_instant("2026-08-31T09:30:00+02:00", WEEK_ONE, "Europe/Dublin")
    assert exact.astimezone(UTC) == datetime(2026, 8, 31, 7, 30, tzinfo=UTC)
    assert resolve_instant("2026-08-31 09:30", WEEK_ONE, "Europe/Dublin").astimezone(
        UTC
    ) == datetime(2026, 8, 31, 8, 30, tzinfo=UTC)


def test_weeks_anywhere_in_a_document():
    document = {
        "a": [{"from": {"week": 1}}],
        "b": {"week": 2, "day": "fri", "time": "10:00"},
        "c": 3,
    }
    assert resolve_weeks(document, WEEK_ONE) == {
        "a": [{"from": "2026-03-02"}],
        "b": "2026-03-13T10:00",
        "c": 3,
    }


@pytest.mark.parametrize(
    "value", [{"week": 1, "day": "someday"}, {"week": 1, "time": "25:00"}, "soon"]
)
def test_what_is_no_date_is_refused(value):
    with pytest.raises(ValueError):
        resolve_date(value, WEEK_ONE)
