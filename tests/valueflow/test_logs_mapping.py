"""Guessing which column is what, and mapping files."""

from pathlib import Path

import pytest

from tests.valueflow.log_files import cut_rows, small
from valueflow.logs.mapping import (
    Mapping,
    guess_mapping,
    is_null,
    load_mapping,
    mapping_from,
    save_mapping,
)
from valueflow.logs.names import plain
from valueflow.logs.reader import plan_log, read_log
from valueflow.logs.refusal import LogRefused

ROWS = [
    (f"K{n % 7}", f"S{n % 3}", f"2026-03-{n % 28 + 1:02} 09:00", f"G{n % 4}") for n in range(60)
]


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (("Number", "State", "Updated", "Assignment group"), (0, 1, 2, 3)),
        (("number", "incident_state", "sys_updated_at", "assignment_group"), (0, 1, 2, 3)),
        (("case:concept:name", "concept:name", "time:timestamp", "org:group"), (0, 1, 2, 3)),
        (("case:concept:name", "concept:name", "time:timestamp", "org:resource"), (0, 1, 2, None)),
        (("CaseID", "ActivityName", "CompleteTimestamp", "Team"), (0, 1, 2, 3)),
        (("Issue key", "Status", "changed_at", "Department"), (0, 1, 2, 3)),
        (("u_ticket_number", "x_state", "z_end_time", "y_support_group"), (0, 1, 2, 3)),
        (("alpha", "beta", "gamma", "delta"), (0, 1, 2, None)),
    ],
)
def test_names_and_values_tell_the_columns(
    names: tuple[str, ...], expected: tuple[int | None, ...]
) -> None:
    guess = guess_mapping(names, ROWS)
    found = {one.role: names.index(one.column) for one in guess.columns}
    roles = ("case", "activity", "timestamp", "group")

    for role, at in zip(roles, expected, strict=True):
        if at is not None:
            assert found[role] == at
    if expected[3] is None and "group" in found:
        raise AssertionError("a group was guessed without its name")
    assert all(0 < one.confidence <= 1 and one.reasons for one in guess.columns)


def test_names_of_the_shipped_cut_are_sure_and_its_other_times_are_passed_over() -> None:
    rows = cut_rows()
    guess = guess_mapping(rows[0], rows[1:500])
    found = {one.role: one for one in guess.columns}

    assert found["timestamp"].column == "sys_updated_at"
    assert found["timestamp"].confidence > 0.9
    assert "100% of its values are times (day/month/year)" in found["timestamp"].reasons
    assert guess.missing == ()
    assert guess.time_rule.day_first


def test_a_start_is_taken_by_its_name_only(tmp_path: Path) -> None:
    text = "case,activity,start time,end time\n" + "".join(
        f"{n % 3},S{n % 2},2026-03-02 09:00,2026-03-02 10:00\n" for n in range(12)
    )
    frame = read_log(small(tmp_path, text))

    assert (frame.mapping.timestamp, frame.mapping.start_timestamp) == ("end time", "start time")
    assert frame.has_starts


def test_a_plan_reads_the_sample_only(tmp_path: Path) -> None:
    path = small(tmp_path, "Number,State,Updated\n1,A,2026-03-02 09:00\nbroken\n")

    assert plan_log(path).mapping == Mapping("Number", "State", "Updated")


@pytest.mark.parametrize("value", ["", " ", "?", "NULL", "null", "N/A", "n/a", "\\N"])
def test_ways_to_write_nothing(value: str) -> None:
    assert is_null(value)


@pytest.mark.parametrize("value", ["0", "-100", "NA", "None of these", "??"])
def test_ways_to_write_something(value: str) -> None:
    assert not is_null(value)


def test_plain_names() -> None:
    assert plain("sysUpdatedAt") == plain("sys_updated-at") == plain("Sys updated at ")


@pytest.mark.parametrize("name", ["m.yaml", "m.json", "m.yml"])
def test_a_saved_mapping_is_read_back_equal(tmp_path: Path, name: str) -> None:
    mapping = Mapping(
        "Number", "State", "Updated", None, "Grüppe", None, "Europe/Dublin", "%d.%m.%Y", False
    )
    save_mapping(mapping, tmp_path / name)

    assert load_mapping(tmp_path / name) == mapping


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ([], "list of names"),
        ({"case": "a", "activity": "b"}, "«timestamp»"),
        ({"case": "a", "activity": "b", "timestamp": "c", "colour": "d"}, "unknown field «colour»"),
        ({"case": 7, "activity": "b", "timestamp": "c"}, "«case» must be text"),
        (
            {"case": "a", "activity": "b", "timestamp": "c", "day_first": "yes"},
            "«day_first» must be true or false",
        ),
    ],
)
def test_a_wrong_mapping_is_refused_by_name(data: object, words: str) -> None:
    with pytest.raises(LogRefused, match=words) as refused:
        mapping_from(data)
    assert refused.value.code == "log-mapping"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("case: [", "m.yaml"),
        ("{", "m.json"),
        ("!!python/object/apply:os.system ['true']", "m.yaml"),
        ("# " + "x" * 70_000, "m.yaml"),
    ],
)
def test_a_mapping_file_that_is_none_is_refused(tmp_path: Path, text: str, name: str) -> None:
    with pytest.raises(LogRefused):
        load_mapping(small(tmp_path, text, name))
    with pytest.raises(LogRefused):
        load_mapping(tmp_path / "missing.yaml")


def test_a_mapping_must_fit_the_file(tmp_path: Path) -> None:
    path = small(tmp_path, "Number,State,Updated\n1,A,2026-03-02 09:00\n2,A,2026-03-02 09:00\n")

    assert read_log(path, Mapping(" number", "STATE", "updated")).mapping.case == "Number"
    with pytest.raises(LogRefused, match="a column «Case» \\(case\\); the file has: Number, State"):
        read_log(path, Mapping("Case", "State", "Updated"))
    with pytest.raises(LogRefused, match="«Mars/Olympus» is no time zone"):
        read_log(path, Mapping("Number", "State", "Updated", zone="Mars/Olympus"))
    with pytest.raises(LogRefused, match=r"Column «State» holds no times.* «A»"):
        read_log(path, Mapping("Number", "Updated", "State"))


def test_one_column_may_serve_two_roles(tmp_path: Path) -> None:
    path = small(tmp_path, "Number,State,Updated\n1,A,2026-03-02 09:00\n1,B,2026-03-02 10:00\n")
    frame = read_log(path, Mapping("Number", "State", "Updated", group="State"))

    assert frame.groups == frame.activities == ("A", "B")
