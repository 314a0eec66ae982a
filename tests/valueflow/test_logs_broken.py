"""Broken rows: the others come in, each broken one is listed with its line and reason."""

import csv
import io
import random
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.depth import examples
from tests.valueflow.log_files import CUT, cut_rows, expected, small
from valueflow.logs.mining import figures
from valueflow.logs.reader import read_log
from valueflow.logs.records import split_record
from valueflow.logs.refusal import Limits, LogRefused

HEADER = "case,activity,time,team\n"


def damaged_cut() -> tuple[bytes, dict[int, str], bytes]:
    """The cut with 50 rows broken in five ways, what is broken where, and the rest alone."""
    lines = [",".join(row).encode() for row in cut_rows()]
    names = lines[0].decode().split(",")
    where = sorted(random.Random(11).sample(range(1, len(lines)), 50))
    broken: dict[int, str] = {}
    for n, at in enumerate(where):
        fields = lines[at].split(b",")
        kind = ("fields", "time", "no_case", "no_activity", "quote")[n % 5]
        if kind == "fields":
            fields = fields[:-2] if n % 2 else [*fields, b"one more"]
        elif kind == "time":
            fields[names.index("sys_updated_at")] = b"31/2/2016 10:00" if n % 2 else b"soon"
        elif kind == "no_case":
            fields[names.index("number")] = b"" if n % 2 else b"?"
        elif kind == "no_activity":
            fields[names.index("incident_state")] = b"" if n % 2 else b"NULL"
        else:
            fields[names.index("location")] = b'"never closed'
        lines[at] = b",".join(fields)
        broken[at + 1] = kind
    rest = b"\n".join(line for at, line in enumerate(lines, 1) if at not in broken)
    return b"\n".join(lines) + b"\n", broken, rest


def test_fifty_broken_rows_of_five_kinds_are_listed_and_the_rest_is_imported(
    tmp_path: Path,
) -> None:
    whole, broken, rest = damaged_cut()
    frame = read_log(small(tmp_path, whole))

    assert {row.line: row.kind for row in frame.bad_rows} == broken
    assert dict(frame.bad_counts) == Counter(broken.values())
    assert frame.data.height == expected()["events"] - 50
    assert figures(frame) == figures(read_log(small(tmp_path, rest, "rest.csv")))
    reasons = {row.kind: row.reason for row in frame.bad_rows}
    assert reasons["fields"] in (
        "The row has 34 fields, the header has 36.",
        "The row has 37 fields, the header has 36.",
    )
    assert reasons["no_case"] == "The row names no case."
    assert reasons["no_activity"] == "The row names no activity."
    assert reasons["quote"] == "A quote is opened and never closed."
    times = {row.reason for row in frame.bad_rows if row.kind == "time"}
    assert times == {
        "The time «soon» cannot be read as day/month/year.",
        "The time «31/2/2016 10:00» cannot be read as day/month/year.",
    }
    assert all(len(row.text) <= 200 and row.text for row in frame.bad_rows)


@pytest.mark.parametrize(
    ("row", "kind"),
    [
        (b"3,A,2026-03-02 09:00", "fields"),
        (b"3,A,2026-03-02 09:00,x,y", "fields"),
        (b"3,A,2026-13-02 09:00,x", "time"),
        (b"3,A,2026-03-02 24:01,x", "time"),
        (b"3,A,0001-01-01 00:00,x", "time"),
        (b"3,A,N/A,x", "no_time"),
        (b" ,A,2026-03-02 09:00,x", "no_case"),
        (b"3,null,2026-03-02 09:00,x", "no_activity"),
        (b"3,A\x00,2026-03-02 09:00,x", "nul"),
        (b"3,\xff\xfeA,2026-03-02 09:00,x", "undecodable"),
        (b'3,"A,2026-03-02 09:00,x', "quote"),
        (b'3,"A"b,2026-03-02 09:00,x', "quote"),
        (b'3,"A\x00\nb",2026-03-02 09:00,x', "nul"),
    ],
)
def test_each_kind_of_damage_costs_its_own_row_only(tmp_path: Path, row: bytes, kind: str) -> None:
    before, after = b"1,A,2026-03-02 08:00,x\n", b"\n2,B,2026-03-02 10:00,y\n"
    frame = read_log(small(tmp_path, HEADER.encode() + before + row + after))

    if kind == "nul" and b"\n" in row:  # damage inside a record of two lines: one of both counts
        assert {bad.line for bad in frame.bad_rows} <= {3, 4}
    else:
        assert [(bad.line, bad.kind) for bad in frame.bad_rows] == [(3, kind)]
    assert frame.cases == ("1", "2")


def test_text_over_several_lines_is_one_row_and_lines_keep_counting(tmp_path: Path) -> None:
    frame = read_log(
        small(
            tmp_path,
            "case,activity,time,note\r\n"
            '1,A,2026-03-02 08:00,"two\r\nlines, and ""quotes"""\r\n'
            "\r\n"
            '1,"B\nb",2026-03-02 09:00,5" pipe\r\n'
            "oops\r\n"
            "1,C,2026-03-02 10:00,\r\n",
        )
    )

    assert frame.data["row"].to_list() == [2, 5, 8]
    assert frame.activities == ("A", "B\nb", "C")
    assert [(bad.line, bad.kind) for bad in frame.bad_rows] == [(7, "fields")]


