"""Who may decide what, as far as a model tells: each rule broken once and kept once."""

from governance.blueprint.blueprint import Blueprint
from governance.blueprint.elements import Element
from governance.blueprint.lint import lint
from governance.blueprint.serialise import build_spec
from tests.governance.test_blueprint_lint import CLINIC, QUESTION, bands, changed


def test_each_class_of_risk_has_its_decider():
    classes = {"unit": "none", "currency": None, "risk_classes": ["low", "high"]}
    low, high = ("a", {"risk": "low"}), ("b", {"risk": "high"})
    assert bands(low, high, **classes) == []
    assert bands(("a", {}), high, **classes) == []
    assert bands(high, **classes) == [("GOV01", "low", f"Nobody decides {QUESTION} for low.")]
    assert bands(low, high, ("c", {"risk": "high"}), **classes) == [
        ("GOV02", "high", f"{QUESTION} has 2 deciders for high.")
    ]


def test_each_class_of_risk_has_whole_bands():
    classes = {"risk_classes": ["low", "high"]}
    low, high = ("a", {"risk": "low"}), ("b", {"risk": "high", "max": 10})
    assert bands(low, high, ("c", {"min": 10}), **classes) == []
    assert bands(low, high, ("c", {"min": 20}), **classes) == [
        ("GOV03", "high/c", f"Nobody decides {QUESTION} for high from 10 to below 20 CHF.")
    ]
    assert bands(low, high, **classes) == [
        ("GOV03", "high/top", f"Nobody decides {QUESTION} for high from 10 CHF upward.")
    ]


def test_two_scopes_of_one_weight_that_a_case_lies_in_both():
    a, b = ("a", {"department": "accounts"}), ("b", {"service": "lens-surgery", "max": 10})
    both = ("c", {"department": "accounts", "service": "lens-surgery"})
    sentence = f"{QUESTION} has two deciders from 0 CHF on: `a` and `b`."
    assert bands(("w", {}), a, b) == [("GOV04", "a/b", sentence)]
    assert bands(("w", {}), a, both, b) == []
    apart = ("a", {"department": "accounts", "min": 10})
    assert bands(("w", {}), apart, b) == []
    assert bands(("w", {}), a, ("b", {"department": "front-office"})) == []


def rules(item, change):
    return [(f.rule, f.severity, f.kind, f.key) for f in lint(changed(item, change))]


COST = ("DecisionType", "accept-cost-risk")


def test_whoever_asks_may_decide():
    assert rules(COST, lambda c: c.update(requester_excluded=False)) == [("GOV11", "error", *COST)]


def with_elements(*items):
    elements = dict(CLINIC)
    for kind, key, spec in items:
        elements[kind, key] = Element(kind, key, 1, build_spec(kind, spec))
    return [
        (f.rule, f.kind, f.key, f.part) for f in lint(Blueprint.from_elements(elements.values()))
    ]


def apart(a, b, kind="dynamic", **more):
    return ("SodRule", "apart", {"kind": kind, "a": a, "b": b, **more})


def test_a_rule_of_separation_keeps_whoever_asks_from_deciding():
    own = CLINIC[COST].spec.model_dump(mode="json") | {"requester_excluded": False}
    asks = (*COST, own)
    assert with_elements(asks, apart("requester", "decider")) == []
    others = {"decision_types": ["change-how-we-work"]}
    assert with_elements(asks, apart("requester", "decider", **others)) == [("GOV11", *COST, "")]
    warned = apart("requester", "decider", severity="warning")
    assert with_elements(asks, warned) == [("GOV11", *COST, "")]


BODY = {
    "name": "The round",
    "members": ["medical-director", "practice-manager"],
    "quorum": 2,
    "chair": "medical-director",
    "rhythm": "Mondays",
}


def test_a_body_that_seats_what_is_kept_apart():
    rule = apart("practice-manager", "medical-director", "static")
    assert with_elements(rule) == []
    assert with_elements(("GovernanceBody", "round", BODY), rule) == [
        ("GOV12", "GovernanceBody", "round", "apart")
    ]


def test_one_role_for_both_eyes():
    rule = apart("performer", "agreer")
    right = {"decision_type": COST[1], "role": "practice-manager"}
    performs = ("DecisionRight", "x-perform", {**right, "part": "perform"})
    agrees = ("DecisionRight", "x-agree", {**right, "part": "agree"})
    assert with_elements(rule, performs, agrees) == [("GOV12", *COST, "apart")]
    other = ("DecisionRight", "x-agree", {**right, "role": "medical-director", "part": "agree"})
    assert with_elements(rule, performs, other) == []


def test_rights_in_one_role():
    large = ("DecisionRight", "cost-risk-large")
    executive = ("Role", "practice-manager")
    assert rules(executive, lambda c: c.update(category="executive")) == [
        ("GOV13", "warning", "Role", "practice-manager")
    ]
    assert rules(large, lambda c: c.update(order=5)) == []
    many = [
        ("DecisionType", f"t{n}", {"question": f"Q{n}", "unit": "none", "latency_s": 60})
        for n in range(12)
    ]
    held = ["medical-director" if n < 2 else f"r{n % 5}" for n in range(12)]
    named = [
        ("Role", key, {"name": key, "purpose": "p", "category": "line", "accountabilities": ["a"]})
        for key in sorted(set(held) - {"medical-director"})
    ]

    def given(roles):
        return [
            ("DecisionRight", f"d{n}", {"decision_type": f"t{n}", "role": r, "part": "decide"})
            for n, r in enumerate(roles)
        ]

    assert with_elements(*many, *named, *given(held)) == [("GOV13", "Role", "medical-director", "")]
    held[0] = "practice-manager"
    assert with_elements(*many, *named, *given(held)) == []


def test_somebody_decides_that_the_model_changes():
    item = ("DecisionType", "change-how-we-work")
    assert rules(item, lambda c: c.update(about=None)) == [
        ("GOV21", "blocker", "Organisation", "lakeside")
    ]
    right = ("DecisionRight", "how-we-work-by-director")
    assert [f[0] for f in rules(right, None)] == ["GOV01", "GOV21"]


def test_a_body_says_how_it_decides():
    assert with_elements(("GovernanceBody", "round", BODY)) == []
    for name in ("quorum", "chair", "rhythm"):
        body = {key: value for key, value in BODY.items() if key != name}
        assert with_elements(("GovernanceBody", "round", body)) == [
            ("GOV22", "GovernanceBody", "round", "")
        ]
