"""The figures of a log: those computed independently, in whatever clothes it comes."""

import gzip
import json
from pathlib import Path

import pytest

from tests.valueflow.log_files import (
    CUT,
    as_text,
    cut_rows,
    expected,
    renamed,
    shuffled,
    small,
)
from valueflow.logs.frame import LogFrame
from valueflow.logs.mapping import Mapping
from valueflow.logs.mining import figures
from valueflow.logs.reader import read_log

ROWS = cut_rows()


def test_the_shipped_cut_gives_the_true_figures_to_the_letter() -> None:
    frame = read_log(CUT)

    assert frame.dropped == 0
    assert frame.mapping == Mapping(
        "number", "incident_state", "sys_updated_at", None, "assignment_group", "assigned_to"
    )
    assert json.dumps(figures(frame)) == json.dumps(expected())


@pytest.mark.parametrize(
    ("delimiter", "encoding"),
    [
        (";", "utf-16"),
        (";", "utf-16-be"),
        (";", "utf-16-le"),
        ("\t", "utf-8-sig"),
        ("|", "cp1252"),
        (",", "utf-8"),
    ],
)
def test_other_clothes_same_figures(tmp_path: Path, delimiter: str, encoding: str) -> None:
    text = as_text(renamed(shuffled(ROWS)), delimiter)
    frame = read_log(small(tmp_path, text.encode(encoding)))

    assert (frame.mapping.case, frame.mapping.activity) == ("Number", "State")
    assert (frame.mapping.timestamp, frame.mapping.group) == ("Updated", "Assignment group")
    assert frame.dropped == 0
    assert figures(frame) == expected()


def test_quotes_everywhere_old_line_ends_and_packed_in_two_members(tmp_path: Path) -> None:
    text = as_text(ROWS, ";", quoting=1, lineterminator="\r").encode()
    packed = gzip.compress(text[:1_000_001]) + gzip.compress(text[1_000_001:])

    assert figures(read_log(small(tmp_path, packed, "log.csv.gz"))) == expected()


def test_four_columns_alone_are_enough(tmp_path: Path) -> None:
    rows = renamed(ROWS)
    wanted = [rows[0].index(name) for name in ("Updated", "Assignment group", "Number", "State")]
    text = as_text([[row[at] for at in wanted] for row in rows])

    assert figures(read_log(small(tmp_path, text))) == expected()


def tiny(tmp_path: Path, text: str) -> LogFrame:
    return read_log(small(tmp_path, "case,activity,time,team\n" + text))


def test_order_is_time_then_row_and_the_figures_follow_by_hand(tmp_path: Path) -> None:
    # given: case 1 is A B B C, written out of order and with a tie kept in the file's order
    frame = tiny(
        tmp_path,
        "1,C,2026-03-02 12:00,y\n"
        "1,B,2026-03-02 10:00,x\n"
        "1,A,2026-03-02 09:00,\n"
        "1,B,2026-03-02 10:00,y\n"
        "2,A,2026-03-02 09:00,x\n",
    )
    found = figures(frame)

    assert frame.data["row"].to_list() == [4, 3, 5, 2, 6]
    assert found["activity_counts"] == {"A": 2, "B": 2, "C": 1}
    assert found["top_variants"] == [
        {"cases": 1, "path": ["A"]},
        {"cases": 1, "path": ["A", "B", "B", "C"]},
    ]
    assert found["case_duration_hours"] == {
        "median": 1.5,
        "p90": 2.7,
        "mean": 1.5,
        "max": 3.0,
        "zero": 1,
    }
    assert found["directly_follows_top10"] == [
        edge("A", "B", 1.0, 1.0),
        edge("B", "B", 0.0, 0.0),
        edge("B", "C", 2.0, 2.0),
    ]
    # the event without a team is no handover to the next one
    assert (found["handovers_total"], found["same_group_steps"], found["groups"]) == (1, 1, 2)
    assert found["handover_top20"] == [
        {"source": "x", "target": "y", "count": 1, "median_wait_hours": 0.0}
    ]


def edge(source: str, target: str, median: float, p90: float) -> dict[str, object]:
    return {
        "source": source,
        "target": target,
        "count": 1,
        "median_wait_hours": median,
        "p90_wait_hours": p90,
    }


def test_equal_counts_are_ordered_by_name_as_text(tmp_path: Path) -> None:
    frame = tiny(
        tmp_path,
        "".join(
            f"{case},{activity},2026-03-02 0{hour}:00,{team}\n"
            for case, path in enumerate(("ba", "cb", "ac"))
            for hour, (activity, team) in enumerate(zip(path, ("T10", "T9"), strict=True))
        ),
    )
    found = figures(frame)

    assert list(found["activity_counts"]) == ["a", "b", "c"]
    assert [e["source"] for e in found["directly_follows_top10"]] == ["a", "b", "c"]
    assert [v["path"] for v in found["top_variants"]] == [["a", "c"], ["b", "a"], ["c", "b"]]
    assert found["handover_top20"][0]["source"] == "T10"


def test_a_log_without_groups_has_no_handovers(tmp_path: Path) -> None:
    frame = read_log(
        small(tmp_path, "case,activity,time\n1,A,2026-03-02 09:00\n1,B,2026-03-02 10:30\n")
    )
    found = figures(frame)

    assert frame.groups == ()
    assert (found["groups"], found["handovers_total"], found["handover_pairs"]) == (0, 0, 0)
    assert found["handover_top20"] == []
    assert found["case_duration_hours"]["median"] == 1.5
