"""Controls without a database: what may be written, what is bound to a place, what each says."""

import pytest
from pydantic import ValidationError

from governance.blueprint.blueprint import Blueprint
from governance.blueprint.controls import InForce, Place, bound, guards_waivers, judge
from governance.blueprint.diff import diff
from governance.blueprint.elements import Element
from governance.blueprint.kinds import Control, Policy
from governance.blueprint.lint import lint
from governance.blueprint.serialise import build_spec, content_hash
from tests.governance import small

POLICY = {"statement": "Four eyes on every order.", "kind": "rule", "owner_role": "owner"}
CONTROL = {
    "policy": "four-eyes",
    "clause": "Nobody accepts their own order",
    "at": "decision",
    "decision_types": ["accept-order"],
    "test": "requester != decider",
    "mode": "prevent",
}
WAIVER_TYPE = {
    "question": "Grant a waiver?",
    "about": "waiver",
    "unit": "none",
    "latency_s": "8 h",
}
DECIDING = Place(at="decision", decision_type="accept-order", scope={"service": {"big-order"}})


def bakery(**controls):
    specs = small.specs()
    specs["Policy", "four-eyes"] = POLICY
    specs["DecisionType", "grant-waiver"] = WAIVER_TYPE
    for key, changes in controls.items():
        specs["Control", key.replace("_", "-")] = CONTROL | changes
    return Blueprint.from_elements(
        Element(kind, key, 1, build_spec(kind, spec)) for (kind, key), spec in specs.items()
    )


def said(bp, values, place=DECIDING, waivers=()):
    verdicts = judge(bound(bp, place), place, values, waivers)
    return [(one.control.key, one.state, one.waiver) for one in verdicts]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"test": ""}, "nothing is prevented without a `test`"),
        ({"at": "stage"}, "`decision_types` belongs to a control at `decision`, not `stage`"),
        (
            {"at": "stage", "decision_types": [], "stage": "bake"},
            "it names a stage, but no workflow",
        ),
        ({"roles": ["buyer"]}, "`roles` belongs to a control at `assignment`, not `decision`"),
        ({"waiver_days": 181}, "less than or equal to 180"),
        ({"clause": ""}, "at least 1 character"),
    ],
)
def test_what_no_control_may_say(change, sentence):
    with pytest.raises(ValidationError) as refused:
        build_spec("Control", CONTROL | change)
    assert sentence in str(refused.value)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({}, []),
        ({"policy": "six-eyes"}, ["names policy `six-eyes`, which does not exist"]),
        ({"test": "asker != decider"}, ["has a condition that cannot be used"]),
        ({"test": "amount == requester"}, ["has a condition that cannot be used"]),
        ({"test": "guests > 10"}, []),
        (
            {"at": "stage", "decision_types": [], "workflow": "feast", "stage": "fry",
             "test": "performer != requester"},
            ["names stage `fry`, which does not exist"],
        ),
        ({"at": "publish", "decision_types": [], "test": "guests > 1"},
         ["has a condition that cannot be used"]),
    ],
)  # fmt: skip
def test_what_a_control_names_must_be_there(change, sentence):
    problems = [str(problem) for problem in bakery(own_order=change).problems()]
    assert len(problems) == len(sentence)
    for problem, part in zip(problems, sentence, strict=True):
        assert part in problem and "own-order" in problem


def test_only_what_holds_at_the_place_is_asked():
    bp = bakery(
        all_types={"decision_types": []},
        other_type={"decision_types": ["grant-waiver"]},
        this_type={},
        by_night={"mode": "detect", "test": ""},
        a_step={"at": "stage", "decision_types": [], "test": "performer is present"},
    )
    assert [one.key for one in bound(bp, DECIDING)] == ["all-types", "by-night", "this-type"]
    assert [one.key for one in bound(bp, DECIDING, "prevent")] == ["all-types", "this-type"]
    step = Place(at="stage", workflow="feast", stage="bake")
    assert [one.key for one in bound(bp, step)] == ["a-step"]
    assert bound(Blueprint.from_raw({}), DECIDING) == []


