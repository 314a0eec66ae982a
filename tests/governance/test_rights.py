"""Who decides: rates, splitting, bodies, parts, what is allowed beforehand."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from governance.blueprint.rights import Absence, Body, Earlier, Holding, Rate, Right, resolve
from tests.governance.purchase import DAY, HELD, HIGH, LOW, NOW, ask, codes, inputs, said, who

# --- rates ---


def usd(amount="100", *days, rate="0.9", case=None, **facts):
    rates = tuple(Rate("USD", "EUR", date.fromisoformat(day), Decimal(rate)) for day in days)
    asked = {"amount": Decimal(amount), "currency": "USD", **(case or {})}
    return ask(case=asked, rates=rates, **facts)


def test_an_amount_is_converted_at_the_stored_rate():
    found = usd("100", "2026-03-02")
    assert (who(found), found.number) == (("ann", "clerk", "holder"), Decimal(90))
    assert said(found, "question") == ["Buy it: USD 100."]
    assert said(found, "converted") == ["At 0.9 EUR for 1 USD (2026-03-02) that is EUR 90."]
    # 111.11 USD are 99.999 EUR, 111.12 are 100.008: nothing is rounded to the limit.
    assert usd("111.11", "2026-03-02").role == "clerk"
    assert usd("111.12", "2026-03-02").role == "boss"


@pytest.mark.parametrize(
    ("day", "known"),
    [("2026-03-02", True), ("2026-02-23", True), ("2026-02-22", False), ("2026-03-03", False)],
)
def test_a_rate_holds_on_its_day_and_seven_more(day, known):
    assert (usd("10", day).unresolved is None) == known


def test_the_latest_rate_counts_and_the_day_is_that_of_asking():
    old, new = (
        Rate("USD", "EUR", date(2026, 2, day), Decimal(rate)) for day, rate in ((25, 2), (27, 5))
    )
    case = {"amount": Decimal(10), "currency": "USD"}
    assert ask(case=case, rates=(new, old)).number == 50
    asked = {**case, "asked_at": datetime(2026, 2, 26, tzinfo=UTC)}
    assert ask(case=asked, rates=(new, old)).number == 20


def test_a_missing_rate_is_an_outcome_with_its_reason():
    found = usd("10", kind={"fallback_role": "boss"})
    assert (found.unresolved, who(found)) == ("no_rate", ("bo", "boss", "holder"))
    assert found.number is None
    assert said(found, "no_rate") == [
        "No rate from USD to EUR is stored for 2026-03-02. Without a rate no band is chosen."
    ]
    # The other way round is another rate, not this one turned over.
    back = Rate("EUR", "USD", NOW.date(), Decimal("1.1"))
    case = {"amount": Decimal(10), "currency": "USD"}
    assert ask(case=case, rates=(back,)).unresolved == "no_rate"


def test_large_amounts_are_converted_exactly():
    amount = "12345678901234.123456"
    found = usd(amount, "2026-03-02", rate="1.123456789012")
    assert found.number == Decimal("13869836776553.684621922152265472")


# --- splitting ---


def earlier(amount="95", days=1.0, **fields):
    return Earlier(
        **{
            "kind": "buy",
            "requester": "ed",
            "at": NOW - days * DAY,
            "amount": Decimal(amount),
            **fields,
        }
    )


def split(*before, case=None, **facts):
    asked = {"requester": "ed", "counterparty": "Mill", **(case or {})}
    return ask(kind={"split_days": 30}, case=asked, earlier=before, **facts)


@pytest.mark.parametrize(
    ("one", "role"),
    [
        (earlier(), "boss"),
        (earlier("89.99"), "clerk"),
        (earlier("90"), "boss"),
        (earlier(days=29.99), "boss"),
        (earlier(days=30), "clerk"),
        (earlier(days=-0.01), "clerk"),
        (earlier(requester="di"), "clerk"),
        (earlier(requester="di", beneficiary="ed"), "boss"),
        (earlier(kind="sell"), "clerk"),
        (earlier(counterparty="mill "), "boss"),
        (earlier(counterparty="Dairy"), "clerk"),
        (earlier("-500"), "clerk"),
        (earlier(currency="EUR"), "boss"),
    ],
)
def test_what_counts_as_split(one, role):
    found = split(one)
    assert found.role == role
    assert ("split" in codes(found)) == (role == "boss" or one.amount == Decimal("89.99"))


def test_three_orders_below_the_limit_are_one_above_it():
    before = [earlier("9800", days=12), earlier("9800", days=5)]
    rights = (replace(LOW, high=Decimal(10_000)), replace(HIGH, low=Decimal(10_000)))
    found = resolve(
        inputs(
            *rights,
            kind={"split_days": 30},
            case={"amount": Decimal(9800), "requester": "ed"},
            earlier=tuple(before),
        )
    )
    assert (found.role, found.number) == ("boss", Decimal(29_400))
    assert said(found, "split") == [
        "The same person asked for 19,600 more within 30 days; together 29,400 decide the band."
    ]


def test_what_was_split_into_another_currency_needs_a_rate():
    one = earlier("100", currency="USD")
    assert split(one).unresolved == "no_rate"
    rate = Rate("USD", "EUR", (NOW - DAY).date(), Decimal("0.9"))
    assert split(one, rates=(rate,)).number == 100


def test_switched_off_nothing_is_added_up():
    assert ask(case={"requester": "ed"}, earlier=(earlier(),)).role == "clerk"


# --- several ---

ROUND = Body("round", "The round", ("boss", "clerk", "top"), chair="top", quorum=2)
ALL = Right("all", "decide", body="round")


def together(right=ALL, body=ROUND, **facts):
    return ask(right, rules={"bodies": {"round": body}}, **facts)


def refs(found):
    return [acting.ref for acting in found.deciders]


def test_a_body_decides_with_its_quorum_the_chair_first():
    found = together()
    assert (refs(found), found.rule, found.quorum, found.needed) == (
        ["cy", "bo", "ann"],
        "majority",
        2,
        2,
    )
    assert (found.body, found.role, found.right_key) == ("round", None, "all")


@pytest.mark.parametrize(
    ("rule", "quorum", "expected"),
    [
        ("majority", None, (2, 2)),
        ("unanimity", 2, (2, 3)),
        ("consent", 2, (2, 2)),
        ("single", 2, (1, 1)),
    ],
)
def test_rules_of_bodies(rule, quorum, expected):
    found = together(replace(ALL, rule=rule, quorum=quorum), replace(ROUND, quorum=None))
    assert (found.quorum, found.needed) == expected
    assert refs(found) == (["cy"] if rule == "single" else ["cy", "bo", "ann"])


def test_a_person_sits_once_and_who_is_away_is_stood_in_for_once():
    held = (*HELD, Holding("boss", "cy"), Holding("clerk", "di"))
    found = together(holdings=held, absences=(Absence("ann", stand_in="cy"), Absence("di")))
    assert refs(found) == ["cy", "bo"]
    found = together(holdings=held, absences=(Absence("ann", stand_in="ed"),))
    assert refs(found) == ["cy", "bo", "di", "ed"]
    assert (found.deciders[3].for_ref, found.needed) == ("ann", 3)


def test_a_body_below_its_quorum_gives_it_to_the_next_band():
    low = replace(ALL, high=Decimal(100))
    found = ask(low, HIGH, rules={"bodies": {"round": replace(ROUND, quorum=4)}})
    assert who(found) == ("bo", "boss", "holder")
    assert said(found, "too_few") == ["3 can take part, 4 are needed."]
    barred = together(case={"requester": "bo"})
    assert refs(barred) == ["cy", "ann"]


# --- allowed beforehand, parts ---


def test_what_is_allowed_beforehand_names_the_right_and_nobody():
    free = Right("free", "decide", high=Decimal(50), pre_authorised=True)
    found = ask(free, replace(LOW, low=Decimal(50)), HIGH)
    assert (found.pre_authorised, found.deciders, found.right_key) == (True, (), "free")
    assert found.unresolved is None
    assert codes(found) == ["question", "pre_authorised"]
    assert who(ask(free, replace(LOW, low=Decimal(50)), HIGH, case={"amount": Decimal(50)})) == (
        "ann",
        "clerk",
        "holder",
    )


def test_nobody_climbs_to_what_is_allowed_beforehand():
    free = replace(HIGH, role=None, pre_authorised=True)
    assert who(ask(LOW, free, holdings=HELD[1:])) == ("cy", "top", "holder")


def test_parts_say_whose_they_are_and_who_can_play_them_now():
    agree = Right("ok", "agree", role="boss", latency_s=60)
    other = Right("tell", "input", role="clerk", low=Decimal(500))
    found = ask(LOW, HIGH, agree, other, absences=(Absence("bo", stand_in="ed"),))
    part = found.parts[0]
    assert [(p.part, p.right, p.due_s) for p in found.parts] == [("agree", "ok", 60)]
    assert [(one.ref, one.for_ref) for one in part.people] == [("ed", "bo")]
    assert found.due_s == 3600


def test_a_right_may_have_its_own_time():
    assert ask(replace(LOW, latency_s=5), HIGH).due_s == 5


@pytest.mark.parametrize("unit", ["count", "percentage"])
def test_counts_and_percentages_have_bands(unit):
    low, high = replace(LOW, high=Decimal(5)), replace(HIGH, low=Decimal(5))
    kind = {"unit": unit, "currency": ""}
    for amount, role in (("4.99", "clerk"), ("5", "boss")):
        assert ask(low, high, kind=kind, case={"amount": Decimal(amount)}).role == role
    found = ask(low, high, kind=kind)
    sign = " %" if unit == "percentage" else ""
    assert said(found, "question") == [f"Buy it: 10{sign}."]
    assert said(found, "band") == [f"Band 5{sign} and above: boss decides."]


@pytest.mark.parametrize("dimension", ["department", "service", "category", "site", "risk"])
def test_each_dimension_narrows(dimension):
    narrow = Right("narrow", "decide", role="top", narrows=((dimension, "x"),))
    assert ask(LOW, HIGH, narrow, case={"scope": {dimension: "x"}}).role == "top"
    assert ask(LOW, HIGH, narrow, case={"scope": {dimension: "y"}}).role == "clerk"
    assert ask(LOW, HIGH, narrow).role == "clerk"
