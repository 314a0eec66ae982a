"""Judgements without run data: each rule with a model that breaks it and one that does not."""

import pytest

from governance.blueprint.blueprint import Blueprint
from governance.blueprint.elements import Element
from governance.blueprint.files import read_directory
from governance.blueprint.lint import blockers, lint
from governance.blueprint.serialise import build_spec

CLINIC = read_directory("tests/fixtures/clinic/model").elements
PATH = ("Workflow", "lens-surgery-path")


def changed(item, change):
    """The clinic's model with one element changed (None: removed)."""
    elements = dict(CLINIC)
    if change is None:
        del elements[item]
    else:
        content = elements[item].spec.model_dump()
        change(content)
        elements[item] = Element(*item, 1, build_spec(item[0], content))
    return Blueprint.from_elements(elements.values())


def stage(content, key):
    return next(s for s in content["stages"] if s["key"] == key)


def found(bp):
    return [(f.severity, f.rule, f.kind, f.key, f.part) for f in lint(bp)]


def test_a_sound_model_has_no_findings():
    assert lint(Blueprint.from_elements(CLINIC.values())) == []


@pytest.mark.parametrize(
    ("key", "field", "rule", "sentence"),
    [
        ("biometry", "accountable_role", "PRC01", "Stage “Biometry” has no accountable role."),
        ("biometry", "team", "PRC02", "Stage “Biometry” has no team."),
        (
            "cost-risk",
            "decision_type",
            "MOD02",
            "Stage “Cost risk” decides, but says no type of decision.",
        ),
    ],
)
def test_a_stage_says_who_and_what(key, field, rule, sentence):
    bp = changed(PATH, lambda content: stage(content, key).update({field: None}))
    finding = lint(bp)[0]
    assert (finding.severity, finding.rule, finding.part) == ("blocker", rule, key)
    assert finding.sentence == sentence


def test_a_crossing_without_agreement():
    bp = changed(("HandoffAgreement", "practice-management-to-theatre-slot"), None)
    (finding,) = lint(bp)
    assert (finding.severity, finding.rule, finding.part) == (
        "error",
        "PRC05",
        "cost-risk/theatre-slot",
    )
    assert finding.sentence == (
        "Work goes from “Cost risk” (Practice management) to “Theatre slot” (Theatre) "
        "without a handoff agreement."
    )


def test_an_agreement_without_criteria():
    item = ("HandoffAgreement", "ward-to-theatre-slot")
    assert found(changed(item, lambda c: c.update(criteria=[]))) == [
        ("warning", "PRC06", *item, "")
    ]


@pytest.mark.parametrize(("days", "findings"), [(7, 1), ("7.5", 0), (8, 0)])
def test_a_promise_is_not_shorter_than_its_targets(days, findings):
    item = ("Offering", "planned-lens-surgery")
    bp = changed(item, lambda content: content.update(promise_s=f"{days} bd"))
    assert len(lint(bp)) == findings
    if findings:
        assert found(bp) == [("error", "PRC08", *item, "")]
        assert lint(bp)[0].sentence == (
            "The promise is 7 business days, the targets along the longest way add up to 7.5."
        )


def test_a_stream_through_departments_without_owner():
    item = ("ValueStream", "referral-to-theatre")
    bp = changed(item, lambda content: content.update(owner_role=None))
    assert found(bp) == [("blocker", "PRC11", *item, "")]
    assert "4 departments" in lint(bp)[0].sentence


@pytest.mark.parametrize(("severity", "grave"), [("must", "error"), ("should", "warning")])
@pytest.mark.parametrize(
    "criterion",
    [
        {"kind": "field", "field": "allergies"},
        {"kind": "attachment", "field": "allergies"},
        {"kind": "expression", "expression": "allergies == 'none' or eyes == 'left'"},
    ],
)
def test_a_criterion_needs_what_the_form_never_asks(criterion, severity, grave):
    item = ("HandoffAgreement", "reception-to-biometry")
    new = {"key": "allergies", "text": "Allergies", "severity": severity, **criterion}
    bp = changed(item, lambda c: c.update(criteria=[*c["criteria"], new]))
    assert found(bp) == [(grave, "PRC12", *item, "allergies")]
    assert lint(bp)[0].sentence == (
        "“Allergies” needs `allergies`, which the form of “Planned lens surgery” never asks."
    )


CHECKED = {"key": "weighed", "text": "The patient was weighed"}


@pytest.mark.parametrize(
    ("kind", "items", "sentence"),
    [
        (
            "work",
            [CHECKED, CHECKED],
            "Has two checklist items of stage `biometry` with the key `weighed`.",
        ),
        (
            "wait",
            [CHECKED],
            "Stage `biometry` has a checklist, but nobody works on it.",
        ),
        (
            "work",
            [{**CHECKED, "when": "weight >"}],
            None,
        ),
    ],
)
def test_a_checklist_that_cannot_be_used(kind, items, sentence):
    def change(content):
        stage = next(s for s in content["stages"] if s["key"] == "biometry")
        stage.update(kind=kind, checklist=items)

    findings = lint(changed(("Workflow", "lens-surgery-path"), change))
    assert {(f.rule, f.severity) for f in findings} == {("MOD01", "blocker")}
    assert sentence is None or [f.sentence for f in findings] == [sentence]


