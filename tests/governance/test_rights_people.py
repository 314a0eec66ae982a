"""Who decides when somebody is away or barred: delegations, stand-ins, separation of duties."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from governance.blueprint.rights import (
    Absence,
    Acted,
    Delegation,
    Earlier,
    Holding,
    Role,
    Separation,
)
from tests.governance.purchase import DAY, HELD, NOW, ask, codes, said, who

# --- who is away ---


def gave(**fields):
    return Delegation(
        **{
            "key": "d1",
            "giver": "ann",
            "delegate": "di",
            "role": "clerk",
            "start": NOW - DAY,
            "end": NOW + DAY,
            "accepted_at": NOW - DAY,
            **fields,
        }
    )


AWAY = (Absence("ann", NOW - DAY, NOW + DAY, "ed"),)


def away(*delegations, absences=AWAY, **facts):
    return ask(absences=absences, delegations=delegations, **facts)


def test_an_active_delegation_comes_before_the_stand_in():
    found = away(gave())
    assert who(found) == ("di", "clerk", "delegation")
    assert (found.decider.for_ref, found.decider.delegation) == ("ann", "d1")
    assert said(found, "delegation") == ["Ann is away and gave it to Di."]
    assert who(away()) == ("ed", "clerk", "stand_in")
    assert who(ask(delegations=(gave(),))) == ("ann", "clerk", "holder")


@pytest.mark.parametrize(
    ("fields", "counts"),
    [
        ({"start": NOW}, True),
        ({"start": NOW + timedelta(seconds=1)}, False),
        ({"end": NOW}, False),
        ({"end": NOW + timedelta(seconds=1)}, True),
        ({"accepted_at": None}, False),
        ({"accepted_at": NOW + DAY}, False),
        ({"revoked_at": NOW}, False),
        ({"revoked_at": NOW + timedelta(seconds=1)}, True),
        ({"role": None, "rights": frozenset({"low"})}, True),
        ({"role": None, "rights": frozenset({"high"})}, False),
        ({"role": "boss"}, False),
        ({"giver": "bo"}, False),
        ({"max_amount": Decimal(10)}, True),
        ({"max_amount": Decimal("9.99")}, False),
        ({"max_amount": Decimal(10), "currency": "EUR"}, True),
        ({"max_amount": Decimal(1000), "currency": "USD"}, False),
        ({"narrows": (("department", "d"),)}, True),
        ({"narrows": (("department", "x"),)}, False),
        ({"delegate": "ann"}, False),
    ],
)
def test_a_delegation_holds_in_its_time_amount_and_scope_alone(fields, counts):
    found = away(gave(**fields), case={"scope": {"department": "d"}})
    assert who(found) == (("di", "clerk", "delegation") if counts else ("ed", "clerk", "stand_in"))


def test_a_limit_is_held_against_the_sum_of_what_was_split():
    found = ask(
        kind={"split_days": 30},
        case={"requester": "cy"},
        absences=AWAY,
        delegations=(gave(max_amount=Decimal(50)),),
        earlier=(Earlier("buy", "cy", NOW - DAY, Decimal(41)),),
    )
    assert who(found) == ("ed", "clerk", "stand_in")
    assert said(found, "delegation_limit") == ["What Ann gave to Di ends at 50."]


def test_delegations_are_not_transitive():
    both = (*AWAY, Absence("di"))
    on = gave(key="d2", giver="di", delegate="cy")
    assert who(away(gave(), on, absences=both)) == ("ed", "clerk", "stand_in")


def test_who_lost_the_right_has_given_nothing():
    held = (Holding("clerk", "ann", end=NOW), *HELD[1:])
    assert who(away(gave(), holdings=held)) == ("bo", "boss", "holder")


def test_delegations_in_a_circle_end():
    circle = (gave(), gave(key="d2", giver="di", delegate="ann"))
    held = (Holding("clerk", "ann"), Holding("clerk", "di"), *HELD[1:])
    both = (Absence("ann", stand_in="di"), Absence("di", stand_in="ann"))
    found = ask(holdings=held, absences=both, delegations=circle)
    assert who(found) == ("bo", "boss", "holder")


def test_nobody_approves_their_own_through_a_delegate_or_a_stand_in():
    assert who(away(gave(delegate="di"), case={"requester": "di"})) == ("ed", "clerk", "stand_in")
    assert who(away(gave(), case={"requester": "ann"})) == ("bo", "boss", "holder")
    assert who(away(gave(), case={"beneficiary": "ann"})) == ("bo", "boss", "holder")
    # A chain of stand-ins that leads through somebody who asked is broken there.
    chain = (Absence("ann", stand_in="ed"), Absence("ed", stand_in="di"))
    assert who(away(absences=chain)) == ("di", "clerk", "stand_in")
    assert who(away(absences=chain, case={"requester": "ed"})) == ("bo", "boss", "holder")


# --- separation ---


def test_what_one_person_must_not_do_in_one_case():
    apart = Separation("r-not-d", False, "recommender", "decider")
    case = {"acted": (Acted("ann", "recommend"),)}
    found = ask(case=case, rules={"separations": (apart,)})
    assert who(found) == ("bo", "boss", "holder")
    assert said(found, "separated") == [
        "Ann was recommender in this case and would be decider, and may not act here."
    ]
    assert who(ask(case=case)) == ("ann", "clerk", "holder")
    warning = replace(apart, bars=False)
    warned = ask(case=case, rules={"separations": (warning,)})
    assert (who(warned), codes(warned)[2]) == (("ann", "clerk", "holder"), "warned")


def test_who_decided_one_question_may_not_decide_the_other():
    apart = Separation("apart", False, "check", "buy")
    case = {"acted": (Acted("ann", "decide", kind="check"),)}
    assert ask(case=case, rules={"separations": (apart,)}).role == "boss"


def test_two_roles_that_nobody_holds_together():
    apart = Separation("apart", True, "clerk", "payer")
    roles = {"clerk": Role("clerk", "Clerk"), "payer": Role("payer", "Payer")}
    held = (*HELD, Holding("payer", "ann"), Holding("payer", "ed", end=NOW))
    found = ask(holdings=held, rules={"separations": (apart,), "roles": roles})
    assert who(found) == ("bo", "boss", "holder")
    assert said(found, "separated") == [
        "Ann would act as Clerk and holds Payer as well, and may not act here."
    ]
    stands = ask(
        holdings=(*HELD, Holding("payer", "ed")),
        absences=AWAY,
        rules={"separations": (apart,), "roles": roles},
    )
    assert who(stands) == ("bo", "boss", "holder")
