"""Quiet hours and digests in a person's zone, over midnights, weekends and changes of clocks."""

from datetime import UTC, datetime, time
from typing import Any

import pytest

from esm.notices.choices import Rhythm
from esm.notices.services.moments import Times, next_digest, quiet_ends

DUBLIN, KOLKATA = "Europe/Dublin", "Asia/Kolkata"
NIGHT = Times(quiet_from=time(20), quiet_until=time(7, 30))


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("at", "ends"),
    [
        ("2026-06-09 18:59", "2026-06-09 18:59"),
        ("2026-06-09 19:00", "2026-06-10 06:30"),
        ("2026-06-09 23:30", "2026-06-10 06:30"),
        ("2026-06-10 06:29", "2026-06-10 06:30"),
        ("2026-06-10 06:30", "2026-06-10 06:30"),
        # In winter Dublin is on UTC.
        ("2026-12-08 19:59", "2026-12-08 19:59"),
        ("2026-12-08 20:00", "2026-12-09 07:30"),
        # The night in which the clock goes on: 7:30 is an hour nearer.
        ("2026-03-28 22:00", "2026-03-29 06:30"),
    ],
)
def test_quiet_over_midnight_ends_by_the_wall_clock(at: str, ends: str) -> None:
    assert quiet_ends(utc(at), NIGHT, DUBLIN) == utc(ends)


def test_quiet_within_a_day() -> None:
    lunch = Times(quiet_from=time(12), quiet_until=time(13))
    assert quiet_ends(utc("2026-12-08 12:10"), lunch, DUBLIN) == utc("2026-12-08 13:00")
    assert quiet_ends(utc("2026-12-08 13:00"), lunch, DUBLIN) == utc("2026-12-08 13:00")


def test_a_quiet_weekend_lasts_into_monday_s_morning() -> None:
    times = Times(quiet_from=time(20), quiet_until=time(7), quiet_weekend=True)
    assert quiet_ends(utc("2026-12-05 10:00"), times, DUBLIN) == utc("2026-12-07 07:00")
    # Friday's night runs into the weekend.
    assert quiet_ends(utc("2026-12-04 21:00"), times, DUBLIN) == utc("2026-12-07 07:00")


def test_an_unknown_zone_is_utc() -> None:
    assert quiet_ends(utc("2026-06-09 19:59"), NIGHT, "Nowhere/At all") == utc("2026-06-09 19:59")


@pytest.mark.parametrize(
    ("now", "zone", "values", "due"),
    [
        ("2026-06-09 06:59", DUBLIN, {}, "2026-06-09 07:00"),
        ("2026-06-09 07:00", DUBLIN, {}, "2026-06-10 07:00"),
        ("2026-06-09 23:30", DUBLIN, {}, "2026-06-10 07:00"),
        ("2026-06-09 12:00", KOLKATA, {}, "2026-06-10 02:30"),
        ("2026-06-09 12:10", DUBLIN, {"rhythm": Rhythm.HOURLY}, "2026-06-09 13:00"),
        ("2026-06-09 12:00", KOLKATA, {"rhythm": Rhythm.HOURLY}, "2026-06-09 12:30"),
        ("2026-06-09 12:00", DUBLIN, {"digest_at": time(17, 15)}, "2026-06-09 16:15"),
    ],
)
def test_the_next_digest_is_after_now(now: str, zone: str, values: Any, due: str) -> None:
    assert next_digest(utc(now), Times(**values), zone) == utc(due)


def test_a_digest_waits_for_the_end_of_quiet_hours() -> None:
    hourly = Times(Rhythm.HOURLY, quiet_from=time(20), quiet_until=time(7, 30))
    assert next_digest(utc("2026-06-09 18:30"), hourly, DUBLIN) == utc("2026-06-10 06:30")


def test_never_is_never() -> None:
    assert next_digest(utc("2026-06-09 18:30"), Times(Rhythm.NEVER), DUBLIN) is None
