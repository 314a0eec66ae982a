"""What a resolution keeps beside its sentences: code and data of every step, all of the answer."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from governance.blueprint.rights import (
    Absence,
    Acted,
    Body,
    Delegation,
    Earlier,
    Holding,
    Rate,
    Right,
    Role,
    Separation,
)
from tests.governance.purchase import DAY, HELD, HIGH, LOW, NOW, ask, who

ASKED = ("question", {"amount": "10"})
LOW_BAND = ("band", {"right": "low", "min": None, "max": "100", "role": "clerk"})
HIGH_BAND = ("band", {"right": "high", "min": "100", "max": None, "role": "boss"})
ANN = ("decider", {"person": "ann", "role": "clerk"})
BO = ("decider", {"person": "bo", "role": "boss"})
CY = ("decider", {"person": "cy", "role": "top"})
LAST = ("last_resort", {"role": "top"})
UP = ("next_band", {})
TOP = {"band": (None, None), "right_key": None, "body": None}
USD = {"amount": Decimal("10.50"), "currency": "USD"}
RATE = Rate("USD", "EUR", date(2026, 3, 2), Decimal("0.90"))
GAVE = Delegation("d1", "ann", "di", NOW - DAY, NOW + DAY, role="clerk", accepted_at=NOW - DAY)
ANN_AWAY = Absence("ann", NOW - DAY, NOW + DAY)
APART = {"roles": {key: Role(key, key.capitalize()) for key in ("clerk", "boss", "top")}}
ROUND = Body("round", "The round", ("clerk", "boss", "top"), chair="top", quorum=2)
ALL = Right("all", "decide", body="round", low=Decimal(0))
BODIES = {"bodies": {"round": ROUND}}
SEATS = ["top", "clerk", "boss"]
ROUND_BAND = ("band", {"right": "all", "min": "0", "max": None, "body": "round"})


def separated(rule):
    return {**APART, "separations": (rule,)}


STEPS = [
    ("the first band", ask(), [ASKED, LOW_BAND, ANN]),
    ("no amount in it", ask(kind={"unit": "none"}), [("question", {}), LOW_BAND, ANN]),
    ("not known", ask(case={"amount": None}), [("no_amount", {}), LAST, CY]),
    (
        "converted",
        ask(case=USD, rates=(RATE,)),
        [
            ("question", {"amount": "10.50"}),
            (
                "converted",
                {"source": "USD", "rate": "0.90", "day": "2026-03-02", "amount": "9.45"},
            ),
            LOW_BAND,
            ANN,
        ],
    ),
    (
        "no rate",
        ask(case=USD, kind={"fallback_role": "boss"}),
        [
            ("question", {"amount": "10.50"}),
            ("no_rate", {"source": "USD", "target": "EUR", "day": "2026-03-02"}),
            ("fallback", {"role": "boss"}),
            BO,
        ],
    ),
    (
        "split",
        ask(
            kind={"split_days": 30},
            case={"requester": "ed"},
            earlier=(Earlier("buy", "ed", NOW - DAY, Decimal("89.50")),),
        ),
        [ASKED, ("split", {"other": "89.50", "days": 30}), LOW_BAND, ANN],
    ),
    ("no right", ask(HIGH), [ASKED, ("no_right", {}), LAST, CY]),
    (
        "two rights",
        ask(replace(LOW, key="z"), replace(LOW, key="a")),
        [ASKED, ("conflict", {"rights": ["a", "z"]}), LAST, CY],
    ),
    (
        "nobody holds it",
        ask(holdings=HELD[1:]),
        [ASKED, LOW_BAND, ("vacant", {"role": "clerk"}), UP, HIGH_BAND, BO],
    ),
    (
        "nobody is left",
        ask(LOW, holdings=()),
        [
            ASKED,
            LOW_BAND,
            ("vacant", {"role": "clerk"}),
            LAST,
            ("vacant", {"role": "top"}),
            ("no_holder", {}),
        ],
    ),
    (
        "who asked and whom it is for",
        ask(case={"requester": "ann", "beneficiary": "bo"}),
        [
            ASKED,
            LOW_BAND,
            ("requester", {"person": "ann"}),
            UP,
            HIGH_BAND,
            ("beneficiary", {"person": "bo"}),
            LAST,
            CY,
        ],
    ),
    (
        "allowed beforehand",
        ask(Right("free", "decide", low=Decimal(5), high=Decimal(50), pre_authorised=True)),
        [ASKED, ("pre_authorised", {"right": "free", "min": "5", "max": "50"})],
    ),
    (
        "a rule bars",
        ask(
            rules=separated(Separation("rule-1", True, "clerk", "boss")),
            holdings=(*HELD, Holding("boss", "ann")),
        ),
        [
            ASKED,
            LOW_BAND,
            ("separated", {"person": "ann", "rule": "rule-1"}),
            UP,
            HIGH_BAND,
            ("separated", {"person": "ann", "rule": "rule-1"}),
            BO,
        ],
    ),
    (
        "a rule warns",
        ask(
            rules=separated(Separation("rule-2", False, "recommender", "decider", bars=False)),
            case={"acted": (Acted("ann", "recommend"),)},
        ),
        [ASKED, LOW_BAND, ("warned", {"person": "ann", "rule": "rule-2"}), ANN],
    ),
    (
        "away with a delegate",
        ask(absences=(ANN_AWAY,), delegations=(GAVE,)),
        [
            ASKED,
            LOW_BAND,
            ("delegation", {"person": "ann", "delegate": "di", "delegation": "d1"}),
            ("decider", {"person": "di", "role": "clerk"}),
        ],
    ),
    (
        "away, another holder is here",
        ask(
            holdings=(*HELD, Holding("clerk", "di"), Holding("clerk", "ed")),
            absences=(ANN_AWAY, Absence("di")),
        ),
        [
            ASKED,
            LOW_BAND,
            ("away", {"person": "ann"}),
            ("away", {"person": "di"}),
            ("decider", {"person": "ed", "role": "clerk"}),
        ],
    ),
    (
        "nobody plays the other parts",
        ask(LOW, HIGH, Right("ok", "agree", role="boss"), absences=(Absence("bo"),)),
        [ASKED, LOW_BAND, ANN],
    ),
    (
        "away with a chain of stand-ins",
        ask(absences=(replace(ANN_AWAY, stand_in="di"), Absence("di", stand_in="ed"))),
        [
            ASKED,
            LOW_BAND,
            ("stand_in", {"person": "ann", "stand_in": "di"}),
            ("stand_in", {"person": "di", "stand_in": "ed"}),
            ("decider", {"person": "ed", "role": "clerk"}),
        ],
    ),
    (
        "away, the delegate as well, with a limit, in a circle",
        ask(
            absences=(
                replace(ANN_AWAY, stand_in="ed"),
                Absence("di"),
                Absence("ed", None, None, "ann"),
            ),
            delegations=(GAVE, replace(GAVE, key="d2", delegate="cy", max_amount=Decimal(5))),
        ),
        [
            ASKED,
            LOW_BAND,
            ("delegate_away", {"person": "di"}),
            ("delegation_limit", {"delegation": "d2"}),
            ("stand_in", {"person": "ann", "stand_in": "ed"}),
            ("absent", {"person": "ed"}),
            UP,
            HIGH_BAND,
            BO,
        ],
    ),
    (
        "away, the limit in a currency without a rate",
        ask(
            absences=(ANN_AWAY,),
            delegations=(replace(GAVE, max_amount=Decimal(500), currency="USD"),),
        ),
        [ASKED, LOW_BAND, ("no_rate", {}), ("absent", {"person": "ann"}), UP, HIGH_BAND, BO],
    ),
    (
        "several decide",
        ask(ALL, rules=BODIES),
        [
            ASKED,
            ROUND_BAND,
            (
                "deciders",
                {
                    "people": ["cy", "ann", "bo"],
                    "rule": "majority",
                    "quorum": 2,
                    "roles": SEATS,
                },
            ),
        ],
    ),
    (
        "too few of several",
        ask(replace(ALL, quorum=4), rules=BODIES),
        [ASKED, ROUND_BAND, ("too_few", {"present": 3, "quorum": 4, "roles": SEATS}), LAST, CY],
    ),
]  # fmt: skip


@pytest.mark.parametrize(("found", "steps"), [pytest.param(*s[1:], id=s[0]) for s in STEPS])
def test_code_and_data_of_every_step(found, steps):
    assert [(step.code, step.data) for step in found.trace] == steps
    assert all(step.text.endswith(".") for step in found.trace)


# --- what is easily taken for the same ---


def test_who_is_away_is_replaced_once_whatever_seats_they_hold():
    given = (GAVE, replace(GAVE, key="d2", delegate="ed", role="boss"))
    found = ask(
        replace(ALL, quorum=1),
        rules=BODIES,
        holdings=(Holding("clerk", "ann"), Holding("boss", "ann"), Holding("top", "cy")),
        absences=(ANN_AWAY,),
        delegations=given,
    )
    assert [(one.ref, one.role, one.for_ref) for one in found.deciders] == [
        ("cy", "top", None),
        ("di", "clerk", "ann"),
    ]


def test_a_limit_of_money_is_no_limit_where_no_money_is_involved():
    limited = replace(GAVE, max_amount=Decimal(5), currency="USD")
    found = ask(kind={"unit": "none"}, absences=(ANN_AWAY,), delegations=(limited,))
    assert who(found) == ("di", "clerk", "delegation")


def test_a_count_is_never_converted():
    kind = {"unit": "count", "currency": "EUR", "split_days": 30}
    case = {"amount": Decimal(60), "currency": "USD", "requester": "ed"}
    before = Earlier("buy", "ed", NOW - DAY, Decimal(40), currency="USD")
    found = ask(kind=kind, case=case, earlier=(before,))
    assert (found.number, found.unresolved, who(found)) == (100, None, ("bo", "boss", "holder"))


def test_what_was_paid_back_is_not_taken_off():
    back = Earlier("buy", "ed", NOW - DAY, Decimal("-0.50"))
    found = ask(kind={"split_days": 30}, case={"requester": "ed"}, earlier=(back,))
    assert found.number == 10
    assert [step.code for step in found.trace] == ["question", "band", "decider"]


def test_an_empty_band_is_no_step_on_the_way_up():
    empty = replace(HIGH, key="empty", role="top", high=Decimal(100))
    assert who(ask(LOW, empty, HIGH, holdings=HELD[1:])) == ("bo", "boss", "holder")


def test_the_quorum_of_a_right_comes_before_that_of_its_body():
    body = replace(ROUND, quorum=3)
    assert ask(replace(ALL, quorum=1), rules={"bodies": {"round": body}}).quorum == 1
    assert ask(ALL, rules={"bodies": {"round": body}}).quorum == 3
    assert ask(ALL, rules={"bodies": {"round": replace(body, quorum=None)}}).quorum == 2


@pytest.mark.parametrize(
    ("focus", "holder", "holds"),
    [
        ("department", ("department", "shop"), True),
        ("department", ("department", "yard"), False),
        ("department", ("team", "shop"), False),
        ("department", ("", ""), True),
        ("", ("department", "shop"), False),
        (None, ("department", "shop"), False),
        (None, ("", ""), True),
    ],
)
def test_a_holding_counts_where_its_focus_fits(focus, holder, holds):
    roles = {} if focus is None else {"clerk": Role("clerk", "Clerk", focus)}
    found = ask(
        rules={"roles": roles},
        case={"scope": {"department": "shop", "team": "shop"}},
        holdings=(Holding("clerk", "ann", *holder), *HELD[1:]),
    )
    assert who(found) == (("ann", "clerk", "holder") if holds else ("bo", "boss", "holder"))
