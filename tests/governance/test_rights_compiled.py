"""The rules of a type as the resolver gets them from a model: every field, once per model."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from governance.blueprint.blueprint import Blueprint, UnknownElement
from governance.blueprint.elements import Element
from governance.blueprint.rights import (
    Acted,
    Acting,
    Body,
    Case,
    Delegation,
    Earlier,
    Holding,
    Kind,
    PartPlayed,
    Person,
    Resolution,
    Right,
    Role,
    Rules,
    Separation,
    band_words,
    rules_of,
)
from governance.blueprint.rights.facts import DIMENSIONS, DOERS, PARTS, doers, narrowed, within
from governance.blueprint.serialise import build_spec

SPECS = {
    ("Organisation", "acme"): {
        "name": "Acme",
        "zone": "UTC",
        "currency": "EUR",
        "default_calendar": "office",
        "last_resort": "top",
    },
    ("Role", "clerk"): {"name": "Clerk", "purpose": "So that …", "category": "line"},
    ("Role", "head"): {
        "name": "Head",
        "purpose": "So that …",
        "category": "generic",
        "focus": "department",
    },
    ("GovernanceBody", "round"): {
        "name": "The round",
        "members": ["clerk", "head"],
        "chair": "head",
        "rule": "consent",
        "quorum": 2,
    },
    ("DecisionType", "buy"): {
        "code": "B01",
        "question": "Buy it",
        "unit": "amount",
        "currency": "EUR",
        "latency_s": "4 h",
        "split_days": 14,
        "requester_excluded": False,
        "fallback_role": "head",
    },
    ("DecisionType", "hire"): {"question": "Hire", "unit": "none", "latency_s": "8 h"},
    ("DecisionRight", "a-free"): {
        "decision_type": "buy",
        "part": "decide",
        "max": "50",
        "pre_authorised": True,
    },
    ("DecisionRight", "b-clerk"): {
        "decision_type": "buy",
        "part": "decide",
        "role": "clerk",
        "min": "50",
        "max": "100.50",
        "department": "shop",
        "service": "supply",
        "category": "standard",
        "site": "house",
        "risk": "high",
        "when": "urgent = true",
        "latency_s": "1 h",
        "order": 3,
    },
    ("DecisionRight", "c-round"): {
        "decision_type": "buy",
        "part": "agree",
        "body": "round",
        "rule": "unanimity",
        "quorum": 1,
    },
    ("DecisionRight", "d-hire"): {"decision_type": "hire", "part": "decide", "role": "head"},
    ("SodRule", "all"): {"kind": "static", "a": "clerk", "b": "head"},
    ("SodRule", "buying"): {
        "kind": "dynamic",
        "a": "requester",
        "b": "decider",
        "severity": "warning",
        "decision_types": ["buy"],
    },
}
ROLES = {"clerk": Role("clerk", "Clerk"), "head": Role("head", "Head", "department")}
BODIES = {"round": Body("round", "The round", ("clerk", "head"), "head", "consent", 2)}
ALL = Separation("all", True, "clerk", "head", bars=True)
BUYING = Separation("buying", False, "requester", "decider", bars=False)


@pytest.fixture(scope="module")
def bp():
    return Blueprint.from_elements(
        Element(kind, key, 1, build_spec(kind, spec)) for (kind, key), spec in SPECS.items()
    )


def test_every_field_of_the_model_reaches_the_rules(bp):
    assert rules_of(bp, "buy") == Rules(
        kind=Kind("buy", "B01 Buy it", "amount", 14_400, "EUR", 14, False, "head"),
        rights=(
            Right("a-free", "decide", high=Decimal(50), pre_authorised=True),
            Right(
                "b-clerk",
                "decide",
                role="clerk",
                low=Decimal(50),
                high=Decimal("100.50"),
                narrows=(
                    ("department", "shop"),
                    ("service", "supply"),
                    ("category", "standard"),
                    ("site", "house"),
                    ("risk", "high"),
                ),
                when="urgent = true",
                latency_s=3600,
                order=3,
            ),
            Right("c-round", "agree", body="round", rule="unanimity", quorum=1),
        ),
        last_resort="top",
        roles=ROLES,
        bodies=BODIES,
        separations=(ALL, BUYING),
    )


def test_what_a_model_leaves_out_is_empty(bp):
    assert rules_of(bp, "hire") == Rules(
        kind=Kind("hire", "Hire", "none", 28_800),
        rights=(Right("d-hire", "decide", role="head"),),
        last_resort="top",
        roles=ROLES,
        bodies=BODIES,
        separations=(ALL,),
    )


def test_the_rules_are_made_once_and_an_unknown_type_is_said(bp):
    assert rules_of(bp, "buy") is rules_of(bp, "buy")
    with pytest.raises(UnknownElement) as refused:
        rules_of(bp, "sell")
    assert (refused.value.kind, refused.value.key) == ("DecisionType", "sell")


# --- what rules and rights say of themselves ---

SMALL = Rules(
    Kind("buy", "Buy", "amount", 60, "EUR", fallback_role="head"),
    (Right("r1", "decide", role="clerk"), Right("r2", "agree", body="round")),
    "top",
    {**ROLES, "lead": Role("lead", "Lead", "team")},
    {"round": Body("round", "The round", ("seat-1", "seat-2"))},
    (Separation("s1", True, "left", "right"), Separation("s2", False, "requester", "decider")),
)


def test_every_role_that_may_be_asked():
    assert SMALL.role_keys() == {
        "top", "head", "clerk", "seat-1", "seat-2", "left", "right",
    }  # fmt: skip
    bare = Rules(Kind("buy", "Buy", "none", 60), (Right("r", "decide", body="round"),), "")
    assert replace(bare, bodies=SMALL.bodies).role_keys() == {"seat-1", "seat-2"}


def test_what_the_holder_of_a_right_is_called():
    assert SMALL.name_of(Right("r", "decide", role="clerk")) == "Clerk"
    assert SMALL.name_of(Right("r", "decide", role="ghost")) == "ghost"
    assert SMALL.name_of(Right("r", "decide", body="round")) == "The round"
    assert SMALL.name_of(Right("r", "decide", pre_authorised=True)) == ""


def test_only_roles_that_may_be_asked_make_a_focus_count():
    assert SMALL.focused("department")
    assert not SMALL.focused("team")
    assert not SMALL.focused("stream")
    asked = replace(SMALL, last_resort="lead")
    assert asked.focused("team")


def test_parts_dimensions_and_what_people_do_are_fixed_words():
    assert PARTS == ("decide", "recommend", "agree", "input", "perform")
    assert DIMENSIONS == ("department", "service", "category", "site", "risk")
    assert DOERS == {
        "decide": "decider",
        "recommend": "recommender",
        "agree": "agreer",
        "input": "adviser",
        "perform": "performer",
        "request": "requester",
        "benefit": "beneficiary",
    }
    assert doers() == set(DOERS.values())


@pytest.mark.parametrize(
    ("unit", "measure"), [("amount", "EUR"), ("percentage", "%"), ("count", ""), ("none", "")]
)
def test_the_measure_of_a_number(unit, measure):
    assert Kind("buy", "Buy", unit, 60, "EUR").measure == measure


def test_a_right_knows_its_band_and_how_narrow_it_is():
    right = Right("r", "decide", low=Decimal(5), high=Decimal(10))
    assert right.band == (Decimal(5), Decimal(10))
    assert [right.holds(Decimal(n)) for n in ("4.99", "5", "9.99", "10")] == [
        False, True, True, False,
    ]  # fmt: skip
    assert Right("r", "decide").holds(Decimal(-1))
    assert not right.empty
    assert not replace(right, low=None).empty and not replace(right, high=None).empty
    assert replace(right, low=Decimal(10)).empty and replace(right, low=Decimal(11)).empty
    assert (right.specificity, replace(right, when="a = 1").specificity) == (0, 1)
    narrow = replace(right, narrows=(("site", "a"), ("risk", "b")), when="a = 1")
    assert narrow.specificity == 3


def test_periods_are_half_open_and_scopes_fit_whole():
    now, second = datetime(2026, 3, 2, tzinfo=UTC), timedelta(seconds=1)
    assert within(now, None, None) and within(now, now, now + second)
    assert not within(now, now + second, None) and not within(now, None, now)
    assert narrowed((), {}) and narrowed((("site", "a"),), {"site": "a", "risk": "b"})
    assert not narrowed((("site", "a"), ("risk", "c")), {"site": "a", "risk": "b"})


def test_what_is_not_said_of_rules_and_facts():
    """Defaults that a rights file and the database rely on."""
    kind = Kind("buy", "Buy", "none", 60)
    assert (kind.currency, kind.split_days, kind.requester_excluded) == ("", 0, True)
    assert (kind.fallback_role, Role("a", "A").focus) == (None, "")
    right = Right("r", "decide")
    assert (right.narrows, right.when, right.pre_authorised, right.order) == ((), "", False, 0)
    body = Body("b", "B", ("a",))
    assert (body.chair, body.rule, body.quorum) == (None, "majority", None)
    assert Separation("s", True, "a", "b").bars
    assert Person("p", "P").active
    held = Holding("a", "p")
    assert (held.focus_kind, held.focus_key, held.start, held.end) == ("", "", None, None)
    now = datetime(2026, 3, 2, tzinfo=UTC)
    given = Delegation("d", "p", "q", now, now)
    assert (given.role, given.rights, given.narrows) == (None, frozenset(), ())
    assert (given.max_amount, given.currency, given.accepted_at) == (None, "", None)
    before = Earlier("buy", "p", now, Decimal(1))
    assert (before.currency, before.beneficiary, before.counterparty) == ("", None, "")
    acted = Acted("p", "decide")
    assert (acted.role, acted.kind) == ("", "")
    case = Case(now)
    assert (case.currency, case.counterparty, case.scope, case.acted) == ("", "", {}, ())
    assert case.asked == now and replace(case, asked_at=now - timedelta(1)).asked < now


def test_an_answer_tells_its_decider_and_its_parts():
    acting = Acting("p", "P", "clerk")
    assert (acting.how, acting.for_ref, acting.for_name, acting.delegation) == (
        "holder", None, "", None,
    )  # fmt: skip
    parts = (
        PartPlayed("agree", "r1", "clerk", None, (), 1),
        PartPlayed("agree", "r2", None, "round", (), 1),
        PartPlayed("agree", "r3", "clerk", None, (), 1),
        PartPlayed("input", "r4", "head", None, (), 1),
    )
    found = Resolution((), None, None, None, (None, None), None, parts, 60, ())
    assert found.decider is None
    assert (found.unresolved, found.pre_authorised, found.rule) == (None, False, "single")
    assert (found.quorum, found.needed) == (1, 1)
    assert replace(found, deciders=(acting, Acting("q", "Q", "head"))).decider == acting
    assert found.roles("agree") == ["clerk", "round"]
    assert (found.roles("input"), found.roles("perform")) == (["head"], [])


@pytest.mark.parametrize(
    ("low", "high", "measure", "words"),
    [
        (None, None, "EUR", "any amount"),
        ("25000", None, "EUR", "25,000 EUR and above"),
        ("0", None, None, "0 and above"),
        (None, "100", "%", "below 100 %"),
        ("0", "100", "", "below 100"),
        ("1", "100", "EUR", "from 1 to below 100 EUR"),
        ("25000", "100000", None, "from 25,000 to below 100,000"),
    ],
)
def test_a_band_in_words(low, high, measure, words):
    band = tuple(None if n is None else Decimal(n) for n in (low, high))
    assert band_words(band, measure) == words
