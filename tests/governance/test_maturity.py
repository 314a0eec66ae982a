"""Levels of maturity from facts and from answers, and how they come together."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance.blueprint.adoption import maturity
from governance.blueprint.adoption.maturity import FEW, Practice, answered, clean, computed
from governance.blueprint.adoption.questions import (
    ANCHORS,
    BY_CODE,
    FOLLOWED,
    QUESTIONS,
    Question,
    of_part,
)
from governance.blueprint.completeness import Check
from governance.blueprint.expectations import BY_CODE as EXPECTED
from governance.blueprint.expectations import PARTS

ASKED = Question("x", "process", "It is so.", ("a", "b"), "promise")


def checks(met, total, code="a"):
    return [
        Check(code, "process", "Service", f"s{n}", "", n < met, "", "", frozenset())
        for n in range(total)
    ]


def level(met=10, total=10, share=1.0, work=True, improved=False, measured=True, **rest):
    asked = Question(ASKED.code, ASKED.part, ASKED.says, ASKED.expected, ASKED.followed, **rest)
    practice = Practice({"promise": share}, work, improved)
    return computed(asked, checks(met, total), practice, measured).level


def test_there_are_five_questions_a_part_that_rest_on_what_is_known():
    assert [len(of_part(part)) for part in PARTS] == [5, 5, 5, 5] and len(BY_CODE) == 20
    assert len(ANCHORS) == len(maturity.LEVELS) == 6
    assert {code for one in QUESTIONS for code in one.expected} <= EXPECTED.keys()
    assert {one.followed for one in QUESTIONS} == FOLLOWED.keys()


@pytest.mark.parametrize(
    ("wanted", "facts"),
    [
        (0, {"met": 0, "work": False}),
        (1, {"met": 0}),
        (1, {"met": 7}),
        (2, {"met": 8, "share": None}),
        (2, {"met": 8, "share": 0.79}),
        (3, {"share": 0.8, "measured": False, "improved": True}),
        (4, {"share": 0.8}),
        (5, {"improved": True}),
        (1, {"met": 0, "total": 0}),
        (0, {"met": 0, "total": 0, "work": False}),
        (None, {"met": 0, "total": 0, "optional": True}),
    ],
)
def test_each_level_rests_on_the_one_below(wanted, facts):
    assert level(**facts) == wanted


def test_a_measure_counts_with_both_its_baseline_and_its_target():
    def said(key, code):
        return Check(code, "governance", "Measure", key, "", True, "", "", frozenset())

    apart = [said("a", "measure-baseline"), said("b", "measure-target")]
    assert not maturity.measured_in(apart)
    assert maturity.measured_in([*apart, said("b", "measure-baseline")])


def test_answers_of_fewer_than_five_are_not_shown():
    assert answered([1, 2, 3, 4]) is None and answered([1, 2, 3, 4, 5]) == 3
    assert answered([1, 2, 2, 3, 3, 5]) == 2.5


def test_a_part_is_the_median_and_the_whole_the_lowest():
    levels = dict.fromkeys(BY_CODE, 4.0)
    low = [one.code for one in of_part("technology")][:3]
    parts = maturity.part_levels(levels | dict.fromkeys(low, 1.0))
    assert parts == {"people": 4, "process": 4, "technology": 1, "governance": 4}
    assert maturity.overall(parts) == 1
    none = dict.fromkeys((one.code for one in of_part("people")), None)
    parts = maturity.part_levels(levels | none)
    assert parts["people"] is None and maturity.overall(parts) is None


def test_what_is_no_level_is_named():
    code, other = QUESTIONS[0].code, QUESTIONS[1].code
    assert clean({code: 5, other: None}) == ({code: 5}, [])
    assert clean({code: 6, other: "3", "none": 1}) == ({}, ["none", code, other])
    assert clean({code: True}) == ({}, [code])


@given(st.integers(0, 10), st.integers(0, 10), st.floats(0, 1), *[st.booleans()] * 3)
def test_better_facts_never_give_a_lower_level(met, more, share, work, measured, improved):
    facts = {"share": share, "work": work, "measured": measured, "improved": improved}
    now = level(met=met, **facts)
    assert now <= level(met=min(met + more, 10), **facts)
    for name in ("work", "measured", "improved"):
        assert now <= level(met=met, **facts | {name: True})
    assert now <= level(met=met, **facts | {"share": 1.0})


@given(st.lists(st.dictionaries(st.sampled_from(list(BY_CODE)), st.integers(0, 5)), max_size=9))
def test_the_whole_is_never_above_a_part(given_levels):
    felt = {
        code: answered([each[code] for each in given_levels if code in each]) for code in BY_CODE
    }
    parts = maturity.part_levels(felt)
    whole = maturity.overall(parts)
    assert whole is None or all(whole <= one for one in parts.values())
    assert whole is None or len(given_levels) >= FEW
