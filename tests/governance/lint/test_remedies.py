"""Every remedy that is offered mends what it is offered for, and brings nothing graver."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from governance import registries
from governance.blueprint.lint import CODES, lint
from governance.blueprint.remedies import REMEDIES, after, offer
from tests.depth import examples
from tests.governance.lint import cases_people, cases_process
from tests.governance.lint.clinic import TODAY, Clinic
from tests.governance.lint.test_table import changed

TABLE = {**cases_people.ALL, **cases_process.ALL}
MOST_WAYS = 12


def no_default(clinic):
    """Two ways out of a stage, each with a condition."""
    cases_process.branches("expected_cost > 200", "expected_cost <= 200")(clinic)
    clinic.ways(
        cases_process.way("theatre-slot", "call", when="expected_cost > 9000"),
        without={("theatre-slot", "call")},
    )


def recommends_and_agrees(clinic):
    clinic.right("says", "head-nurse", part="recommend")
    clinic.right("agrees", "head-nurse", part="agree")


def nobody_for_the_model(clinic):
    clinic.drop("DecisionRight", "how-we-work-by-director")


def both_decide(clinic):
    cases_process.another_question("head-nurse", "eye-surgeon")(clinic)


# More that may be wrong under the same code than the table of checks shows.
MORE = [
    ("VAL02", lambda c: c.edit("Measure", "days-to-theatre", owner_role=None)),
    ("GOV03", cases_process.bands((0, 10), (10, 20))),
    ("GOV03", cases_process.bands((5, 10), (10, None))),
    ("GOV03", cases_process.bands((0, None), (7, 7))),
    ("GOV04", cases_process.bands((0, 100), (50, 70))),
    ("GOV06", recommends_and_agrees),
    ("GOV21", nobody_for_the_model),
    ("GOV02", both_decide),
    ("GOV22", cases_process.board(chair=None, rhythm="")),
    ("PRC01", cases_process.stage("biometry", accountable_role=None)),
    ("PRC03", no_default),
    ("PRC25", cases_process.stage("cover-check", **cases_process.WAIT, complete_s=None)),
    ("CLK01", cases_process.clock(("resume", "request.resumed"))),
    ("TEC02", cases_people.system(owner_role=None)),
]
CASES = [(code, TABLE[code].fails) for code in sorted(REMEDIES) if code != "VAL02"] + MORE


def offers(clinic):
    """Findings with their remedies, of a model as it stands."""
    bp = clinic.blueprint
    found = [(one, offer(bp, one, TODAY)) for one in clinic.findings]
    return bp, [(one, remedy) for one, remedy in found if remedy is not None]


def blockers(findings):
    return {one.fingerprint for one in findings if one.severity == "blocker"}


def check(clinic, bp, finding, remedy, way):
    edits = remedy.edits(way)
    assert edits
    then = after(bp, edits)
    assert then.problems() == []
    found = lint(then, clinic.facts, registries.lint_rules())
    assert finding.fingerprint not in {one.fingerprint for one in found}
    assert blockers(found) <= blockers(clinic.findings)
    assert then.hashes() != bp.hashes()


@pytest.mark.parametrize(("code", "fails"), CASES, ids=lambda v: v if isinstance(v, str) else "")
def test_a_remedy_mends_what_it_is_offered_for(code, fails):
    clinic = changed(fails)
    bp, found = offers(clinic)
    mine = [(one, remedy) for one, remedy in found if one.rule == code]
    assert mine, "the table has a case that it mends"
    for finding, remedy in mine:
        assert remedy.verb and all(way.words for way in remedy.ways)
        assert len({way.value for way in remedy.ways}) == len(remedy.ways)
        assert bool(remedy.asks) == (len(remedy.ways) > 1)
        assert remedy.first in {"", *(way.value for way in remedy.ways)}
        for way in remedy.ways[:MOST_WAYS]:
            check(clinic, bp, finding, remedy, way.value)
        with pytest.raises(KeyError):
            remedy.edits("no such way")


@given(data=st.data())
@settings(max_examples=examples(25))
def test_two_things_wrong_are_mended_one_by_one(data):
    codes = st.sampled_from(sorted(set(TABLE) - {"MOD01"}))
    clinic = Clinic()
    for code in (data.draw(codes), data.draw(codes)):
        TABLE[code].fails(clinic)
    bp, found = offers(clinic)
    if bp.problems() or not found:
        return
    finding, remedy = data.draw(st.sampled_from(found))
    check(clinic, bp, finding, remedy, data.draw(st.sampled_from(remedy.ways)).value)


def test_every_remedy_is_of_a_known_check_and_has_a_case():
    assert set(REMEDIES) <= set(CODES)
    assert {code for code, _fails in CASES} == set(REMEDIES)
