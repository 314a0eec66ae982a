"""The statistics of before and after, against formulas written anew and against brute force."""

from datetime import date, timedelta
from itertools import product
from math import sqrt

import numpy as np
import pytest

from valueflow.engine import comparison, uncertainty
from valueflow.engine.comparison import Item, Verdict, compare, signals, verdict
from valueflow.engine.summary import Times
from valueflow.engine.uncertainty import Interval, cliff, difference, newcombe, sample, wilson

DAY = 28_800


def items(days, *, stratum=("a",), kept=True, back=0, running=False):
    """A request for each length in days; the first so many were sent back."""
    return [
        Item(Times(day * DAY * 3, day * DAY), stratum, kept, back=n < back, running=running)
        for n, day in enumerate(days)
    ]


def test_wilson_and_newcombe_are_those_of_the_papers():
    # Newcombe 1998 (II), table II, method 10: 56/70 against 48/80.
    found = newcombe((48, 80), (56, 70))
    assert found.estimate == pytest.approx(0.2)
    assert (round(found.lower, 4), round(found.upper, 4)) == (0.0524, 0.3339)
    # 9/10 against 3/10, of the same table.
    found = newcombe((3, 10), (9, 10))
    assert (round(found.lower, 4), round(found.upper, 4)) == (0.1705, 0.8090)
    # Newcombe 1998 (I): 81 of 263, and 0 of 20.
    found = wilson(81, 263)
    assert (round(found.lower, 4), round(found.upper, 4)) == (0.2553, 0.3662)
    found = wilson(0, 20)
    assert (found.lower, round(found.upper, 4)) == (0, 0.1611)
    # The ends are where the score test has exactly its bound.
    for part, whole in ((3, 17), (20, 20), (1, 1)):
        one = wilson(part, whole)
        for end in (one.lower, one.upper):
            if 0 < end < 1:
                score = (part / whole - end) / sqrt(end * (1 - end) / whole)
                assert abs(score) == pytest.approx(1.959963984540054)
    assert wilson(0, 0) is newcombe((0, 0), (1, 2)) is None


def test_cliff_counts_every_pair():
    generator = np.random.default_rng(7)
    before, after = generator.integers(0, 12, 37).tolist(), generator.integers(3, 15, 29).tolist()
    pairs = [(now > was) - (now < was) for was, now in product(before, after)]
    assert cliff(before, after) == pytest.approx(sum(pairs) / len(pairs))
    assert cliff([1, 2], [3, 4]) == 1 and cliff([3], [3]) == 0 and cliff([], [1]) is None
    assert [uncertainty.size_of(d) for d in (0.1, -0.2, 0.4, -0.9)] == [
        "negligible", "small", "medium", "large",
    ]  # fmt: skip


def test_survival_is_the_product_limit_estimate():
    # Kaplan and Meier by hand: ends at 1, 3, 3, 6; still running at 2, 3, 5.
    rows = sample([1, 3, 3, 6], [2, 3, 5])
    assert uncertainty.survival(rows).tolist() == pytest.approx(
        # After 1: 6/7; 2 is lost; of five at 3 two end; 3 and 5 are lost; the last ends.
        [6 / 7, 6 / 7, 6 / 7 * 4 / 5, 6 / 7 * 3 / 5, 6 / 7 * 3 / 5, 6 / 7 * 3 / 5, 0]
    )
    assert uncertainty.quantile(rows, 0.4) == 3 and uncertainty.quantile(rows, 0.5) == 6
    # Where more than half still runs there is no median yet.
    assert uncertainty.quantile(sample([1, 2], [3, 3, 3]), 0.5) is None
    # Without running rows it is what ended, by rank.
    assert uncertainty.quantile(sample([4, 1, 3, 2]), 0.5) == 2.5


def test_every_draw_of_few_rows_gives_the_interval_of_the_short_cut():
    """All 3^3 × 4^4 draws of both sides, each as likely: shares under a bound are theirs."""
    before, after = [1.0, 2.0, 4.0], [3.0, 5.0, 6.0, 10.0]
    for share in (0.5, 0.85):
        now = np.quantile(list(product(after, repeat=4)), share, axis=1)
        was = np.quantile(list(product(before, repeat=3)), share, axis=1)
        every = np.subtract.outer(now, was)
        generator = np.random.default_rng(1)
        uncertainty_of = uncertainty._again
        drawn = np.concatenate([
            uncertainty_of(sample(after), share, generator)
            - uncertainty_of(sample(before), share, generator)
            for _ in range(20)
        ])  # fmt: skip
        for bound in (0.0, 1.0, 2.5, 4.0, 6.0):
            exact = (every <= bound + 1e-9).mean()
            assert (drawn <= bound + 1e-9).mean() == pytest.approx(exact, abs=0.012)


def test_the_interval_is_that_of_drawing_every_row_again():
    generator = np.random.default_rng(3)
    before, after = generator.gamma(2, 3, 80), generator.gamma(2, 2, 60)
    for share in (0.5, 0.85):
        again = np.random.default_rng(5)
        now, was = again.choice(after, (2_000, 60)), again.choice(before, (2_000, 80))
        drawn = np.sort(np.quantile(now, share, axis=1) - np.quantile(was, share, axis=1))
        found = difference(sample(before), sample(after), share)
        assert found.estimate == np.quantile(after, share) - np.quantile(before, share)
        assert (found.lower, found.upper) == pytest.approx(
            (drawn[49], drawn[1949]), abs=0.12 * (drawn[1949] - drawn[49])
        )
        # The seed is fixed: the same rows give the same ends.
        assert found == difference(sample(before[::-1]), sample(after), share)


