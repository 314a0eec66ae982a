"""Thresholds of a clock: their order, their moment, and that none is skipped."""

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from governance.blueprint.kinds.workflows import ClockPolicy, Rung
from workflows.engine.clockwork import next_of, share_of, thresholds

DAY = 28_800


@dataclass(frozen=True)
class Step:
    percent: int | None = None
    before_s: int | None = None
    after_s: int | None = None


def test_rungs_stand_on_the_clocks_own_time() -> None:
    ladder = [Step(percent=50), Step(before_s=7200), Step(after_s=0), Step(after_s=DAY)]
    found = [(t.kind, t.at_s) for t in thresholds(DAY, (75, 50), ladder)]
    assert found == [
        ("warn50", 14_400),
        ("rung1", 14_400),
        ("warn75", 21_600),
        ("rung2", 21_600),
        ("breach", DAY),
        ("rung3", DAY),
        ("rung4", 2 * DAY),
    ]


def test_a_rung_is_never_due_before_those_below_it() -> None:
    """«One day before» of a target of half a day would come first; it waits for its turn."""
    found = [
        (t.kind, t.at_s) for t in thresholds(14_400, (), [Step(percent=50), Step(before_s=DAY)])
    ]
    assert found == [("rung1", 7200), ("rung2", 7200), ("breach", 14_400)]


@given(
    target=st.integers(0, 10**7),
    warn=st.sets(st.integers(1, 100), max_size=5),
    before=st.lists(
        st.one_of(
            st.builds(Step, percent=st.integers(1, 100)),
            st.builds(Step, before_s=st.integers(0, 10**7)),
        ),
        max_size=6,
    ),
    after=st.lists(st.integers(0, 10**7), max_size=6),
)
def test_each_fires_once_in_order_and_none_is_skipped(
    target: int, warn: set[int], before: list[Step], after: list[int]
) -> None:
    ladder = [*before, *(Step(after_s=s) for s in sorted(after))]
    found = thresholds(target, warn, ladder)
    warned: list[int] = []
    rungs: list[int] = []
    breached, reached = False, 0
    while (one := next_of(found, warned=warned, rungs=rungs, breached=breached)) is not None:
        assert one.at_s >= reached
        reached = one.at_s
        if one.kind == "breach":
            breached = True
        elif one.kind.startswith("warn"):
            warned.append(one.number)
        else:
            rungs.append(one.number)
            step = ladder[one.number - 1]
            assert (step.after_s is not None) == breached
    assert breached and rungs == list(range(1, len(ladder) + 1))
    assert warned == [p for p in sorted(warn) if share_of(target, p) < target]


@pytest.mark.parametrize(
    ("ladder", "said"),
    [
        ([{"percent": 50, "after_s": 0, "to": ["holder"]}], "one moment"),
        ([{"to": ["holder"]}], "one moment"),
        ([{"percent": 50}], "names who"),
        ([{"after_s": 0, "to": ["holder"]}, {"percent": 50, "to": ["holder"]}], "come last"),
        ([{"after_s": 60, "to": ["holder"]}, {"after_s": 0, "to": ["holder"]}], "earliest first"),
    ],
)
def test_a_ladder_that_makes_no_sense_is_refused(
    ladder: list[dict[str, object]], said: str
) -> None:
    with pytest.raises(ValidationError, match=said):
        ClockPolicy.model_validate({"metric": "promise", "ladder": ladder})


def test_who_is_named_without_a_ladder_hears_of_the_breach() -> None:
    policy = ClockPolicy(metric="promise", escalate_to=("head-nurse",))
    assert policy.rungs == (Rung(after_s=0, roles=("head-nurse",)),)
    ladder = (Rung(percent=75, to=("team-leads",)),)
    assert ClockPolicy(metric="promise", escalate_to=("head-nurse",), ladder=ladder).rungs == ladder