def test_an_unclosed_quote_before_quoted_rows_does_not_swallow_them(tmp_path: Path) -> None:
    good = [f'"{n}","A","2026-03-02 0{n}:00","x"' for n in range(1, 8)]
    rows = [good[0], '"8","A,2026-03-02 09:00,x', *good[1:4], '9,"B,2026-03-02 09:00,x', *good[4:]]
    frame = read_log(small(tmp_path, HEADER + "\n".join(rows)))

    assert [bad.line for bad in frame.bad_rows] == [3, 7]
    assert frame.data.height == 7


def test_many_open_quotes_end_in_a_list_not_in_a_hang(tmp_path: Path) -> None:
    bad = 'x"y,"z\n' * 60_000
    frame = read_log(small(tmp_path, HEADER + "1,A,2026-03-02 09:00,x\n" * 600 + bad))

    assert (frame.data.height, dict(frame.bad_counts)) == (600, {"quote": 60_000})


def test_the_list_is_bounded_the_count_is_not(tmp_path: Path) -> None:
    text = HEADER + "1,A,2026-03-02 09:00,x\n" * 20 + "1,A\n" * 30
    frame = read_log(small(tmp_path, text), limits=Limits(listed=10))

    assert [row.line for row in frame.bad_rows] == list(range(22, 32))
    assert frame.dropped == 30


def test_records_cut_by_the_end_of_a_chunk_are_whole(tmp_path: Path) -> None:
    # given: quoted text with line ends over several chunks of 4 MiB, some rows broken
    note = '"' + "line\n" * 40 + '"'
    rows = [f"{n % 9},A,2026-03-02 09:00,{note}" for n in range(25_000)]
    rows[12_000] = "broken"
    rows[24_000] = "7,,2026-03-02 09:00,x"
    frame = read_log(small(tmp_path, HEADER + "\n".join(rows)))

    assert frame.data.height == 24_998
    assert [(r.line, r.kind) for r in frame.bad_rows] == [
        (2 + 12_000 * 41, "fields"),
        (2 + 23_999 * 41 + 1, "no_activity"),
    ]


def test_nothing_usable_is_a_refusal_with_the_first_reason(tmp_path: Path) -> None:
    text = HEADER + "1,?,2026-03-02 09:00,x\n2,?,2026-03-02 09:00,x\n"
    with pytest.raises(LogRefused) as refused:
        read_log(small(tmp_path, text))

    assert refused.value.code in ("log-columns", "log-no-rows")

    with pytest.raises(LogRefused) as refused:
        read_log(small(tmp_path, HEADER))
    assert refused.value.code in ("log-no-time", "log-no-rows")


cells = st.text(alphabet="ab \",;\n'é|", max_size=12)


@settings(max_examples=examples(60), deadline=None)
@given(st.lists(st.tuples(cells, cells, cells), min_size=1, max_size=30))
def test_any_csv_is_read_as_python_reads_it(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str, str]]
) -> None:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["case", "activity", "time", "note"])
    for n, (a, b, c) in enumerate(rows):
        writer.writerow([f"k{n}{a}", f"s{b}", "2026-03-02 09:00", c])
    path = small(tmp_path_factory.mktemp("csv"), out.getvalue())
    frame = read_log(path)
    python = list(csv.reader(io.StringIO(out.getvalue())))[1:]
    by_row = sorted(zip(frame.data["row"], frame.data["case"], frame.data["activity"], strict=True))

    assert frame.dropped == 0
    assert [(frame.cases[c], frame.activities[a]) for _, c, a in by_row] == [
        (row[0].strip(), row[1].strip()) for row in python
    ]


@settings(max_examples=examples(100), deadline=None)
@given(st.lists(st.text(alphabet='1,"\n x', max_size=30), max_size=12))
def test_no_row_is_lost_in_silence(
    tmp_path_factory: pytest.TempPathFactory, junk: list[str]
) -> None:
    good = "1,A,2026-03-02 09:00,x\n"
    text = HEADER + good * 9 + "\n".join(junk) + "\n" + good
    frame = read_log(small(tmp_path_factory.mktemp("junk"), text))

    lines = text.count("\n")
    listed = [row.line for row in frame.bad_rows]
    assert len(set(listed)) == len(listed)
    assert 10 <= frame.data.height <= lines
    assert lines in frame.data["row"]  # the last good row is never swallowed by the junk


def test_split_record_knows_open_and_stray_quotes() -> None:
    assert split_record('a,"b ""c"", d",', ",") == (["a", 'b "c", d', ""], "ok")
    assert split_record('a,"b', ",")[1] == "open"
    assert split_record('"a"b,c', ",")[1] == "stray"
    assert split_record('5" pipe;x', ";") == (['5" pipe', "x"], "ok")


def test_the_cut_is_counted_row_for_row() -> None:
    frame = read_log(CUT)

    assert sorted(frame.data["row"].to_list()) == list(range(2, 26_431))
