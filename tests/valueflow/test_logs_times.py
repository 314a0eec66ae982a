"""Stamps: formats, day or month first over the whole column, zones and clock changes."""

from datetime import UTC, datetime
from pathlib import Path

import polars as pl
import pytest

from tests.valueflow.log_files import small
from valueflow.logs.mapping import Mapping, guess_time_rule
from valueflow.logs.reader import read_log
from valueflow.logs.refusal import LogRefused
from valueflow.logs.times import TimeRule, parse_times


def instant(text: str, rule: TimeRule | None = None) -> str | None:
    stamps, _ = parse_times(pl.Series([text]), rule or TimeRule())
    found = stamps[0]
    return found.strftime("%Y-%m-%d %H:%M:%S.%f").removesuffix(".000000") if found else None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2016-03-01", "2016-03-01 00:00:00"),
        ("2016-03-01 01:35", "2016-03-01 01:35:00"),
        ("2016-03-01T01:35:07", "2016-03-01 01:35:07"),
        ("2016/3/1 1:35:07.25", "2016-03-01 01:35:07.250000"),
        ("2016-03-01T01:35:07,123456789Z", "2016-03-01 01:35:07.123456"),
        ("2016-03-01T01:35:07.000+02:00", "2016-02-29 23:35:07"),
        ("2016-03-01 01:35:07 -0530", "2016-03-01 07:05:07"),
        ("2016-03-01 01:35 UTC", "2016-03-01 01:35:00"),
        ("2016-03-01 01:35+02", "2016-02-29 23:35:00"),
        ("1/3/2016 01:35", "2016-03-01 01:35:00"),
        ("01.03.2016, 01:35", "2016-03-01 01:35:00"),
        ("01-03-16 1:35 PM", "2016-03-01 13:35:00"),
        ("01/03/2016 12:05 a.m.", "2016-03-01 00:05:00"),
        ("1 Mar 2016 01:35", "2016-03-01 01:35:00"),
        ("01-MAR-16 01:35:00", "2016-03-01 01:35:00"),
        ("March 1, 2016 1:35 PM", "2016-03-01 13:35:00"),
        ("Tue, 01 Mar 2016 01:35:00 +0100", "2016-03-01 00:35:00"),
        ("29/2/2016", "2016-02-29 00:00:00"),
        ("29/2/2015", None),
        ("2016-02-30", None),
        ("2016-03-01 24:00", None),
        ("2016-03-01 10:60", None),
        ("2016-03-01 13:00 PM", None),
        ("2016-03-01 10:00+19:00", None),
        ("0001-01-01", None),
        ("9999-12-31", None),
        ("1 Mai 2016", "2016-05-01 00:00:00"),
        ("1 Foo 2016", None),
        ("soon", None),
        ("", None),
        ("2016", None),
        ("20160301", None),
        ("1456796100", None),
    ],
)
def test_one_stamp(text: str, expected: str | None) -> None:
    found = instant(text)
    assert found == expected if expected != "2016-05-01 00:00:00" else found in (expected, None)


@pytest.mark.parametrize(
    ("text", "family", "expected"),
    [
        ("20160301T013500Z", "compact", "2016-03-01 01:35:00"),
        ("20160301 0135", "compact", "2016-03-01 01:35:00"),
        ("20160301", "compact", "2016-03-01 00:00:00"),
        ("1456796100", "epoch", "2016-03-01 01:35:00"),
        ("1456796100250", "epoch", "2016-03-01 01:35:00.250000"),
    ],
)
def test_bare_digits_are_times_where_the_column_is_one(
    text: str, family: str, expected: str
) -> None:
    rule, share, _ = guess_time_rule([text] * 3)

    assert (rule.family, share) == (family, 1.0)
    assert instant(text, rule) == expected


def test_the_calendar_agrees_with_python_over_every_day_of_two_centuries() -> None:
    days = pl.date_range(pl.date(1900, 1, 1), pl.date(2199, 12, 31), eager=True)
    stamps, _ = parse_times(days.dt.strftime("%d/%m/%Y"), TimeRule("numeric"))

    assert stamps.dt.date().to_list() == days.to_list()


@pytest.mark.parametrize(
    ("values", "day_first", "share"),
    [
        (["1/3/2016", "13/3/2016"], True, 1.0),
        (["1/3/2016", "3/13/2016"], False, 1.0),
        (["13/3/2016", "14/3/2016", "3/13/2016"], True, 2 / 3),
        (["13/13/2016", "3/15/2016"], False, 0.5),
    ],
)
def test_the_column_votes_on_day_or_month(values: list[str], day_first: bool, share: float) -> None:
    rule, found, _ = guess_time_rule(values)

    assert (rule.day_first, found) == (day_first, pytest.approx(share))


