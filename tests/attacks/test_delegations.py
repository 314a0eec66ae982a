"""Attacks on what is given to others: 59, 60, 64 of docs/attacks.md."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial

import pytest
from django.db import connection, transaction

from esm.common import clock
from esm.common.errors import Invalid, NotAllowed, ServiceError
from esm.events.actors import SYSTEM
from esm.events.models import Event
from governance.models import Absence, Decision, Delegation, Person, RoleAssignment
from governance.services import deciding, delegations, people, roles
from governance.services.delegations import Wish
from tests.governance.conftest import DAY, NOW, Probe, actor, ask, now, probe, published, staff

__all__ = ["now", "probe", "published", "staff"]

SECOND = timedelta(seconds=1)
# Hedda is away from 9 to 17 March; Ben stands in for her.
AWAY = NOW + 8 * DAY


def gives(giver: str, delegate: str, key: str, staff: dict[str, Person], **more: object) -> None:
    """One gives a role to another, who accepts."""
    wish = Wish(**{"of": "role", "key": key, "until": NOW + 30 * DAY, **more})
    row = delegations.propose_delegation(staff[giver], staff[delegate], wish, actor=actor(giver))
    delegations.accept_delegation(row, actor=actor(delegate))


def is_away(name: str, staff: dict[str, Person]) -> None:
    people.record_absence(staff[name], since=AWAY - DAY, until=AWAY + DAY, actor=SYSTEM)


@pytest.mark.django_db
def test_a59_nobody_passes_on_what_they_were_given(probe: Probe, staff: dict[str, Person]) -> None:
    gives("hedda", "bruno", "head-baker", staff)
    gives("bruno", "olga", "buyer", staff)
    with pytest.raises(Invalid) as refused:
        gives("bruno", "olga", "head-baker", staff)
    assert refused.value.errors["what"] == [
        "You do not hold this on the first day, so you cannot give it."
    ]
    is_away("bruno", staff)
    with clock.frozen(AWAY):
        found = ask(probe, staff["olga"])
        assert (found.decider, found.delegation) == (staff["ben"], None)
        own = ask(probe, staff["ben"], "50")
        assert (own.decider, own.stands_in_for) == (staff["olga"], staff["bruno"])


@pytest.mark.django_db
def test_a59_a_circle_ends(probe: Probe, staff: dict[str, Person]) -> None:
    """A → B and B → A, both away: each of the two is the other's, and nobody's in the end."""
    Absence.objects.update(stand_in=None)
    gives("hedda", "bruno", "head-baker", staff)
    gives("bruno", "hedda", "buyer", staff)
    is_away("bruno", staff)
    with clock.frozen(AWAY):
        for amount in ("50", "150"):
            found = ask(probe, staff["ben"], amount)
            assert (found.decider, found.role_key) == (staff["olga"], "owner")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("at", "decider"),
    [(AWAY - SECOND, "ben"), (AWAY, "bruno"), (AWAY + DAY - SECOND, "bruno"), (AWAY + DAY, "ben")],
)
def test_a59_a_second_before_and_after(
    probe: Probe, staff: dict[str, Person], at: datetime, decider: str
) -> None:
    gives("hedda", "bruno", "head-baker", staff, since=AWAY, until=AWAY + DAY)
    with clock.frozen(at):
        decision = ask(probe, staff["olga"])
        assert decision.decider == staff[decider]
        if decider != "bruno":
            with pytest.raises(NotAllowed):
                deciding.decide(decision.pk, outcome="approve", actor=actor("bruno"))


@pytest.mark.django_db
def test_a59_only_what_the_giver_holds_at_that_moment(
    probe: Probe, staff: dict[str, Person]
) -> None:
    with pytest.raises(Invalid, match="You decide below 1,000 EUR yourself"):
        gives("hedda", "bruno", "head-baker", staff, max_amount=Decimal(5000))
    gives("hedda", "bruno", "head-baker", staff)
    gives("hedda", "bruno", "accept-order", staff, of="type")
    with clock.frozen(AWAY):
        above, below = ask(probe, staff["ben"], "1000"), ask(probe, staff["ben"], "99.99")
        assert [above.role_key, below.role_key] == ["owner", "buyer"]
        inside = ask(probe, staff["ben"])
        assert inside.decider == staff["bruno"]
        # Lost by any way there is, the rows of what was given as they were.
        RoleAssignment.objects.filter(role__key="head-baker").update(valid=(NOW, AWAY))
        with pytest.raises(NotAllowed, match="Olga Ostro decides this, as Owner"):
            deciding.decide(inside.pk, outcome="approve", actor=actor("bruno"))
        assert Delegation.objects.filter(state="accepted").count() == 2
        assert ask(probe, staff["ben"]).decider == staff["olga"]
    assert not Event.objects.filter(type="decision.decided").exists()


@pytest.mark.django_db
def test_a64_nobody_takes_a_delegation_for_themselves(staff: dict[str, Person]) -> None:
    """Not as an administrator, not for a program, not of what one does not hold."""
    staff["olga"].users.update(is_admin=True)
    wish = Wish(of="role", key="head-baker", until=NOW + DAY)
    for name in ("olga", "till"):
        with pytest.raises(NotAllowed, match="Only whoever holds a right gives it"):
            delegations.propose_delegation(staff["hedda"], staff["olga"], wish, actor=actor(name))
    offered = delegations.propose_delegation(
        staff["hedda"], staff["bruno"], wish, actor=actor("hedda")
    )
    for name in ("olga", "hedda", "ben"):
        with pytest.raises(NotAllowed, match="Only the person it is offered to"):
            delegations.accept_delegation(offered, actor=actor(name))
    offered.refresh_from_db()
    assert offered.state == "proposed"


@contextmanager
def meanwhile(act: Callable[[], object]) -> Iterator[list[str]]:
    """Another connection acts while this one's transaction is open, and waits for its end.

    What is yielded holds "done" or the refusal once the block is left.
    """
    said: list[str] = []

    def run() -> None:
        try:
            act()
            said.append("done")
        except ServiceError as refused:
            said.append(refused.sentence)
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    with transaction.atomic():
        yield said
        thread.start()
        with connection.cursor() as cursor:
            waits = 0
            while not waits and thread.is_alive():
                cursor.execute("SELECT count(DISTINCT pid) FROM pg_locks WHERE NOT granted")
                (waits,) = cursor.fetchone()
        assert waits == 1, "it did not wait"
    thread.join()


def vote(decision: Decision, name: str) -> Callable[[], object]:
    """Somebody approves."""
    acting = actor(name)
    return lambda: deciding.decide(decision.pk, outcome="approve", actor=acting)


@pytest.mark.django_db(transaction=True)
def test_a60_a_role_that_ends_in_the_same_second(probe: Probe, staff: dict[str, Person]) -> None:
    decision, other = ask(probe, staff["ben"]), ask(probe, staff["ben"])
    held = RoleAssignment.objects.get(role__key="head-baker")
    with clock.frozen(NOW + DAY), meanwhile(vote(decision, "hedda")) as said:
        roles.end_assignment(held, actor=SYSTEM)
    assert said == ["Olga Ostro decides this, as Owner; you do not."]
    decision.refresh_from_db()
    assert (decision.state, probe.moved) == ("open", [])
    # The other way round: whoever voted first has voted.
    held = RoleAssignment.objects.get(role__key="owner")
    acting = actor("olga")
    end = partial(roles.end_assignment, held, actor=SYSTEM)
    with clock.frozen(NOW + DAY), meanwhile(end) as said:
        deciding.decide(other.pk, outcome="approve", actor=acting)
    assert said == ["done"]
    other.refresh_from_db()
    assert (other.state, other.decided_by, probe.moved) == (
        "decided", staff["olga"], [("approve", "owner")],
    )  # fmt: skip


@pytest.mark.django_db(transaction=True)
def test_a60_a_delegation_taken_back_in_the_same_second(
    probe: Probe, staff: dict[str, Person]
) -> None:
    gives("hedda", "bruno", "head-baker", staff)
    given = Delegation.objects.get()
    with clock.frozen(AWAY):
        decision = ask(probe, staff["olga"])
        assert decision.delegation == given
        with meanwhile(vote(decision, "bruno")) as said:
            delegations.revoke_delegation(given, actor=actor("hedda"))
        assert said == ["Ben Bask decides this, as Head baker; you do not."]
        decision.refresh_from_db()
        assert (decision.state, probe.moved) == ("open", [])
    assert not Event.objects.filter(type__in=["decision.decided", "delegation.used"]).exists()
