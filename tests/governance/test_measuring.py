"""States of measures and verdicts on promises, from numbers alone."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from governance.blueprint.kinds import Measure
from governance.blueprint.measuring import (
    FIGURES,
    Goal,
    Reading,
    period_of,
    periods,
    progress,
    recent,
    standing,
    verdict,
)

# Signing shall take half the time: 1.4 to 0.7 days, promised for week 31 of a year.
DUE = date(2026, 8, 2)
GOAL = Goal(
    direction="down",
    unit="business days",
    baseline=Reading(date(2026, 1, 5), date(2026, 2, 22), Decimal("1.4"), 170),
    target=Decimal("0.7"),
    due=DUE,
    owner="general-counsel",
    source="flow",
    since=date(2026, 3, 9),
    adds_up=True,
)


def month(number: int, value: str, n: int | None = 30) -> Reading:
    first = date(2026, number, 1)
    return Reading(first, period_of("month", first)[1], Decimal(value), n)


@pytest.mark.parametrize(
    ("readings", "day", "word"),
    [
        ([], date(2026, 6, 1), "too_few"),
        # Bought, in use, and nothing moves; then it was due, and still nothing.
        ([month(5, "1.4")], date(2026, 6, 1), "behind"),
        ([month(5, "1.4")], DUE, "behind"),
        ([month(5, "1.4")], DUE + timedelta(days=1), "not_realised"),
        ([month(7, "1.0")], date(2026, 8, 3), "partly"),
        ([month(7, "1.06")], date(2026, 8, 3), "not_realised"),
        # The way from 1.4 to 0.7 is half gone on 14 May.
        ([month(4, "1.04")], date(2026, 5, 14), "on_track"),
        ([month(4, "1.07")], date(2026, 5, 14), "behind"),
        # Equal to the target is the target, and it may come late.
        ([month(5, "1.4"), month(9, "0.7")], date(2026, 10, 1), "realised"),
        ([month(5, "1.4"), month(9, "0.5", 19)], date(2026, 10, 1), "too_few"),
        ([month(8, "0.6", 12), month(9, "0.5", 12)], date(2026, 10, 1), "realised"),
        # What is not over by that day does not speak yet; what was before it was in use never does.
        ([month(5, "1.4"), month(9, "0.5")], date(2026, 8, 31), "not_realised"),
        ([month(2, "0.5")], date(2026, 6, 1), "too_few"),
    ],
)
def test_a_promise_by_what_was_observed(readings, day, word):
    assert verdict(GOAL, readings, day).word == word


def test_a_promise_in_words_only_and_one_half_said():
    assert verdict(None, [], DUE).word == "not_measurable"
    found = verdict(replace(GOAL, target=None, owner=""), [month(5, "0.1")], DUE)
    assert (found.word, found.missing) == ("not_measurable", ("target", "owner"))
    assert GOAL.baseline is not None
    thin = replace(GOAL, baseline=replace(GOAL.baseline, n=19))
    found = verdict(thin, [month(9, "0.5")], DUE)
    assert (found.word, found.few) == ("too_few", "baseline")
    found = verdict(GOAL, [month(9, "0.5", 3)], date(2026, 10, 1))
    assert (found.few, found.now.n, found.late) == ("now", 3, 60)


@pytest.mark.parametrize(
    ("direction", "target", "value", "share"),
    [
        ("down", "0.7", "1.4", "0"),
        ("down", "0.7", "1.05", "0.5"),
        ("down", "0.7", "0.35", "1.5"),
        ("down", "0.7", "1.75", "-0.5"),
        ("up", "2.4", "1.9", "0.5"),
        ("up", "1.4", "1.5", "1"),
        ("up", "1.4", "1.3", "0"),
        ("down", "1.4", "1.3", "1"),
        # What shall stay may move as far as it did, or by a twentieth.
        ("maintain", "1.5", "1.6", "1"),
        ("maintain", "1.5", "1.61", "0"),
        ("maintain", "1.4", "1.46", "1"),
        ("maintain", "1.4", "1.48", "0"),
    ],
)
def test_how_far_it_has_come(direction, target, value, share):
    goal = replace(GOAL, direction=direction, target=Decimal(target))
    assert progress(goal, Decimal(value)) == Decimal(share)


def test_a_measure_is_tracked_once_nothing_is_missing():
    day = date(2026, 6, 1)
    bare = Goal(direction="down", unit="days")
    found = standing(bare, [], day)
    assert found.state == "draft"
    assert found.missing == ("baseline with its days", "target", "due day", "owner", "source")
    assert standing(replace(GOAL, source=""), [], day).state == "baselined"
    assert standing(GOAL, [], day).state == "tracking"
    assert standing(GOAL, [month(5, "1.4")], DUE + timedelta(days=1)).state == "missed"
    late = standing(GOAL, [month(9, "0.6")], date(2026, 10, 1))
    assert (late.state, late.progress) == (
        "achieved",
        (Decimal("0.6") - Decimal("1.4")) / Decimal("-0.7"),
    )


def test_thin_periods_are_taken_together_only_where_they_add_up():
    rows = [month(6, "1", 10), month(7, "2", 10), month(8, "4", 10)]
    assert recent(rows, adds_up=False) == rows[-1]
    found = recent(rows, adds_up=True)
    assert (found.since, found.until, found.value, found.n) == (
        date(2026, 7, 1), date(2026, 8, 31), Decimal(3), 20,
    )  # fmt: skip
    # A count is whole by itself, a value that is hidden says nothing.
    assert recent([month(8, "4", None)], adds_up=True).enough
    hidden = replace(month(8, "4", 3), value=None)
    assert recent([rows[0], hidden], adds_up=True).since == date(2026, 6, 1)
    assert recent([hidden], adds_up=True) is None


def test_periods_are_whole():
    assert period_of("week", date(2026, 11, 28)) == (date(2026, 11, 23), date(2026, 11, 29))
    assert period_of("quarter", date(2026, 12, 31)) == (date(2026, 10, 1), date(2026, 12, 31))
    assert period_of("month", date(2026, 2, 5)) == (date(2026, 2, 1), date(2026, 2, 28))
    found = list(periods("month", date(2026, 1, 31), date(2026, 3, 31)))
    assert found == [(date(2026, 1, 1), date(2026, 1, 31)), (date(2026, 2, 1), date(2026, 2, 28))]
    assert len(list(periods("day", date(2026, 1, 1), date(2026, 1, 5)))) == 4


def test_a_figure_that_nobody_computes_is_refused_with_those_that_are():
    given = {"name": "A", "outcome": "b", "unit": "%", "direction": "up", "source": "flow"}
    with pytest.raises(ValueError, match="no figure “lead-p90”; choose one of lead-p50"):
        Measure(**given, query="lead-p90")
    assert Measure(**given, query="").query is None
    assert {Measure(**given, query=key).query for key in FIGURES} == set(FIGURES)
