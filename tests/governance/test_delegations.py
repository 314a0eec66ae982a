"""What a holder gives to somebody else: bounds, answers, who decides, and how it ends."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.db.utils import InternalError

from esm.common import clock
from esm.common.errors import Conflict, Invalid, InvalidState, NotAllowed
from esm.events.actors import SYSTEM, Actor
from esm.events.models import Event, EventPrivate
from governance.models import Absence, Decision, Delegation, Person, Role, RoleAssignment
from governance.selectors import decisions
from governance.services import deciding, delegations, leaving, reassigning, roles
from governance.services.delegations import Wish
from governance.services.delegations_ending import sweep_unheld
from governance.services.drafting import apply_files
from tests.governance import small
from tests.governance.conftest import DAY, NOW, actor, ask

pytestmark = pytest.mark.django_db
# Hedda is away from Mon 9 to Tue 17 March; Ben stands in for her.
AWAY = NOW + 8 * DAY
BACK = NOW + 20 * DAY


def give(staff: dict[str, Person], to: str = "bruno", **wish: object) -> Delegation:
    """Hedda gives her role, or what is said, to Bruno for a month."""
    values: dict[str, object] = {"of": "role", "key": "head-baker", "until": NOW + 30 * DAY}
    return delegations.propose_delegation(
        staff["hedda"], staff[to], Wish(**{**values, **wish}), reason="Fair", actor=actor("hedda")
    )


def given(staff: dict[str, Person], to: str = "bruno", **wish: object) -> Delegation:
    """The same, accepted."""
    return delegations.accept_delegation(give(staff, to, **wish), actor=actor(to))


def texts(decision: Decision) -> list[str]:
    return [step["text"] for step in decision.trace]


def types() -> list[str]:
    rows = Event.objects.filter(type__startswith="delegation.").order_by("seq")
    return [row.type.partition(".")[2] for row in rows]


def test_offered_accepted_and_used_while_the_giver_is_away(probe, staff):
    row = give(staff, max_amount=Decimal(500))
    assert (row.state, row.standing(NOW), row.currency) == ("proposed", "proposed", "EUR")
    before = ask(probe, staff["olga"])
    with clock.frozen(AWAY):
        # Not accepted yet: the stand-in decides.
        assert ask(probe, staff["olga"]).decider == staff["ben"]
    row = delegations.accept_delegation(row, actor=actor("bruno"))
    assert (row.state, row.accepted_at, row.standing(NOW)) == ("accepted", NOW, "active")
    assert ask(probe, staff["olga"]).decider == staff["hedda"]  # she is here
    with clock.frozen(AWAY):
        assert {d.decider for d in reassigning.sweep_reassign()} == {staff["bruno"]}
        assert reassigning.sweep_reassign() == []
        before.refresh_from_db()
        assert (before.decider, before.stands_in_for, before.delegation) == (
            staff["bruno"], staff["hedda"], row,
        )  # fmt: skip
        assert texts(before)[-2:] == [
            "Hedda Hult is away and gave it to Bruno Balt.",
            "Bruno Balt decides as Head baker for Hedda Hult.",
        ]
        assert before in decisions.inbox(staff["bruno"])
        above = ask(probe, staff["olga"], "500.01")
        assert above.decider == staff["ben"]
        assert "What Hedda Hult gave to Bruno Balt ends at 500.00." in texts(above)
        assert ask(probe, staff["olga"], "500").decider == staff["bruno"]
        with pytest.raises(NotAllowed, match="Bruno Balt decides this, as Head baker"):
            deciding.decide(before.pk, outcome="approve", actor=actor("ben"))


def test_what_is_on_record(probe, staff):
    row = given(staff, max_amount=Decimal(500))
    with clock.frozen(AWAY):
        decision = ask(probe, staff["olga"])
        done = deciding.decide(decision.pk, outcome="approve", actor=actor("bruno"))
    assert (done.decided_by, done.stands_in_for, done.delegation) == (
        staff["bruno"], staff["hedda"], row,
    )  # fmt: skip
    decided, used = Event.objects.filter(type__in=["decision.decided", "delegation.used"]).order_by(
        "seq"
    )
    assert (decided.actor, decided.on_behalf_of) == (staff["bruno"].ref, staff["hedda"].ref)
    assert used.data == {
        "delegation": row.pk,
        "giver": staff["hedda"].ref,
        "delegate": staff["bruno"].ref,
        "of": "role",
        "key": "head-baker",
        "decision": 1,
    }
    proposed = Event.objects.get(type="delegation.proposed")
    assert proposed.chain == staff["hedda"].chain
    assert proposed.data == {
        "delegation": row.pk,
        "giver": staff["hedda"].ref,
        "delegate": staff["bruno"].ref,
        "of": "role",
        "key": "head-baker",
        "scope_kind": "",
        "scope": "",
        "max_amount": "500",
        "currency": "EUR",
        "valid_from": "2026-03-02T10:00:00.000000Z",
        "valid_until": "2026-04-01T10:00:00.000000Z",
    }
    assert EventPrivate.objects.get(event_id=proposed.pk).content == {"reason": "Fair"}


def test_revoked_a_moment_ago_a_vote_is_refused(probe, staff):
    row = given(staff)
    decision = ask(probe, staff["olga"])
    with clock.frozen(AWAY):
        reassigning.sweep_reassign()
        delegations.revoke_delegation(row, reason="I am reachable", actor=actor("hedda"))
        with pytest.raises(NotAllowed, match="Ben Bask decides this"):
            deciding.decide(decision.pk, outcome="approve", actor=actor("bruno"))
        decision.refresh_from_db()
        assert (decision.state, probe.moved) == ("open", [])
        assert [d.decider for d in reassigning.sweep_reassign()] == [staff["ben"]]
        decision.refresh_from_db()
        assert decision.delegation is None
    assert not Event.objects.filter(type__in=["decision.decided", "delegation.used"]).exists()


@pytest.mark.parametrize(
    ("wish", "amount", "department"),
    [
        ({"of": "type", "key": "accept-order"}, "150", "house"),
        ({"scope_kind": "department", "scope_key": "house"}, "150", "house"),
        ({"scope_kind": "service", "scope_key": "big-order"}, "150", "house"),
        ({"max_amount": Decimal(150)}, "150", "house"),
    ],
)
def test_what_a_delegation_covers(probe, staff, wish, amount, department):
    given(staff, **wish)
    with clock.frozen(AWAY):
        found = ask(probe, staff["olga"], amount, department_key=department)
        assert (found.decider, found.stands_in_for) == (staff["bruno"], staff["hedda"])


@pytest.mark.parametrize(
    "wish",
    [
        {"scope_kind": "department", "scope_key": "oven"},
        {"max_amount": Decimal("149.99")},
        {"until": AWAY},
        {"since": AWAY + DAY},
    ],
)
def test_what_a_delegation_does_not_cover_goes_to_the_stand_in(probe, staff, wish):
    given(staff, **wish)
    with clock.frozen(AWAY):
        found = ask(probe, staff["olga"])
        assert (found.decider, found.delegation) == (staff["ben"], None)


def test_nobody_decides_their_own_under_a_delegation(probe, staff):
    given(staff)
    with clock.frozen(AWAY):
        assert ask(probe, staff["bruno"]).decider == staff["ben"]
        assert ask(probe, staff["olga"], beneficiary=staff["bruno"]).decider == staff["ben"]


REFUSED: dict[str, tuple[dict[str, object], str, str]] = {
    "without an end": ({"until": None}, "until", "choose its last day"),
    "in the past": ({"until": NOW}, "until", "not over"),
    "for too long": ({"until": NOW + timedelta(days=181)}, "until", "at most 180 days"),
    "upside down": ({"since": NOW + 2 * DAY, "until": NOW + DAY}, "until", "later moment"),
    "a role of somebody else": ({"key": "owner"}, "what", "You do not hold this"),
    "a role of nowhere": ({"key": "king"}, "what", "You do not hold this"),
    "a type of nowhere": ({"of": "type", "key": "king"}, "what", "You do not hold this"),
    "wider than one's own": ({"max_amount": Decimal("1000.01")}, "max_amount", "below 1,000 EUR"),
    "less than nothing": ({"max_amount": Decimal(-1)}, "max_amount", "zero or more"),
    "no number": ({"max_amount": Decimal("NaN")}, "max_amount", "zero or more"),
    "another currency": (
        {"of": "type", "key": "accept-order", "max_amount": Decimal(9), "currency": "USD"},
        "currency",
        "decided in EUR",
    ),
    "a scope of nowhere": ({"scope_kind": "service", "scope_key": "x"}, "scope", "of the model"),
    "a scope of no kind": ({"scope_kind": "moon", "scope_key": "x"}, "scope", "of the model"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_more_than_ones_own_is_refused(staff, case):
    wish, field, sentence = REFUSED[case]
    with pytest.raises(Invalid) as refused:
        give(staff, **wish)
    assert sentence in refused.value.errors[field][0]
    assert (Delegation.objects.count(), types()) == (0, [])


def test_only_for_as_long_as_one_holds_it(staff):
    held = RoleAssignment.objects.get(role__key="head-baker")
    roles.end_assignment(held, at=NOW + 5 * DAY, actor=SYSTEM)
    with pytest.raises(Invalid) as refused:
        give(staff)
    assert "You hold it until" in refused.value.errors["until"][0]
    assert give(staff, until=NOW + 5 * DAY).state == "proposed"


def test_only_the_giver_gives_and_only_the_delegate_answers(staff):
    for other in (actor("olga"), actor("bruno"), actor("till"), SYSTEM):
        with pytest.raises(NotAllowed, match="Only whoever holds a right gives it"):
            delegations.propose_delegation(
                staff["hedda"], staff["bruno"],
                Wish(of="role", key="head-baker", until=NOW + DAY), actor=other,
            )  # fmt: skip
    with pytest.raises(Invalid, match="Nobody gives anything to themselves"):
        give(staff, "hedda")
    row = give(staff)
    behalf = Actor(
        kind="person", ref=staff["bruno"].ref, person_id=staff["bruno"].pk,
        on_behalf_of=staff["olga"].ref,
    )  # fmt: skip
    for other in (actor("hedda"), actor("olga"), actor("till"), SYSTEM, behalf):
        with pytest.raises(NotAllowed, match="Only the person it is offered to"):
            delegations.accept_delegation(row, actor=other)
        with pytest.raises(NotAllowed, match="Only the person it is offered to"):
            delegations.decline_delegation(row, actor=other)
    for other in (actor("ben"), actor("till")):
        with pytest.raises(NotAllowed, match="Only whoever gave it"):
            delegations.revoke_delegation(row, actor=other)
    assert types() == ["proposed"]


def test_answered_once_and_final(staff):
    row = give(staff)
    delegations.decline_delegation(row, reason="No time", actor=actor("bruno"))
    row.refresh_from_db()
    assert (row.state, row.ended_at) == ("declined", NOW)
    with pytest.raises(InvalidState, match="You declined this before"):
        delegations.accept_delegation(row, actor=actor("bruno"))
    with pytest.raises(InvalidState, match="ended before"):
        delegations.revoke_delegation(row, actor=actor("hedda"))
    again = given(staff)  # what was declined may be offered again
    with pytest.raises(InvalidState, match="You took this on already"):
        delegations.accept_delegation(again, actor=actor("bruno"))
    with pytest.raises(Conflict, match="You gave this to Bruno Balt for that time already"):
        give(staff)
    delegations.revoke_delegation(again, actor=actor("bruno"))
    again.refresh_from_db()
    assert (again.state, again.cause) == ("revoked", "delegate")
    late = give(staff, "olga")
    with clock.frozen(NOW + 30 * DAY):
        assert late.standing(clock.now()) == "expired"
        with pytest.raises(InvalidState, match="time of this delegation is over"):
            delegations.accept_delegation(late, actor=actor("olga"))
    assert types() == ["proposed", "declined", "proposed", "accepted", "revoked", "proposed"]


def test_an_administrator_takes_it_back(staff, django_user_model):
    row = given(staff)
    django_user_model.objects.filter(username="olga").update(is_admin=True)
    delegations.revoke_delegation(row, actor=actor("olga"))
    row.refresh_from_db()
    assert (row.state, row.cause) == ("revoked", "administrator")


def test_rules_that_keep_two_roles_apart_bar_the_delegate(probe, staff):
    content = small.specs()
    content[("SodRule", "apart")] = {"kind": "static", "a": "head-baker", "b": "buyer"}
    offered = give(staff)
    apply_files(small.model(2, content), actor=SYSTEM, publish=True)
    with pytest.raises(Invalid) as refused:
        give(staff, until=NOW + 200 * DAY, since=NOW + 40 * DAY)
    assert refused.value.errors["delegate"] == [
        "Bruno Balt holds Buyer; a rule keeps the two apart. Choose somebody else."
    ]
    with pytest.raises(Invalid, match="keeps the two apart"):
        delegations.accept_delegation(offered, actor=actor("bruno"))


def test_the_role_ends_and_the_delegations_with_it_on_record(probe, staff):
    row, offered = given(staff), give(staff, "olga", of="type", key="accept-order")
    kept = delegations.propose_delegation(
        staff["bruno"], staff["ben"], Wish(of="role", key="buyer", until=NOW + DAY),
        actor=actor("bruno"),
    )  # fmt: skip
    decision = ask(probe, staff["olga"])
    with clock.frozen(AWAY):
        reassigning.sweep_reassign()
        done = deciding.decide(decision.pk, outcome="approve", actor=actor("bruno"))
    held = RoleAssignment.objects.get(role__key="head-baker")
    with clock.frozen(BACK):
        roles.end_assignment(held, actor=SYSTEM)
    for ended in (row, offered):
        ended.refresh_from_db()
        assert (ended.state, ended.cause, ended.ended_at) == ("revoked", "role", BACK)
    kept.refresh_from_db()
    done.refresh_from_db()
    assert kept.state == "proposed"
    assert (done.state, done.delegation, done.decided_by) == ("decided", row, staff["bruno"])
    assert types().count("revoked") == 2


def test_a_role_that_ends_by_time_takes_its_delegations_along(probe, staff):
    row = given(staff)
    held = RoleAssignment.objects.get(role__key="head-baker")
    roles.end_assignment(held, at=NOW + DAY, actor=SYSTEM)
    row.refresh_from_db()
    assert (row.state, sweep_unheld()) == ("accepted", 0)
    with clock.frozen(NOW + DAY):
        assert (sweep_unheld(), sweep_unheld()) == (1, 0)
    row.refresh_from_db()
    assert (row.state, row.cause) == ("revoked", "role")


@pytest.mark.parametrize("leaver", ["hedda", "bruno"])
def test_whoever_leaves_takes_their_delegations_along(staff, leaver):
    row = given(staff)
    leaving.deactivate_person(staff[leaver], actor=SYSTEM)
    row.refresh_from_db()
    assert (row.state, row.cause) == ("revoked", "left")
    event = Event.objects.get(type="delegation.revoked")
    assert (event.chain, event.data["cause"]) == (staff["hedda"].chain, "left")


def test_what_was_accepted_during_an_absence_comes_to_the_delegate(probe, staff):
    Absence.objects.update(stand_in=None)
    with clock.frozen(AWAY):
        decision = ask(probe, staff["ben"])
        assert (decision.decider, decision.role_key) == (staff["olga"], "owner")
        assert reassigning.sweep_reassign() == []
        row = delegations.propose_delegation(
            staff["hedda"], staff["bruno"],
            Wish(of="role", key="head-baker", until=AWAY + DAY), actor=actor("hedda"),
        )  # fmt: skip
        delegations.accept_delegation(row, actor=actor("bruno"))
        assert [d.decider for d in reassigning.sweep_reassign()] == [staff["bruno"]]
        assert reassigning.sweep_reassign() == []
    with clock.frozen(AWAY + 2 * DAY):  # its time is over without anybody doing anything
        assert [d.decider for d in reassigning.sweep_reassign()] == [staff["olga"]]


def test_the_database_keeps_the_bounds(staff):
    row = given(staff)
    for change in (
        {"delegate": staff["hedda"]},
        {"max_amount": Decimal(900)},
        {"key": "owner"},
        {"valid": (NOW, NOW + timedelta(days=400))},
    ):
        with pytest.raises((IntegrityError, InternalError)), transaction.atomic():
            Delegation.objects.filter(pk=row.pk).update(**change)
    with pytest.raises(InternalError), transaction.atomic():
        row.delete()
    with pytest.raises(IntegrityError), transaction.atomic():
        Delegation.objects.create(
            giver=staff["hedda"], delegate=staff["ben"], of="role", key="x",
            valid=(NOW, NOW + timedelta(days=181)),
        )  # fmt: skip
    with pytest.raises(IntegrityError), transaction.atomic():
        Delegation.objects.create(
            giver=staff["hedda"], delegate=staff["ben"], of="role", key="x", valid=(NOW, None)
        )
    delegations.revoke_delegation(row, actor=actor("hedda"))
    with pytest.raises(InternalError), transaction.atomic():
        Delegation.objects.filter(pk=row.pk).update(state="accepted", ended_at=None)


def test_a_second_holder_keeps_the_role_and_only_the_first_ones_gift_ends(probe, staff):
    row = given(staff)
    roles.assign_role(staff["olga"], Role.objects.get(key="head-baker"), actor=SYSTEM)
    roles.end_assignment(
        RoleAssignment.objects.get(role__key="head-baker", person=staff["hedda"]),
        at=NOW + timedelta(seconds=1), actor=SYSTEM,
    )  # fmt: skip
    with clock.frozen(AWAY):
        found = ask(probe, staff["ben"])
        assert (found.decider, found.delegation) == (staff["olga"], None)
        sweep_unheld()
    row.refresh_from_db()
    assert (row.state, row.cause) == ("revoked", "role")
