"""What a dashboard of an imported log shows, by hand and on the shipped cut."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from tests.valueflow.log_files import CUT, expected, small
from valueflow.logs import cases, flow
from valueflow.logs.frame import LogFrame
from valueflow.logs.mining import figures
from valueflow.logs.reader import read_log

TEXT = """case,activity,time,team
1,Open,2026-03-02 08:00,
1,Open,2026-03-02 09:00,x
1,Work,2026-03-02 12:00,y
1,Work,2026-03-02 13:00,
1,Work,2026-03-02 14:00,x
1,Done,2026-03-02 20:00,x
2,Open,2026-03-08 23:30,x
2,Done,2026-03-09 01:30,y
3,Open,2026-03-10 00:00,x
3,Work,2026-03-11 00:00,y
3,Work,2026-03-12 00:00,y
"""


@pytest.fixture
def frame(tmp_path: Path) -> LogFrame:
    return read_log(small(tmp_path, TEXT))


@pytest.fixture(scope="module")
def cut() -> LogFrame:
    return read_log(CUT)


def test_steps_name_the_previous_group_and_the_wait(frame: LogFrame) -> None:
    first, second, third = cases.case_steps(frame)

    assert [(s.previous_group, s.group, s.wait_hours, s.handover) for s in first.steps] == [
        (None, None, None, False),
        (None, "x", 1.0, False),
        ("x", "y", 3.0, True),
        ("y", None, 1.0, False),
        (None, "x", 1.0, False),
        ("x", "x", 6.0, False),
    ]
    assert (first.case, first.hours, first.finished) == ("1", 12.0, True)
    assert (second.steps[1].row, second.steps[1].at) == (9, datetime(2026, 3, 9, 1, 30, tzinfo=UTC))
    assert not third.finished
    assert cases.case_steps(frame, [2]) == [third]


def test_what_closes_a_case_is_seen_and_can_be_named(frame: LogFrame, cut: LogFrame) -> None:
    assert cases.closing_activities(frame) == ("Done",)
    assert cases.closing_activities(cut) == ("Closed",)
    assert cases.finished(frame).tolist() == [True, True, False]
    assert cases.finished(frame, ["Work"]).tolist() == [False, False, True]
    assert cases.finished(frame, []).all()


def test_the_age_of_open_cases(frame: LogFrame) -> None:
    (case,) = cases.ageing(frame)

    assert (case.case, case.activity, case.group) == ("3", "Work", "y")
    assert (case.age_hours, case.hours_in_activity) == (48.0, 24.0)
    assert case.since == datetime(2026, 3, 11, tzinfo=UTC)
    later = cases.ageing(frame, at=datetime(2026, 3, 13, tzinfo=UTC))
    assert (later[0].age_hours, later[0].hours_in_activity) == (72.0, 48.0)


def test_handovers_and_those_that_came_straight_back(tmp_path: Path) -> None:
    rows = [(1, "x", 0), (1, "y", 2), (1, "y", 3), (1, "x", 7), (2, "x", 0), (2, "y", 4)]
    text = "case,activity,time,team\n" + "".join(
        f"{case},S,2026-03-02 {hour:02}:00,{team}\n" for case, team, hour in rows
    )
    frame = read_log(small(tmp_path, text))

    assert flow.group_matrix(frame) == [
        flow.Handover("x", "y", 2, 3.0, 3.8, 6.0, 1, 0.5),
        flow.Handover("y", "x", 1, 4.0, 4.0, 4.0, 0, 0.0),
    ]


def test_the_time_of_a_case_belongs_to_the_group_that_had_it(frame: LogFrame) -> None:
    by_group = {share.name: share for share in flow.time_by_group(frame)}

    # y keeps case 1 while an event names nobody: 12:00 to 14:00
    assert {name: share.hours for name, share in by_group.items()} == {
        None: 1.0,
        "x": 3.0 + 6.0 + 2.0 + 24.0,
        "y": 2.0 + 24.0,
    }
    assert (by_group["x"].cases, by_group["x"].stays, by_group["x"].median_hours) == (3, 4, 4.5)
    by_activity = {share.name: share.hours for share in flow.time_by_activity(frame)}
    assert by_activity == {"Open": 4.0 + 2.0 + 24.0, "Work": 8.0 + 24.0}


def test_weeks_begin_on_monday_in_the_zone_asked_for(frame: LogFrame) -> None:
    assert flow.weekly(frame) == [
        flow.Week(date(2026, 3, 2), 2, 1, 12.0),
        flow.Week(date(2026, 3, 9), 1, 1, 2.0),
    ]
    # in Helsinki the second case begins on Monday 9 March, 01:30
    assert flow.weekly(frame, zone="Europe/Helsinki") == [
        flow.Week(date(2026, 3, 2), 1, 1, 12.0),
        flow.Week(date(2026, 3, 9), 2, 1, 2.0),
    ]


def test_lead_time_and_population_of_a_period(frame: LogFrame) -> None:
    assert flow.lead_time(frame) == flow.LeadTime(2, 1, 7.0, 10.5, 7.0)

    march_9 = datetime(2026, 3, 9, tzinfo=UTC)
    part = cases.finished_between(frame, march_9, datetime(2026, 3, 10, tzinfo=UTC))
    assert [case.case for case in cases.case_steps(part)] == ["2"]
    assert figures(part)["events"] == 2


def test_variants_with_share_and_median(frame: LogFrame) -> None:
    rows = cases.variant_rows(frame)

    assert [row.path for row in rows] == [
        ("Open", "Done"),
        ("Open", "Open", "Work", "Work", "Work", "Done"),
        ("Open", "Work", "Work"),
    ]
    assert (rows[1].share, rows[1].covered, rows[1].median_hours) == (0.3333, 0.6667, 12.0)


def test_efficiency_is_not_measurable_without_start_stamps(cut: LogFrame) -> None:
    found = flow.efficiency(cut)

    assert (found.share, found.touch_hours) == (None, None)
    assert found.reason == "not measurable: no start stamps"


def test_efficiency_counts_overlapping_work_once(tmp_path: Path) -> None:
    text = (
        "case,activity,start,end\n"
        "1,A,2026-03-02 08:00,2026-03-02 10:00\n"
        "1,B,2026-03-02 09:00,2026-03-02 11:00\n"
        "1,C,2026-03-02 17:00,2026-03-02 18:00\n"
        "2,A,2026-03-02 08:00,2026-03-02 09:00\n"
        "2,C,soon,2026-03-02 18:00\n"
    )
    frame = read_log(small(tmp_path, text))
    found = flow.efficiency(frame)

    assert (found.touch_hours, found.lead_hours, found.share) == (5.0, 20.0, 0.25)
    assert "1 start times cannot be read and count as missing." in frame.notes


def test_the_parts_of_the_cut_add_up(cut: LogFrame) -> None:
    truth = expected()
    matrix = flow.group_matrix(cut)
    spent = truth["case_duration_hours"]["mean"] * truth["cases"]

    assert sum(cell.count for cell in matrix) == truth["handovers_total"]
    assert len(matrix) == truth["handover_pairs"]
    assert sum(s.hours for s in flow.time_by_group(cut)) == pytest.approx(spent, rel=1e-6)
    assert sum(s.hours for s in flow.time_by_activity(cut)) == pytest.approx(spent, rel=1e-6)
    weeks = flow.weekly(cut)
    assert sum(week.arrived for week in weeks) == sum(week.finished for week in weeks) == 3673
    assert len(weeks) == 50
    assert cases.ageing(cut) == []
    assert flow.lead_time(cut).median_hours == truth["case_duration_hours"]["median"]
