"""Who decides: bands, scopes, vacancy, requester, absence, defects; it always ends."""

import json
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from governance.blueprint.blueprint import Blueprint, UnknownElement
from governance.blueprint.elements import Element
from governance.blueprint.files import read_directory
from governance.blueprint.rights import (
    Absence,
    Acted,
    Case,
    Holding,
    Inputs,
    Person,
    Separation,
    resolve,
    rules_of,
)
from governance.blueprint.serialise import build_spec

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
OM1 = read_directory("demo/quillmere/om-1").blueprint
OM2 = read_directory("demo/quillmere/om-2").blueprint
TYPE = "sign-contract"
SCOPE = {"department": "commercial-care", "service": "contract-review"}


@dataclass(frozen=True)
class Holder:
    """Who holds a role, as short as a test writes it."""

    ref: str
    name: str
    absent: bool = False
    stand_in: str | None = None
    stand_in_name: str = ""


PEOPLE = {
    "department-head": [Holder("P-1", "Declan")],
    "chief-financial-officer": [Holder("P-2", "Marguerite")],
    "chief-operating-officer": [Holder("P-3", "Adaora")],
    "chief-executive": [Holder("P-4", "Saoirse")],
}


def facts(people):
    """Persons, holdings and absences of a mapping of roles to holders."""
    held = [(role, holder) for role, holders in people.items() for holder in holders]
    names = {h.stand_in: h.stand_in_name or h.stand_in for _, h in held if h.stand_in}
    names |= {h.ref: h.name for _, h in held}
    return {
        "people": {ref: Person(ref, name) for ref, name in names.items()},
        "holdings": tuple(Holding(role, h.ref) for role, h in held),
        "absences": tuple(Absence(h.ref, stand_in=h.stand_in) for _, h in held if h.absent),
    }


def ask(
    bp, amount, *, requester="P-9", barred=(), people=PEOPLE, scope=SCOPE, kind=TYPE, values=None
):
    rules = rules_of(bp, kind)
    if barred:
        apart = Separation("apart", False, "recommender", "decider")
        rules = replace(rules, separations=(*rules.separations, apart))
    case = Case(
        at=NOW,
        amount=None if amount is None else Decimal(amount),
        scope=scope,
        values=values or {},
        requester=requester,
        acted=tuple(Acted(ref, "recommend") for ref in sorted(barred)),
    )
    return resolve(Inputs(rules=rules, case=case, **facts(people)))


def codes(resolution):
    return [step.code for step in resolution.trace]


def model(rights, **kind):
    """A model with one type of decision and the rights given as (key, role, fields)."""
    spec = {"question": "Buy it", "unit": "amount", "latency_s": "4 h", **kind}
    elements = [
        Element(
            "Organisation",
            "acme",
            1,
            build_spec(
                "Organisation",
                {
                    "name": "Acme",
                    "zone": "UTC",
                    "currency": "EUR",
                    "default_calendar": "office",
                    "last_resort": "top",
                },
            ),
        ),
        Element("DecisionType", "buy", 1, build_spec("DecisionType", spec)),
    ]
    elements += [
        Element(
            "DecisionRight",
            key,
            1,
            build_spec(
                "DecisionRight", {"decision_type": "buy", "role": role, "part": "decide", **fields}
            ),
        )
        for key, role, fields in rights
    ]
    return Blueprint.from_elements(elements)


@pytest.mark.parametrize(
    ("bp", "amount", "role", "person"),
    [
        (OM1, "0", "chief-financial-officer", "P-2"),
        (OM1, "200000", "chief-financial-officer", "P-2"),
        (OM1, "499999.99", "chief-financial-officer", "P-2"),
        (OM1, "500000", "chief-executive", "P-4"),
        (OM2, "24999.99", "department-head", "P-1"),
        (OM2, "25000", "chief-financial-officer", "P-2"),
        (OM2, "99999.99", "chief-financial-officer", "P-2"),
        (OM2, "100000", "chief-operating-officer", "P-3"),
        (OM2, "200000", "chief-operating-officer", "P-3"),
        (OM2, "500000", "chief-executive", "P-4"),
        (OM2, "999999999999.99", "chief-executive", "P-4"),
    ],
)
def test_bands_are_half_open(bp, amount, role, person):
    found = ask(bp, amount)
    assert (found.role, found.decider.ref, found.unresolved) == (role, person, None)


def test_what_a_resolution_says():
    found = ask(OM2, "200000")
    assert found.right_key == "sign-contract-by-chief-operating-officer"
    assert found.band == (Decimal(100000), Decimal(500000))
    assert found.due_s == 28_800
    assert found.decider.for_ref is None
    assert codes(found) == ["question", "band", "decider"]
    assert [step.text for step in found.trace] == [
        "D01 Sign a contract: EUR 200,000.",
        "Band from 100,000 to below 500,000 EUR: Chief Operating Officer decides.",
        "Adaora decides as Chief Operating Officer.",
    ]
    assert [(p.part, p.role, p.due_s) for p in found.parts] == [
        ("recommend", "account-manager", 28_800),
        ("input", "fpa-business-partner", 28_800),
        ("perform", "contract-administrator", 28_800),
    ]
    json.dumps([asdict(step) for step in found.trace])


