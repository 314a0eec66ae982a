"""Worked values of terms and formulas 2.11, and the rules behind them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from valueflow.engine.statistics import (
    little,
    median,
    percentile,
    ratio,
    shares,
    whole_percents,
    xmr,
)


def test_percentiles_interpolate_between_rows() -> None:
    assert percentile([1, 2, 3, 4], 0.5) == 2.5
    assert percentile([10, 0], 0.85) == pytest.approx(8.5)
    assert percentile([7], 0.85) == 7
    assert percentile([], 0.5) is None
    assert median([3, 1, 2]) == 2


@given(st.lists(st.integers(0, 10**9), min_size=1), st.floats(0, 1))
def test_a_percentile_lies_between_the_smallest_and_the_largest(
    values: list[int], share: float
) -> None:
    result = percentile(values, share)
    assert result is not None
    assert min(values) <= result <= max(values)
    assert percentile(values, 0) == min(values)
    assert percentile(values, 1) == max(values)


def test_flow_efficiency_is_a_ratio_of_sums() -> None:
    assert ratio(1 + 9 + 1, 10 + 10 + 100) == pytest.approx(11 / 120)
    assert ratio(1, 0) is None


def test_process_limits_of_the_worked_series() -> None:
    limits = xmr([10, 12, 9, 11, 10, 13, 9, 12])
    assert limits is not None
    assert limits.centre == 10.75
    assert limits.moving_range == pytest.approx(2.571, abs=0.001)
    assert (limits.lower, limits.upper) == pytest.approx((3.91, 17.59), abs=0.005)
    assert limits.signals == ()
    assert xmr([4]) is None


def test_a_point_outside_and_a_run_on_one_side_are_signals() -> None:
    limits = xmr([10, 11, 10, 11, 10, 11, 30])
    assert limits is not None
    assert limits.signals == (6,)
    run = xmr([1, 3, 1, 3, 1, 3, 1, 3, *[2.2, 2.4] * 4])
    assert run is not None
    assert run.signals == (14, 15)


def test_little_compares_load_with_rate_times_time() -> None:
    assert little(34, 5, 6.8) == pytest.approx(1)
    assert little(34, 0, 6.8) is None


def test_shares_add_up() -> None:
    assert shares({"a": 1, "b": 3}) == {"a": 0.25, "b": 0.75}
    assert whole_percents({"a": 1, "b": 1, "c": 1}) == {"a": 34, "b": 33, "c": 33}
    assert whole_percents({"a": 0}) == {}


@given(st.dictionaries(st.text(max_size=3), st.integers(0, 10**9), min_size=1))
def test_whole_per_cents_always_make_a_hundred(parts: dict[str, int]) -> None:
    if sum(parts.values()):
        assert sum(whole_percents(parts).values()) == 100
