"""Attacks on votes and on one's own requests: 57, 60, 61, 62 of docs/attacks.md."""

import pytest

from esm.accounts.models import User
from esm.accounts.services import tokens
from esm.common import clock, invariants
from esm.common.errors import InvalidState, NotAllowed
from esm.events.actors import SYSTEM
from esm.events.models import Event
from governance.models import Absence, Decision, ModelVersion, Person, Vote
from governance.selectors.people import actor_for
from governance.services import deciding, delegations, leaving, people, reassigning, roles
from governance.services.delegations import Wish
from governance.services.drafting import apply_files
from tests.api.client import ALL, Caller
from tests.governance import small
from tests.governance.conftest import DAY, NOW, Probe, actor, ask, now, probe, published, staff

__all__ = ["now", "probe", "published", "staff"]

pytestmark = pytest.mark.django_db


def gives(staff: dict[str, Person], giver: str, delegate: str, role: str) -> None:
    """One is away, and the other has what they hold."""
    wish = Wish(of="role", key=role, until=NOW + DAY)
    row = delegations.propose_delegation(staff[giver], staff[delegate], wish, actor=actor(giver))
    delegations.accept_delegation(row, actor=actor(delegate))
    people.record_absence(staff[giver], since=NOW, until=NOW + DAY, actor=SYSTEM)


def second_account(person: Person) -> User:
    """Another account of the same natural person."""
    user = User.objects.create_user(username=f"{person.key}-again", password="x")
    people.link_user(person, user, actor=SYSTEM)
    return user


def nothing_happened(decision: Decision) -> None:
    decision.refresh_from_db()
    assert decision.state == "open"
    assert not Vote.objects.filter(decision=decision).exists()
    assert not Event.objects.filter(type__in=["decision.voted", "decision.decided"]).exists()


# --- 57: one's own request ---


def test_a57_not_directly_nor_by_a_second_account_nor_for_somebody(
    probe: Probe, staff: dict[str, Person]
) -> None:
    mine = ask(probe, staff["hedda"])
    assert (mine.decider, mine.role_key) == (staff["olga"], "owner")
    again = actor_for(second_account(staff["hedda"]))
    assert again.person_id == staff["hedda"].pk
    for who in (actor("hedda"), again):
        with pytest.raises(NotAllowed, match="You asked for this yourself"):
            deciding.decide(mine.pk, outcome="approve", actor=who)
    with pytest.raises(NotAllowed, match="Only a person decides"):
        deciding.decide(mine.pk, outcome="approve", actor=actor("till"))
    nothing_happened(mine)


def test_a57_not_for_oneself_as_who_gains_by_it(probe: Probe, staff: dict[str, Person]) -> None:
    mine = ask(probe, staff["ben"], beneficiary=staff["hedda"])
    with pytest.raises(NotAllowed, match="This is for you"):
        deciding.decide(mine.pk, outcome="approve", actor=actor("hedda"))
    nothing_happened(mine)


def test_a57_not_as_a_delegate(probe: Probe, staff: dict[str, Person]) -> None:
    """Whoever would decide is away and gave it to who asks; nor by a delegate of who asks."""
    gives(staff, "olga", "hedda", "owner")
    with clock.frozen(NOW + DAY / 2):
        mine = ask(probe, staff["hedda"], "5000")
        assert mine.decider is None
        with pytest.raises(NotAllowed, match="You asked for this yourself"):
            deciding.decide(mine.pk, outcome="approve", actor=actor("hedda"))
        nothing_happened(mine)


def test_a57_not_by_ones_own_delegate(probe: Probe, staff: dict[str, Person]) -> None:
    gives(staff, "hedda", "bruno", "head-baker")
    with clock.frozen(NOW + DAY / 2):
        mine = ask(probe, staff["hedda"])
        assert (mine.decider, mine.role_key) == (staff["olga"], "owner")
        with pytest.raises(NotAllowed, match="Olga Ostro decides this"):
            deciding.decide(mine.pk, outcome="approve", actor=actor("bruno"))
        nothing_happened(mine)


def test_a57_not_as_a_stand_in(probe: Probe, staff: dict[str, Person]) -> None:
    Absence.objects.all().delete()
    people.record_absence(
        staff["olga"], since=NOW, until=NOW + DAY, stand_in=staff["hedda"], actor=SYSTEM
    )
    mine = ask(probe, staff["hedda"], "5000")
    assert mine.decider is None
    with pytest.raises(NotAllowed, match="You asked for this yourself"):
        deciding.decide(mine.pk, outcome="approve", actor=actor("hedda"))
    nothing_happened(mine)


def test_a57_not_by_a_token(probe: Probe, staff: dict[str, Person]) -> None:
    """A token is its owner: as long a way round, the same answer."""
    mine = ask(probe, staff["hedda"])
    for user in (User.objects.get(username="hedda"), second_account(staff["hedda"])):
        made = tokens.create_token(user, name="mine", scopes=ALL)
        answer = Caller(made.text).raw(
            "POST", f"/decisions/{mine.subject_ref}/{mine.seq}/decide", {"outcome": "approve"}
        )
        assert answer.status_code in (403, 404), answer.content
    nothing_happened(mine)