def test_rows_that_run_are_drawn_with_those_that_ended():
    generator = np.random.default_rng(11)
    whole = generator.gamma(2, 2, 300)
    watched = generator.uniform(2, 9, 300)
    ended, running = whole[whole <= watched], watched[whole > watched]
    before = sample(np.full(40, 3.0))
    # What ended alone looks too fast; the product limit is near the truth.
    truth = float(np.quantile(whole, 0.5)) - 3
    fast = difference(before, sample(ended), 0.5)
    right = difference(before, sample(ended, running), 0.5)
    assert fast.estimate < right.estimate
    assert abs(right.estimate - truth) < abs(fast.estimate - truth)
    assert right.lower < truth < right.upper
    # Most still run: the upper end is open.
    assert difference(before, sample([1.0] * 55, [2.0] * 45), 0.5).upper == float("inf")
    assert difference(before, sample([1.0] * 4, [2.0] * 6), 0.5) is None


def test_weights_give_the_mix_of_before():
    # Before: half small at 2, half large at 10. After: more large, each as long as it was.
    before = items([2] * 50, stratum=("s",)) + items([10] * 50, stratum=("l",))
    after = items([2] * 20, stratum=("s",)) + items([10] * 80, stratum=("l",))
    found = compare(before, after)
    assert found.mix == pytest.approx(0.3) and found.overlap == 1
    assert found.p50.business.estimate == (10 - 6) * DAY
    # Weighted it is the first value at which half is reached, of a side drawn as 62 rows.
    rows = comparison._sample(after, "business", comparison._weights(before, after)[0])
    assert rows.weights.sum() == pytest.approx(1)
    assert rows.weights[:20].sum() == pytest.approx(0.5)
    assert rows.draws == round(1 / (20 * (0.5 / 20) ** 2 + 80 * (0.5 / 80) ** 2)) == 64
    assert found.verdict.word in ("no_change", "not_comparable")
    # What is gone cannot be made up for.
    gone = compare(before, items([2] * 60, stratum=("s",)))
    assert gone.overlap == 0.5 and gone.verdict == Verdict("not_comparable", ("mix",))


def test_words_need_twenty_a_side_and_something_sure():
    spread = [5 + n % 10 for n in range(40)]
    faster = [1 + n % 10 for n in range(40)]
    assert compare(items(spread), items(faster)).verdict == Verdict("better")
    assert compare(items(faster), items(spread)).verdict == Verdict("worse", ("slower",))
    assert compare(items(spread), items(spread)).verdict == Verdict("no_change")
    few = compare(items(spread), items(faster[:19]))
    assert few.verdict == Verdict("not_comparable", ("few_after",))
    assert compare([], []).verdict == Verdict("not_comparable", ("few_before", "few_after"))
    assert compare(items(spread), items(faster[:20])).verdict.word == "better"
    # Faster with more returns is not better.
    back = compare(items(spread, back=2), items(faster, back=20))
    assert back.back.lower > 0 and back.verdict == Verdict("not_comparable", ("returns",))
    # A clock that counts otherwise says nothing of speed.
    unfair = compare(items(spread), items(faster), unfair=["clock"])
    assert unfair.verdict == Verdict("not_comparable", ("clock",))
    # As fast, and more promises kept.
    missed = items(spread[:25], kept=False) + items(spread[25:])
    assert compare(missed, items(spread)).verdict == Verdict("better")
    assert compare(items(spread), missed).verdict == Verdict("worse", ("promises",))


def test_those_that_run_count_until_nine_of_ten_ended():
    spread = [5 + n % 10 for n in range(40)]
    ended = items(spread[:36])
    few = compare(items(spread), ended + items([50] * 4, running=True, kept=None))
    assert (few.method, few.after.closed, few.after.running) == ("ended", 0.9, 4)
    assert few.p50.business.estimate == compare(items(spread), ended).p50.business.estimate
    more = compare(items(spread), ended + items([50] * 5, running=True, kept=None))
    assert more.method == "survival" and more.after.n == 36
    assert more.after.p50.business >= few.after.p50.business
    stuck = compare(items(spread), items([1] * 25) + items([2] * 40, running=True))
    assert stuck.verdict == Verdict("not_comparable", ("running",))


def test_a_sure_gain_that_the_mix_explains_is_none():
    sure, unsure = Interval(-5, -8, -2), Interval(-1, -3, 1)
    usual = {"tail": None, "kept": None, "worse": ()}
    assert verdict((20, 20), speed=sure, weighted=sure, **usual) == Verdict("better")
    assert verdict((20, 20), speed=sure, weighted=unsure, **usual).why == ("mix",)
    assert verdict((20, 20), speed=unsure, weighted=sure, **usual) == Verdict("no_change")
    tail = usual | {"tail": Interval(3, 1, 5)}
    assert verdict((20, 20), speed=sure, weighted=sure, **tail).why == ("tail",)


def test_weeks_stand_out_by_the_limits_of_before():
    first = date(2026, 1, 5)
    weeks = [first + timedelta(weeks=n) for n in range(18)]
    # The worked values: mean 10.75, limits 3.91 and 17.59.
    before = [10, 12, 9, 11, 10, 13, 9, 12]
    effect = weeks[8]
    after = [99, 10, 9, 10, 9, 10, 9, 10, 9, 3.5]
    found = signals(dict(zip(weeks, before + after, strict=True)), effect)
    assert found.limits.centre == 10.75
    assert (round(found.limits.lower, 2), round(found.limits.upper, 2)) == (3.91, 17.59)
    # The week of the effect is neither; the eighth in a row, and the one outside.
    assert found.signals == (weeks[16], weeks[17])
    assert signals({}, effect).limits is None
