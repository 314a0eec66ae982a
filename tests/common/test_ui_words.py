"""Words for times, dates, amounts."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.template import Context, Template
from django.utils import timezone

from esm.common import clock
from esm.common.ui import amounts, durations, moments

NOW = datetime(2026, 11, 23, 11, 5, tzinfo=UTC)  # a Monday


@pytest.fixture(autouse=True)
def monday() -> Iterator[None]:
    with clock.frozen(NOW), timezone.override("Europe/Dublin"):
        yield


def render(source: str, **values: object) -> str:
    return Template("{% load ui %}" + source).render(Context(values))


@pytest.mark.parametrize(
    ("seconds", "day_s", "words"),
    [
        (0, 28800, "0 min"),
        (40, 28800, "under 1 min"),
        (40 * 60, 28800, "40 min"),
        (6 * 3600 + 35 * 60, 28800, "6 h 35"),
        (9 * 3600 + 5 * 60, None, "9 h 05"),
        (2 * 3600, 28800, "2 h"),
        (28800, 28800, "1 d"),
        (5 * 28800 + 7 * 3600 + 59 * 60, 28800, "5 d 7 h"),
        (12 * 28800 + 7 * 3600, 28800, "12 d"),
        (1234 * 28800, 28800, "1,234 d"),
        (90 * 60, 86400, "1 h 30"),
        (24 * 3600, None, "24 h"),
        (-3 * 3600, 28800, "3 h"),
    ],
)
def test_duration(seconds: int, day_s: int | None, words: str) -> None:
    assert durations.duration(seconds, day_s) == words


def test_duration_uses_the_calendars_own_day() -> None:
    assert durations.duration(7 * 3600, 7 * 3600) == "1 d"
    assert durations.duration(7 * 3600, 8 * 3600) == "7 h"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(23700, "6 h 35 left"), (0, "0 min left"), (-10800, "3 h over"), (-30, "under 1 min over")],
)
def test_left(seconds: int, words: str) -> None:
    assert durations.left(seconds) == words


def test_working_days_only_for_whole_days() -> None:
    assert durations.working_days(8 * 28800) == "8 working days"
    assert durations.working_days(28800) == "1 working day"
    assert durations.working_days(28800 + 3600) == "1 d 1 h"
    assert durations.hours(24 * 3600) == "24 h"
    assert durations.days(7.3 * 28800) == "7.3"


def test_moment_names_the_city_only_where_its_clock_differs() -> None:
    at = datetime(2026, 11, 25, 16, 0, tzinfo=UTC)
    assert moments.moment(at) == "Wed 25 Nov, 16:00"
    assert moments.moment(at, "Europe/London") == "Wed 25 Nov, 16:00"
    assert moments.moment(at, "Europe/Helsinki") == "Wed 25 Nov, 18:00 Helsinki"
    assert moments.moment(at, "America/New_York") == "Wed 25 Nov, 11:00 New York"


def test_day_names_the_year_when_it_is_another() -> None:
    assert moments.day(date(2026, 12, 4)) == "Fri 4 Dec"
    assert moments.day(date(2027, 1, 4)) == "Mon 4 Jan 2027"


@pytest.mark.parametrize(
    ("hours", "words"),
    [
        (-1, "Today 10:05"),
        (24, "Tomorrow 11:05"),
        (-24, "Yesterday 11:05"),
        (-72, "Fri 11:05"),
        (-24 * 7, "Mon 16 Nov, 11:05"),
        (48, "Wed 25 Nov, 11:05"),
    ],
)
def test_stamp(hours: int, words: str) -> None:
    assert moments.stamp(NOW + timedelta(hours=hours)) == words


def test_stamp_takes_today_from_the_zone() -> None:
    late = datetime(2026, 11, 23, 23, 30, tzinfo=UTC)
    with clock.frozen(late):
        assert moments.stamp(late - timedelta(hours=2)) == "Today 21:30"
        assert moments.stamp(late - timedelta(hours=2), "Europe/Helsinki") == (
            "Yesterday 23:30 Helsinki"
        )


def test_since_is_relative_only_under_a_day() -> None:
    assert moments.since(NOW - timedelta(hours=1, minutes=25)) == "1 h 25 ago"
    assert moments.since(NOW + timedelta(minutes=40)) == "in 40 min"
    assert moments.since(NOW - timedelta(days=1)) == "Sun 22 Nov, 11:05"


def test_day_range() -> None:
    assert moments.day_range(date(2026, 11, 25), date(2026, 11, 27)) == "Wed 25 to Fri 27 Nov"
    assert moments.day_range(date(2026, 11, 30), date(2026, 12, 2)) == "Mon 30 Nov to Wed 2 Dec"
    assert moments.day_range(date(2026, 11, 25), date(2026, 11, 25)) == "Wed 25 Nov"


@pytest.mark.parametrize(
    ("value", "currency", "words"),
    [
        (Decimal("182400.00"), "EUR", "€182,400"),
        (Decimal("99999.99"), "EUR", "€99,999.99"),
        ("1200", "CHF", "CHF 1,200"),
        (Decimal("-1240"), "EUR", "−€1,240"),
        (Decimal("1200.5"), "JPY", "¥1,200"),
        (0, "GBP", "£0"),
        (None, "EUR", ""),
        ("", "EUR", ""),
        ("n/a", "EUR", "n/a"),
    ],
)
def test_money(value: Decimal | None, currency: str, words: str) -> None:
    assert amounts.money(value, currency) == words


def test_band_is_half_open_in_words() -> None:
    assert amounts.band(Decimal(100_000), Decimal(500_000), "EUR") == "€100,000 to below €500,000"
    assert amounts.band(None, Decimal(25_000), "EUR") == "below €25,000"
    assert amounts.band(Decimal(0), Decimal(25_000), "EUR") == "below €25,000"
    assert amounts.band(Decimal(500_000), None, "EUR") == "€500,000 and above"
    assert amounts.band(None, None, "EUR") == "any amount"
    assert amounts.band(10, 50) == "10 to below 50"


def test_counts_and_shares() -> None:
    assert amounts.capped(1000) == "1,000"
    assert amounts.capped(1001) == "1,000+"
    assert amounts.percent(0.936, 1) == "93.6 %"
    assert amounts.number(1962) == "1,962"
    assert amounts.number("1962.50") == "1,962.5"
    assert amounts.number(100) == "100"


def test_filters_answer_nothing_for_nothing() -> None:
    filters = "duration hours working_days left days day moment stamp since number capped percent"
    for name in filters.split():
        assert render("{{ x|" + name + " }}", x=None) == "", name


def test_when_is_a_time_element_with_the_full_moment() -> None:
    at = NOW - timedelta(hours=1)
    assert render('{% when at "stamp" %}', at=at) == (
        '<time datetime="2026-11-23T10:05:00+00:00" title="Mon 23 Nov, 10:05">Today 10:05</time>'
    )