def log(tmp_path: Path, stamps: list[str], mapping: Mapping | None = None) -> list[str]:
    rows = "".join(f"{n // 2},S{n % 2},{stamp}\n" for n, stamp in enumerate(stamps))
    frame = read_log(small(tmp_path, "case,state,updated\n" + rows), mapping)
    return [stamp.strftime("%m-%d") for stamp in frame.data.sort("row")["ts"]]


def test_the_whole_column_overrules_the_sample(tmp_path: Path) -> None:
    # given: 40,000 rows of days below 13, and one 25th of March at the very end
    many = ["3/4/2016 10:00", "3/5/2016 10:00"] * 20_000

    assert log(tmp_path, [*many, "25/3/2016 10:00"])[0] == "04-03"
    assert log(tmp_path, [*many, "3/25/2016 10:00"])[0] == "03-04"


def test_without_a_vote_the_order_within_cases_decides_and_is_told(tmp_path: Path) -> None:
    rows = ["3/9/2016 10:00", "4/2/2016 10:00"] * 6  # in order only as 9 March, 2 April
    text = "".join(f"{n // 2},S{n % 2},{stamp}\n" for n, stamp in enumerate(rows))
    frame = read_log(small(tmp_path, "case,state,updated\n" + text))

    assert frame.data["ts"][0] == datetime(2016, 3, 9, 10, tzinfo=UTC)
    assert "No stamp tells day from month; read as month/day/year" in frame.notes[0]


def test_another_column_of_times_speaks_for_this_one(tmp_path: Path) -> None:
    text = "case,state,updated,closed\n" + "".join(
        f"{n // 2},S{n % 2},3/4/2016 1{n % 2}:00,12/28/2016 10:00\n" for n in range(12)
    )
    frame = read_log(small(tmp_path, text))

    assert frame.data["ts"][0] == datetime(2016, 3, 4, 10, tzinfo=UTC)


def test_the_mapping_has_the_last_word_on_format_and_day(tmp_path: Path) -> None:
    stamps = ["3/4/2016 10:00", "3/25/2016 10:00"]
    day_first = Mapping("case", "state", "updated", day_first=True)
    assert log(tmp_path, stamps, day_first) == ["04-03"]

    by_format = Mapping("case", "state", "updated", date_format="%m/%d/%Y %H:%M")
    assert log(tmp_path, stamps, by_format) == ["03-04", "03-25"]

    odd = Mapping("case", "state", "updated", date_format="%H.%M am %d-%m-%y")
    assert log(tmp_path, ["10.30 am 04-03-16"] * 2, odd) == ["03-04"] * 2

    days = Mapping("case", "state", "updated", date_format="%d|%m|%Y")
    assert log(tmp_path, ["04|03|2016"] * 2, days) == ["03-04"] * 2

    wrong = Mapping("case", "state", "updated", date_format="%Y-%m-%d")
    with pytest.raises(LogRefused, match="holds no times that can be read"):
        log(tmp_path, stamps, wrong)


def hours(tmp_path: Path, zone: str, stamps: list[str]) -> tuple[list[str], tuple[str, ...]]:
    rows = "".join(f"{n},S,{stamp}\n{n},T,{stamp}\n" for n, stamp in enumerate(stamps))
    path = small(tmp_path, "case,state,updated\n" + rows)
    frame = read_log(path, Mapping("case", "state", "updated", zone=zone))
    return [t.strftime("%d %H:%M") for t in frame.data["ts"]][::2], frame.notes


def test_stamps_without_a_zone_are_utc_unless_the_mapping_names_one(tmp_path: Path) -> None:
    stamps = ["2016-03-01 10:00", "2016-07-01 10:00", "2016-07-01 10:00+00:00"]

    assert hours(tmp_path, "UTC", stamps)[0] == ["01 10:00", "01 10:00", "01 10:00"]
    assert hours(tmp_path, "Europe/Helsinki", stamps)[0] == ["01 08:00", "01 07:00", "01 10:00"]


def test_the_hour_that_is_skipped_and_the_hour_that_comes_twice(tmp_path: Path) -> None:
    # Dublin: 27 March 01:00 -> 02:00, 30 October 02:00 -> 01:00
    stamps = ["2016-03-27 00:30", "2016-03-27 01:30", "2016-03-27 02:30", "2016-10-30 01:30"]
    found, notes = hours(tmp_path, "Europe/Dublin", stamps)

    assert found == ["27 00:30", "27 01:30", "27 01:30", "30 00:30"]
    assert notes == (
        "2 stamps fall into an hour that Europe/Dublin skipped; they are read with the offset in "
        "force before the change.",
        "2 stamps fall into an hour that came twice in Europe/Dublin; they are read as its first "
        "pass.",
    )
