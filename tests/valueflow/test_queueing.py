"""Formulas against the worked values of the reference, and against each other."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from valueflow.engine.ages import older, split
from valueflow.engine.few import hidden_groups
from valueflow.engine.phases import phase_limits
from valueflow.engine.queueing import erlang_c, gain, kingman, load, sakasegawa, slope
from valueflow.engine.silos import Move, ei_index, ping_pongs


def test_one_server_at_nine_tenths_waits_nine_times_its_work() -> None:
    assert kingman(0.9, 1) == pytest.approx(9)
    assert kingman(0.9, 1, ca=0, cs=1) == pytest.approx(4.5)


def test_two_servers_are_those_of_the_books() -> None:
    assert erlang_c(0.9, 2) == pytest.approx(0.8526, abs=5e-5)
    assert (erlang_c(0.9, 2) or 0) / (2 * (1 - 0.9)) == pytest.approx(4.263, abs=5e-4)
    assert sakasegawa(0.9, 1, 2) == pytest.approx(4.292, abs=5e-4)


def test_a_full_step_has_no_wait_that_a_formula_knows() -> None:
    assert kingman(1, 1) is sakasegawa(1.2, 1, 3) is erlang_c(1, 1) is gain(1, 1, 1) is None
    assert sakasegawa(0, 1, 2) == 0


@given(st.floats(0.05, 0.95), st.integers(1, 12))
def test_one_more_always_saves_and_never_more_than_the_wait(rho: float, c: int) -> None:
    saved, wait = gain(rho, 1, c), sakasegawa(rho, 1, c)
    assert saved is not None and wait is not None
    assert 0 < saved < wait


def test_the_load_leaves_out_what_else_a_team_did() -> None:
    assert load(50, 100) == 0.5
    assert load(30, 100, others=40) == 0.5
    assert load(25, 100, others=40, outside=10) == 0.5
    # The rest alone is more than the team had: the team is full.
    assert load(10, 100, others=110) == pytest.approx(1.2)
    assert load(10, 100, outside=100) == 1
    assert load(10, 0) is None


def test_the_slope_is_that_of_the_line() -> None:
    assert slope([1, 3, 5]) == 2
    assert slope([4, 4, 4, 4]) == 0
    assert slope([2, 1, 3]) == 0.5
    assert slope([7]) is slope([]) is None


def test_the_index_of_inside_and_across() -> None:
    assert ei_index(30, 70) == pytest.approx(-0.4)
    assert ei_index(5, 0) == 1
    assert ei_index(0, 0) is None


def test_to_and_fro_counts_once_a_case() -> None:
    there, on, within = Move("a", "1", "b", "2"), Move("b", "2", "c", "3"), Move("a", "1", "a", "4")
    again = [there, there.back, there, there.back, there, on]
    assert ping_pongs([again, [there, on], [there, on, on.back], [within, within.back]]) == {
        "a": 1,
        "b": 2,
        "c": 1,
    }
    # Another step of the giver is no way back.
    assert ping_pongs([[there, Move("b", "2", "a", "4")]]) == {}


def test_a_single_small_group_takes_the_next_smallest_with_it() -> None:
    groups = {"a": range(9), "b": range(6), "c": range(2)}
    assert hidden_groups(groups) == {"b", "c"}
    assert hidden_groups(groups, may_list=range(2)) == frozenset()
    assert hidden_groups({"a": range(9), "b": range(2), "c": range(3)}) == {"b", "c"}
    assert hidden_groups({"a": range(9)}) == frozenset()
    assert hidden_groups({"a": range(3)}) == {"a"}


def test_limits_are_those_of_a_phase_of_eight_weeks_and_more() -> None:
    weeks = [date(2026, 1, 5) + timedelta(weeks=n) for n in range(12)]
    values = dict(zip(weeks, [10, 12, 9, 11, 10, 13, 9, 12, 40, 41, 40, 41], strict=True))
    found = phase_limits(values, [weeks[8]])
    assert sorted(found) == weeks[:8]
    limits = found[weeks[0]]
    assert (limits.lower, limits.upper) == (
        pytest.approx(3.91, abs=5e-3), pytest.approx(17.59, abs=5e-3),
    )  # fmt: skip
    # With no version between them, all twelve are one phase.
    assert sorted(phase_limits(values, [])) == weeks


def test_open_work_is_parted_by_age_as_each_one_would_be() -> None:
    at = datetime(2026, 9, 28, tzinfo=UTC)
    ages = [90, 50, 50, 40, 20, 20, 10, 0]
    sent = [at - timedelta(seconds=age) for age in ages]

    def age(moment: datetime) -> float:
        return (at - moment).total_seconds()

    def parted(p50: float, p85: float) -> dict[str, list[float]]:
        return {key: [age(m) for m in part] for key, part in split(sent, age, p50, p85).items()}

    # The median and the 85th percentile themselves are in the middle.
    assert parted(20, 50) == {"old": [90], "middle": [50, 50, 40, 20, 20], "young": [10, 0]}
    assert parted(0, 0) == {"old": [90, 50, 50, 40, 20, 20, 10], "middle": [0], "young": []}
    assert split(sent, age, None, 50) == {"unknown": sent}
    assert [age(m) for m in older(sent, age, 40)] == [90, 50, 50]