def test_a_part_with_a_condition_counts_when_it_holds():
    found = ask(OM2, "200000", values={"differs": "yes"})
    assert found.roles("agree") == ["commercial-counsel"]


def test_vacant_goes_to_the_next_band_up():
    people = {**PEOPLE, "chief-operating-officer": []}
    found = ask(OM2, "200000", people=people)
    assert (found.decider.ref, found.band) == ("P-4", (Decimal(500000), None))
    assert codes(found) == ["question", "band", "vacant", "next_band", "band", "decider"]


def test_requester_never_decides():
    found = ask(OM2, "10000", requester="P-1")
    assert (found.decider.ref, found.role) == ("P-2", "chief-financial-officer")
    assert "Declan asked for it and may not decide it." in [s.text for s in found.trace]


def test_requester_may_decide_where_the_type_allows_it():
    bp = model([("all", "boss", {})], requester_excluded=False)
    found = ask(bp, "1", kind="buy", requester="P-1", people={"boss": [Holder("P-1", "Ann")]})
    assert found.decider.ref == "P-1"


def test_who_took_part_is_barred():
    assert ask(OM2, "200000", barred={"P-3"}).decider.ref == "P-4"


def test_another_holder_of_the_role_comes_before_the_next_band():
    people = {**PEOPLE, "chief-operating-officer": [Holder("P-9", "Me"), Holder("P-5", "Other")]}
    assert ask(OM2, "200000", people=people, requester="P-9").decider.ref == "P-5"


def test_absent_with_stand_in():
    away = Holder("P-3", "Adaora", absent=True, stand_in="P-7", stand_in_name="Rolf")
    found = ask(OM2, "200000", people={**PEOPLE, "chief-operating-officer": [away]})
    acting = found.decider
    assert (acting.ref, acting.name, acting.for_ref) == ("P-7", "Rolf", "P-3")
    assert (acting.how, acting.for_name) == ("stand_in", "Adaora")
    assert found.role == "chief-operating-officer"


def test_absent_without_stand_in_goes_up():
    away = Holder("P-3", "Adaora", absent=True)
    found = ask(OM2, "200000", people={**PEOPLE, "chief-operating-officer": [away]})
    assert (found.decider.ref, found.role) == ("P-4", "chief-executive")


def test_a_stand_in_who_asked_for_it_is_no_way_round():
    away = Holder("P-3", "Adaora", absent=True, stand_in="P-9")
    found = ask(OM2, "200000", people={**PEOPLE, "chief-operating-officer": [away]})
    assert found.decider.ref == "P-4"


def test_a_present_holder_wins_over_a_stand_in():
    people = [Holder("P-3", "A", absent=True, stand_in="P-7"), Holder("P-5", "B")]
    found = ask(OM2, "200000", people={**PEOPLE, "chief-operating-officer": people})
    assert (found.decider.ref, found.decider.for_ref) == ("P-5", None)


def test_above_the_top_band_stands_the_last_resort():
    bp = model([("small", "clerk", {"max": 10}), ("big", "boss", {"min": 10})])
    found = ask(bp, "20", kind="buy", people={"top": [Holder("P-1", "Ann")]})
    assert (found.decider.ref, found.role, found.right_key) == ("P-1", "top", None)
    assert found.unresolved is None


def test_nobody_left():
    found = ask(OM2, "200000", people={})
    assert (found.decider, found.unresolved, found.role) == (None, "no_holder", "chief-executive")
    assert codes(found)[-1] == "no_holder"


def test_a_gap_is_no_right_and_goes_to_the_fallback():
    rights = [("small", "clerk", {"max": 2500}), ("big", "boss", {"min": 5000})]
    bp = model(rights, fallback_role="judge")
    people = {"judge": [Holder("P-1", "Ann")], "boss": [Holder("P-2", "Bo")]}
    found = ask(bp, "3100", kind="buy", people=people)
    assert (found.unresolved, found.decider.ref, found.role) == ("no_right", "P-1", "judge")
    assert codes(found) == ["question", "no_right", "fallback", "decider"]
    assert ask(
        bp, "2499.99", kind="buy", people={**people, "clerk": [Holder("P-3", "Cy")]}
    ).role == ("clerk")


def test_no_fallback_means_the_last_resort():
    bp = model([("big", "boss", {"min": 5000})])
    found = ask(bp, "1", kind="buy", people={"top": [Holder("P-1", "Ann")]})
    assert (found.unresolved, found.decider.ref) == ("no_right", "P-1")


def test_two_rights_of_one_specificity_are_a_conflict():
    bp = model([("a", "boss", {}), ("b", "judge", {})])
    found = ask(bp, "1", kind="buy", people={"top": [Holder("P-1", "Ann")]})
    assert (found.unresolved, found.decider.ref) == ("conflict", "P-1")
    assert found.trace[1].data == {"rights": ["a", "b"]}