# --- 60 to 62: votes of several ---


@pytest.fixture
def both(probe: Probe, staff: dict[str, Person], published: ModelVersion) -> Decision:
    """Two of Bruno, Hedda and Olga have to say yes; Ben asks."""
    content = small.specs()
    content["GovernanceBody", "round"] = {
        "name": "The round",
        "members": ["buyer", "head-baker", "owner"],
        "rule": "majority",
        "quorum": 2,
    }
    content["DecisionRight", "accept-middle"] |= {"role": None, "body": "round"}
    version = apply_files(small.model(2, content), actor=SYSTEM, publish=True).version
    Absence.objects.all().delete()
    return ask(probe, staff["ben"], "600", version=version)


def yes(decision: Decision, name: str) -> Decision:
    return deciding.decide(decision.pk, outcome="approve", actor=actor(name))


def counted() -> list[str]:
    return sorted(Vote.objects.filter(counted=True).values_list("person__key", flat=True))


def all_holds() -> bool:
    wanted = [one for one in invariants.invariants() if one.key in ("I15", "I16", "I17", "I18")]
    return [said for one in wanted for said in invariants.violations(one)] == []


def test_a60_a_role_that_ends_while_the_form_is_open(
    both: Decision, staff: dict[str, Person]
) -> None:
    yes(both, "olga")
    roles.end_assignment(staff["bruno"].assignments.get(), actor=SYSTEM)
    with pytest.raises(NotAllowed, match="decide this together; you do not"):
        yes(both, "bruno")
    both.refresh_from_db()
    assert (both.state, counted()) == ("open", [])
    assert yes(both, "hedda").outcome == "approve"
    assert counted() == ["hedda", "olga"] and all_holds()


def test_a61_twice_is_once_by_whatever_account(both: Decision, staff: dict[str, Person]) -> None:
    yes(both, "bruno")
    again = actor_for(second_account(staff["bruno"]))
    for who in (actor("bruno"), again):
        with pytest.raises(InvalidState, match="You voted already"):
            deciding.decide(both.pk, outcome="approve", actor=who)
    both.refresh_from_db()
    assert (both.state, Vote.objects.count()) == ("open", 1)


def test_a61_as_oneself_and_as_a_delegate(both: Decision, staff: dict[str, Person]) -> None:
    """Who has a seat of their own and acts for another counts once, before or after."""
    yes(both, "bruno")
    gives(staff, "hedda", "bruno", "head-baker")
    with clock.frozen(NOW + DAY / 2):
        with pytest.raises(InvalidState, match="You voted already"):
            yes(both, "bruno")
        reassigning.reassign(both.pk)
        both.refresh_from_db()
        assert (both.state, both.needed) == ("open", 2)
        assert yes(both, "olga").outcome == "approve"
    assert counted() == ["bruno", "olga"] and all_holds()


def test_a61_as_a_stand_in_for_two(both: Decision, staff: dict[str, Person]) -> None:
    """Ben would stand in for both and asked for it; nobody is left but one: the next band up."""
    for name in ("bruno", "hedda"):
        people.record_absence(
            staff[name], since=NOW, until=NOW + DAY, stand_in=staff["olga"], actor=SYSTEM
        )
    reassigning.reassign(both.pk)
    both.refresh_from_db()
    assert (both.rule, both.decider, both.role_key) == ("single", staff["olga"], "owner")


@pytest.mark.parametrize("how", ["withdraws", "leaves", "loses the role"])
def test_a62_before_the_outcome_who_is_gone_does_not_count(
    both: Decision, staff: dict[str, Person], how: str
) -> None:
    yes(both, "hedda")
    if how == "withdraws":
        deciding.withdraw_vote(both.pk, actor=actor("hedda"))
    elif how == "leaves":
        leaving.deactivate_person(staff["hedda"], actor=SYSTEM)
    else:
        for row in staff["hedda"].assignments.all():
            roles.end_assignment(row, actor=SYSTEM)
    assert yes(both, "bruno").state == "open"
    assert yes(both, "olga").outcome == "approve"
    assert counted() == ["bruno", "olga"] and all_holds()
    assert Vote.objects.filter(person=staff["hedda"], counted=False).count() == 1


def test_a62_after_the_outcome_nothing_changes(
    both: Decision, staff: dict[str, Person], probe: Probe
) -> None:
    yes(both, "hedda")
    yes(both, "bruno")
    before = list(Vote.objects.order_by("pk").values())
    with pytest.raises(InvalidState, match="decided already"):
        deciding.withdraw_vote(both.pk, actor=actor("hedda"))
    with clock.frozen(NOW + DAY):
        leaving.deactivate_person(staff["hedda"], actor=SYSTEM)
        roles.end_assignment(staff["bruno"].assignments.get(), actor=SYSTEM)
        assert reassigning.reassign(both.pk) is None
    both.refresh_from_db()
    assert (both.state, both.outcome, probe.moved) == ("decided", "approve", [("approve", "buyer")])
    assert list(Vote.objects.order_by("pk").values()) == before
    assert all_holds()
