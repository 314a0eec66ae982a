"""How far a sponsor went, from what they did: the levels and what can never happen to them."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance.blueprint.adoption.sponsoring import LEVELS, QUARTER, Action, kept, standing

TODAY = date(2026, 11, 28)


def day(ago):
    return TODAY - timedelta(days=ago)


def level(*actions, opened=False, supported=False, today=TODAY):
    found = standing(opened=opened, supported=supported, actions=actions, today=today)
    return found.level


@pytest.mark.parametrize(
    ("wanted", "given_"),
    [
        ("unaware", {}),
        ("aware", {"opened": True}),
        ("bought_in", {"supported": True}),
        ("bought_in", {"actions": [Action(day(-5))]}),
        ("committed", {"actions": [Action(day(10), day(10))]}),
        # On the last day of ninety, and one day before.
        ("committed", {"actions": [Action(day(89), day(89))]}),
        ("bought_in", {"actions": [Action(day(90), day(90))]}),
        # One that was missed takes it away, until it is a quarter ago.
        ("bought_in", {"actions": [Action(day(10), day(10)), Action(day(5))]}),
        ("committed", {"actions": [Action(day(10), day(10)), Action(day(90))]}),
        # Its last day is still a day to do it on.
        ("committed", {"actions": [Action(day(10), day(10)), Action(TODAY)]}),
        ("sustaining", {"actions": [Action(day(10), day(10)), Action(day(100), day(101))]}),
        ("committed", {"actions": [Action(day(10), day(10)), Action(day(100), day(181))]}),
    ],
)
def test_levels(wanted, given_):
    actions = given_.get("actions", [])
    rest = {k: v for k, v in given_.items() if k != "actions"}
    assert level(*actions, **rest) == wanted


def test_what_was_done_late_was_missed():
    late = Action(day(10), day(9))
    assert not late.on_time(day(90), TODAY) and late.missed(day(90), TODAY)
    assert level(late, Action(day(1), day(1))) == "bought_in"


DAYS = st.integers(-200, 200).map(lambda n: TODAY + timedelta(days=n))
ACTIONS = st.lists(st.builds(Action, DAYS, st.none() | DAYS), max_size=6)
SIGNS = {"opened": st.booleans(), "supported": st.booleans()}


def rank(actions, opened, supported, today=TODAY):
    return LEVELS.index(level(*actions, opened=opened, supported=supported, today=today))


@given(actions=ACTIONS, **SIGNS)
def test_order_never_counts_and_doing_never_harms(actions, opened, supported):
    now = rank(actions, opened, supported)
    assert rank(actions[::-1], opened, supported) == now
    assert rank([*actions, Action(TODAY, TODAY)], opened, supported) >= now
    assert rank(actions, True, supported) >= now <= rank(actions, opened, True)


@given(actions=ACTIONS, ago=st.integers(1, 89), **SIGNS)
def test_a_missed_action_never_helps_whoever_is_known(actions, ago, opened, supported):
    missed = [*actions, Action(day(ago))]
    assert rank(missed, opened, True) <= max(rank(actions, opened, True), 2)
    assert level(*missed, opened=opened, supported=supported) == "bought_in"


@given(actions=ACTIONS, **SIGNS)
def test_a_level_fades_when_nothing_is_done_any_more(actions, opened, supported):
    later = TODAY + timedelta(days=500)
    assert rank(actions, opened, supported, later) <= 2


@given(actions=ACTIONS, **SIGNS)
def test_sustaining_is_two_quarters_in_a_row(actions, opened, supported):
    found = level(*actions, opened=opened, supported=supported)
    both = kept(actions, TODAY) and kept(actions, TODAY - QUARTER)
    assert (found == "sustaining") == both