def test_dangling_references_end_the_search():
    bp = changed(("Team", "ward"), None)
    findings = lint(bp)
    assert {f.rule for f in findings} == {"MOD01"}
    assert {(f.kind, f.severity) for f in findings} == {
        ("HandoffAgreement", "blocker"),
        ("Workflow", "blocker"),
    }
    assert "Stage `sedation-talk` names team `ward`, which does not exist." in [
        f.sentence for f in findings
    ]


def test_a_fingerprint_survives_an_edit_and_tells_subjects_apart():
    item = ("Offering", "planned-lens-surgery")
    one = lint(changed(item, lambda c: c.update(promise_s="7 bd")))[0]
    two = lint(changed(item, lambda c: c.update(promise_s="6 bd", name="Other")))[0]
    assert one.sentence != two.sentence
    assert one.fingerprint == two.fingerprint
    other = lint(changed(PATH, lambda c: stage(c, "biometry").update(team=None)))[0]
    assert other.fingerprint != one.fingerprint
    assert len(one.fingerprint) == 32


def bands(*rights, **kind):
    """The clinic with the given rights (key, role, fields) to decide instead of its own."""
    own = [
        key
        for (kind, key), e in CLINIC.items()
        if kind == "DecisionRight" and e.spec.decision_type == "accept-cost-risk"
    ]
    elements = {k: e for k, e in CLINIC.items() if k[1] not in own}
    item = ("DecisionType", "accept-cost-risk")
    content = elements[item].spec.model_dump() | kind
    elements[item] = Element(*item, 1, build_spec(item[0], content))
    for key, fields in rights:
        spec = {"decision_type": item[1], "role": "eye-surgeon", "part": "decide", **fields}
        elements["DecisionRight", key] = Element(
            "DecisionRight", key, 1, build_spec("DecisionRight", spec)
        )
    return [(f.rule, f.part, f.sentence) for f in lint(Blueprint.from_elements(elements.values()))]


QUESTION = "“Accept the risk of an unpaid bill”"


def test_bands_that_meet_are_fine():
    assert (
        bands(("a", {"min": 0, "max": 10}), ("b", {"min": 10, "max": 20}), ("c", {"min": 20})) == []
    )
    assert bands(("a", {})) == []
    assert bands(("a", {"max": 10}), ("b", {"min": 10})) == []


def test_no_decider_at_all():
    assert bands() == [("GOV01", "", f"Nobody decides {QUESTION}.")]


def test_a_gap_is_named():
    assert bands(("a", {"min": 0, "max": 2500}), ("b", {"min": 5000})) == [
        ("GOV03", "b", f"Nobody decides {QUESTION} from 2,500 to below 5,000 CHF.")
    ]


def test_gaps_at_both_ends():
    assert bands(("a", {"min": 10, "max": 20})) == [
        ("GOV03", "a", f"Nobody decides {QUESTION} from 0 to below 10 CHF."),
        ("GOV03", "top", f"Nobody decides {QUESTION} from 20 CHF upward."),
    ]


def test_an_overlap_is_named():
    assert bands(("a", {"min": 0, "max": 250}), ("b", {"min": 200})) == [
        ("GOV04", "b", f"{QUESTION} has two deciders from 200 CHF on: `a` and `b`.")
    ]


def test_two_deciders_of_one_band():
    assert bands(("a", {}), ("b", {})) == [
        ("GOV02", "b", f"{QUESTION} has two deciders from 0 CHF on: `a` and `b`.")
    ]


def test_a_band_inside_another_overlaps_and_leaves_no_gap_behind():
    assert [rule for rule, *_ in bands(("a", {}), ("b", {"min": 5, "max": 6}))] == ["GOV04"]


def test_an_empty_band():
    assert bands(("a", {}), ("b", {"min": 5, "max": 5})) == [
        ("GOV03", "b", "The band of `b` is empty.")
    ]


def test_each_scope_stands_for_itself():
    narrow = {"service": "lens-surgery", "max": 10}
    assert bands(("a", {}), ("b", narrow)) == []
    twice = [
        ("GOV02", "lens-surgery/c", f"{QUESTION} has two deciders from 0 CHF on: `b` and `c`.")
    ]
    assert bands(("a", {}), ("b", narrow), ("c", narrow)) == twice
    assert [part for _, part, _ in bands(("b", narrow))] == ["lens-surgery/top"]


def test_a_type_without_amounts_has_one_decider():
    assert bands(("a", {}), unit="none") == []
    assert [rule for rule, *_ in bands(("a", {}), ("b", {}), unit="none")] == ["GOV02"]


def test_other_parts_are_no_deciders():
    assert bands(("a", {}), ("b", {"part": "recommend"})) == []


def test_gravest_first():
    bp = changed(("ValueStream", "referral-to-theatre"), lambda c: c.update(owner_role=None))
    elements = bp.elements()
    del elements["HandoffAgreement", "ward-to-theatre-slot"]
    findings = lint(Blueprint.from_elements(elements.values()))
    assert [f.rule for f in findings] == ["PRC11", "PRC05"]
    assert blockers(findings) == findings[:1]