def test_service_and_department_are_equally_specific():
    bp = model([("a", "boss", {"service": "s"}), ("b", "judge", {"department": "d"})])
    found = ask(bp, "1", kind="buy", scope={"service": "s", "department": "d"})
    assert found.unresolved == "conflict"


def test_the_more_specific_scope_wins():
    rights = [
        ("whole", "boss", {}),
        ("service", "judge", {"service": "s", "max": 100}),
        ("both", "clerk", {"service": "s", "department": "d", "max": 10}),
    ]
    bp = model(rights)
    people = {role: [Holder(role, role)] for role in ("boss", "judge", "clerk")}
    scope = {"service": "s", "department": "d"}
    roles = [ask(bp, a, kind="buy", people=people, scope=scope).role for a in ("9", "10", "100")]
    assert roles == ["clerk", "judge", "boss"]
    assert ask(bp, "9", kind="buy", people=people, scope={"department": "d"}).role == "boss"


def test_climbing_leaves_a_narrow_scope_when_it_has_no_higher_band():
    rights = [
        ("low", "boss", {"max": 100}),
        ("high", "chief", {"min": 100}),
        ("narrow", "clerk", {"service": "s", "max": 50}),
    ]
    people = {"chief": [Holder("P-1", "Ann")], "boss": [Holder("P-2", "Bo")]}
    found = ask(model(rights), "10", kind="buy", people=people, scope={"service": "s"})
    assert found.decider.ref == "P-1"


def test_a_condition_narrows_a_right():
    rights = [("all", "boss", {}), ("risky", "judge", {"when": "risk == 'high'"})]
    people = {"boss": [Holder("P-1", "Ann")], "judge": [Holder("P-2", "Bo")]}
    bp = model(rights)
    high = ask(bp, "1", kind="buy", people=people, values={"risk": "high"})
    low = ask(bp, "1", kind="buy", people=people, values={"risk": "low"})
    assert (high.role, low.role) == ("judge", "boss")


def test_no_amount_where_one_is_needed():
    found = ask(OM2, None)
    assert (found.unresolved, found.decider.ref) == ("no_amount", "P-3")


def test_a_type_without_amounts():
    bp = model([("all", "boss", {})], unit="none")
    found = ask(bp, None, kind="buy", people={"boss": [Holder("P-1", "Ann")]})
    assert (found.decider.ref, found.unresolved, found.band) == ("P-1", None, (None, None))


def test_a_focus_is_taken_from_the_scope():
    heads = [
        Holding("department-head", "P-5"),
        Holding("department-head", "P-6", "department", "finance"),
        Holding("department-head", "P-1", "department", "commercial-care"),
    ]
    inputs = Inputs(
        rules_of(OM2, TYPE), Case(at=NOW, amount=Decimal(1), scope=SCOPE), holdings=tuple(heads)
    )
    # The fitting focus first; without one the holding counts everywhere.
    assert resolve(inputs).decider.ref == "P-1"
    assert resolve(replace(inputs, holdings=tuple(heads[:2]))).decider.ref == "P-5"
    assert resolve(replace(inputs, holdings=tuple(heads[1:2]))).role == "chief-executive"


def test_unknown_type():
    with pytest.raises(UnknownElement) as error:
        ask(OM2, "1", kind="nothing")
    assert error.value.sentence == "there is no decision type `nothing`"


bounds = st.one_of(st.none(), st.integers(-5, 30))
rights = st.lists(
    st.tuples(
        st.sampled_from(["a", "b", "c", "top"]),
        bounds,
        bounds,
        st.sampled_from([None, "s"]),
        st.sampled_from([None, "d"]),
    ),
    max_size=8,
)
held = st.dictionaries(
    st.sampled_from(["a", "b", "c", "top"]),
    st.lists(
        st.builds(
            Holder,
            ref=st.sampled_from(["P-1", "P-2", "P-3"]),
            name=st.just("Somebody"),
            absent=st.booleans(),
            stand_in=st.sampled_from([None, "P-1", "P-4"]),
        ),
        max_size=3,
    ),
)


@given(
    rights=rights,
    people=held,
    amount=st.integers(-10, 40),
    barred=st.sets(st.sampled_from(["P-2", "P-4"])),
)
def test_it_always_ends_and_never_names_who_may_not(rights, people, amount, barred):
    bp = model(
        [
            (f"r{n}", role, {"min": low, "max": high, "service": service, "department": department})
            for n, (role, low, high, service, department) in enumerate(rights)
        ]
    )
    found = ask(
        bp,
        amount,
        kind="buy",
        requester="P-1",
        barred=barred,
        people=people,
        scope={"service": "s", "department": "d"},
    )
    assert codes(found).count("band") <= len(rights)
    lows = [step.data["min"] for step in found.trace if step.code == "band"]
    climbed = [Decimal(low) for low in lows[1:]]
    assert climbed == sorted(set(climbed))
    if found.decider is None:
        assert found.unresolved is not None
    else:
        assert found.decider.ref not in {"P-1", *barred}
    if found.unresolved is None and found.right_key is not None:
        assert found.band[1] is None or amount < found.band[1]