def test_a_step_and_a_role_narrow_it_down():
    bp = bakery(
        baking={"at": "stage", "decision_types": [], "workflow": "feast", "stage": "bake"},
        buying={"at": "assignment", "decision_types": [], "roles": ["buyer"],
                "test": "given_by != person"},
    )  # fmt: skip
    for stage, found in (("bake", ["baking"]), ("take", [])):
        place = Place(at="stage", workflow="feast", stage=stage)
        assert [one.key for one in bound(bp, place)] == found
    for role, found in (("buyer", ["buying"]), ("owner", [])):
        assert [one.key for one in bound(bp, Place(at="assignment", role=role))] == found


def test_kept_violated_waived_and_by_hand():
    bp = bakery(own_order={}, by_hand={"mode": "detect", "test": ""})
    mine, others = {"requester": "P-1", "decider": "P-1"}, {"requester": "P-1", "decider": "P-2"}
    assert said(bp, others) == [("by-hand", "manual", ""), ("own-order", "kept", "")]
    assert said(bp, mine)[1] == ("own-order", "violated", "")
    # What is not known keeps nothing.
    assert said(bp, {})[1] == ("own-order", "violated", "")
    waiver = InForce("W-1", "control", "own-order")
    assert said(bp, mine, waivers=[waiver])[1] == ("own-order", "waived", "W-1")
    assert said(bp, others, waivers=[waiver])[1] == ("own-order", "kept", "")


@pytest.mark.parametrize(
    ("waiver", "covers"),
    [
        (InForce("W", "control", "own-order"), True),
        (InForce("W", "control", "another"), False),
        (InForce("W", "policy", "four-eyes"), True),
        (InForce("W", "policy", "own-order"), False),
        (InForce("W", "control", "own-order", "service", "big-order"), True),
        (InForce("W", "control", "own-order", "service", "small-order"), False),
        (InForce("W", "control", "own-order", "department", "big-order"), False),
    ],
)
def test_what_a_waiver_covers(waiver, covers):
    state = "waived" if covers else "violated"
    assert said(bakery(own_order={}), {}, waivers=[waiver])[0][1] == state


def test_a_violation_names_clause_and_policy():
    (verdict,) = judge(bound(bakery(own_order={}), DECIDING), DECIDING, {})
    assert verdict.sentence == (
        "“Nobody accepts their own order” (policy “Four eyes on every order”) is not kept."
    )


def test_what_watches_over_waivers_is_told_apart():
    bp = bakery(own_order={}, own_waiver={"decision_types": ["grant-waiver"]})
    assert not guards_waivers(bp, bp.get(Control, "own-order"))
    assert guards_waivers(bp, bp.get(Control, "own-waiver"))


def test_a_rule_without_control_is_a_finding_and_a_principle_is_none():
    def rules(bp):
        return [(f.severity, f.key) for f in lint(bp) if f.rule == "GOV18"]

    assert rules(bakery()) == [("warning", "four-eyes")]
    assert rules(bakery(own_order={})) == []
    principle = build_spec("Policy", POLICY | {"kind": "principle"})
    specs = [one for one in bakery().elements().values() if one.key != "four-eyes"]
    specs.append(Element("Policy", "four-eyes", 1, principle))
    assert rules(Blueprint.from_elements(specs)) == []


def test_a_policy_says_the_same_with_and_without_controls_around():
    before = content_hash(build_spec("Policy", POLICY))
    assert content_hash(bakery(own_order={}).get(Policy, "four-eyes")) == before


def test_differences_in_words():
    old, new = bakery(own_order={}), bakery(own_order={"mode": "detect", "severity": "warning"})
    (change,) = diff(old, new)
    assert change.sentence == "The control “Nobody accepts their own order” changes in 2 things."
    assert [one.sentence for one in change.fields] == [
        "mode: prevent → detect",
        "severity: error → warning",
    ]
