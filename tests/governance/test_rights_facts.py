"""What is read to find a decider: of those away only who counts, link by link."""

import pytest

from governance.blueprint import kinds
from governance.blueprint.rights import rules_of
from governance.models import Absence, Delegation, Person
from governance.selectors.rights_facts import facts_at
from governance.selectors.versions import blueprint
from tests.governance.conftest import DAY, NOW

pytestmark = pytest.mark.django_db
PERIOD = (NOW - DAY, NOW + DAY)


@pytest.fixture
def rules(published):
    (kind,) = blueprint(published).find(kinds.DecisionType)
    return rules_of(blueprint(published), kind)


def away(person, stand_in=None, valid=PERIOD):
    return Absence.objects.create(person=person, stand_in=stand_in, valid=valid)


def refs(facts):
    return [(one.person, one.stand_in) for one in facts.absences]


@pytest.fixture
def others(staff):
    return [Person.objects.create(key=f"other-{n}", name=f"Other {n}") for n in range(4)]


def test_nobody_away_is_one_query(rules, staff, others, django_assert_num_queries):
    away(others[0], others[1])
    away(staff["bruno"], others[0], (NOW + DAY, NOW + 2 * DAY))
    with django_assert_num_queries(1):
        facts = facts_at(rules, NOW)
    assert (facts.absences, facts.delegations) == ((), ())
    assert others[0].ref not in facts.people


def test_absences_of_others_are_not_read(rules, staff, others, django_assert_num_queries):
    bruno = staff["bruno"]
    away(others[0], others[1])
    away(bruno, others[2])
    with django_assert_num_queries(3):
        facts = facts_at(rules, NOW)
    assert refs(facts) == [(bruno.ref, others[2].ref)]
    assert others[2].ref in facts.people and others[0].ref not in facts.people


def test_a_chain_of_stand_ins_is_followed_to_its_end(
    rules, staff, others, django_assert_num_queries
):
    bruno, (first, second, third, apart) = staff["bruno"], others
    away(apart)
    away(second, third)
    away(bruno, first)
    away(first, second)
    with django_assert_num_queries(5):
        facts = facts_at(rules, NOW)
    # In the order of their rows, as if all were read.
    assert refs(facts) == [
        (second.ref, third.ref),
        (bruno.ref, first.ref),
        (first.ref, second.ref),
    ]
    # A circle ends.
    away(third, bruno)
    assert len(refs(facts_at(rules, NOW))) == 4


def test_whoever_it_was_given_to_may_be_away_as_well(rules, staff, others):
    bruno, (delegate, apart, *_) = staff["bruno"], others
    fields = {"of": Delegation.Of.ROLE, "key": "buyer", "valid": PERIOD}
    fields |= {"state": Delegation.State.ACCEPTED, "accepted_at": NOW - DAY}
    Delegation.objects.create(giver=bruno, delegate=delegate, **fields)
    Delegation.objects.create(giver=apart, delegate=delegate, **fields)
    away(bruno)
    away(delegate, apart)
    facts = facts_at(rules, NOW)
    assert [(one.giver, one.delegate) for one in facts.delegations] == [(bruno.ref, delegate.ref)]
    assert refs(facts) == [(bruno.ref, None), (delegate.ref, apart.ref)]
