"""Several decide together: votes, rules, rounds, and who counts."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from django.db.utils import IntegrityError, InternalError

from esm.common import clock
from esm.common.errors import Conflict, Invalid, InvalidState, NotAllowed
from esm.events.actors import SYSTEM
from esm.events.models import Event
from governance.locks import lock_version
from governance.models import Role, Seat, Vote
from governance.selectors import decisions, voting
from governance.services import deciding, people, reassigning, roles
from tests.governance.conftest import DAY, NOW, actor, ask
from tests.governance.voting import events, refs, say

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def test_a_body_decides_by_votes(together, staff, probe):
    decision = together()
    assert (decision.decider, decision.role_key, decision.body_key) == (None, "", "round")
    assert (decision.rule, decision.quorum, decision.needed) == ("majority", 2, 2)
    voters = refs(staff, "bruno", "hedda", "olga")
    assert events("decision.seated") == [
        {
            "decision": 1, "round": 1, "right": "accept-middle", "body_key": "round",
            "rule": "majority", "quorum": 2, "needed": 2, "voters": voters, "added": voters,
        }
    ]  # fmt: skip
    for name in ("bruno", "hedda", "olga"):
        assert [d.pk for d in decisions.inbox(staff[name])] == [decision.pk]
    open_one = say(decision, "hedda", rationale="Fine", conditions="Before noon")
    assert (open_one.state, open_one.outcome) == ("open", "")
    assert probe.moved == []
    assert list(decisions.inbox(staff["hedda"])) == []
    assert [d.pk for d in decisions.inbox(staff["olga"])] == [decision.pk]
    done = say(decision, "bruno")
    assert (done.state, done.outcome, done.decided_by) == ("decided", "approve", None)
    assert (done.rationale, done.conditions) == (
        "Hedda Hult: Fine",
        "Hedda Hult: Before noon",
    )
    assert probe.moved == [("approve", "buyer")]
    assert [seat.person.key for seat in decision.seats.order_by("pk")] == [
        "bruno",
        "hedda",
        "olga",
    ]
    votes = Vote.objects.order_by("pk")
    assert [(v.person.key, v.choice, v.role_key, v.right_key, v.counted) for v in votes] == [
        ("hedda", "approve", "head-baker", "accept-middle", True),
        ("bruno", "approve", "buyer", "accept-middle", True),
    ]
    assert votes[0].trace[-1]["code"] == "deciders"
    assert [data["voter"] for data in events("decision.voted")] == refs(staff, "hedda", "bruno")
    assert events("decision.decided") == [
        {"decision": 1, "outcome": "approve", "role": "", "right": "accept-middle", "decider": ""}
    ]
    assert [d.pk for d in decisions.decided_by(staff["hedda"])] == [decision.pk]
    assert list(decisions.decided_by(staff["olga"])) == []
    with pytest.raises(InvalidState, match="decided already"):
        say(decision, "olga")


def test_nobody_votes_twice_or_unasked(together, staff, probe):
    decision = together()
    say(decision, "hedda")
    with pytest.raises(InvalidState, match="You voted already: yes"):
        say(decision, "hedda")
    with pytest.raises(NotAllowed, match="You asked for this yourself"):
        say(decision, "ben")
    other = together(requester=staff["hedda"])
    with pytest.raises(NotAllowed, match="Bruno Balt, Olga Ostro decide this together; you do not"):
        say(other, "ben")
    assert Vote.objects.count() == 1
    with pytest.raises(IntegrityError), transaction.atomic():
        Vote.objects.create(
            decision=decision, round=1, person=staff["hedda"], choice="approve",
            role_key="owner", content_hash=b"x",
        )  # fmt: skip
    with pytest.raises(InternalError), transaction.atomic():
        Vote.objects.update(choice="decline")
    with pytest.raises(InternalError), transaction.atomic():
        Vote.objects.all().delete()
    assert probe.moved == []


def test_a_vote_is_taken_back_before_it_is_decided(together, staff):
    decision = together()
    say(decision, "hedda")
    deciding.withdraw_vote(decision.pk, actor=actor("hedda"))
    assert events("decision.vote_withdrawn") == [
        {"decision": 1, "round": 1, "voter": staff["hedda"].ref}
    ]
    assert [d.pk for d in decisions.inbox(staff["hedda"])] == [decision.pk]
    with pytest.raises(InvalidState, match="no vote of yours"):
        deciding.withdraw_vote(decision.pk, actor=actor("hedda"))
    assert say(decision, "bruno").state == "open"
    assert say(decision, "hedda", "decline").state == "open"
    done = say(decision, "olga")
    assert (done.state, done.outcome, done.rationale) == ("decided", "approve", "")
    with pytest.raises(InvalidState, match="decided already"):
        deciding.withdraw_vote(decision.pk, actor=actor("olga"))
    rows = Vote.objects.order_by("pk").values_list("person__key", "choice", "counted")
    assert list(rows) == [
        ("hedda", "approve", False),
        ("bruno", "approve", True),
        ("hedda", "decline", True),
        ("olga", "approve", True),
    ]


def test_a_change_of_content_voids_the_round(together, staff, probe):
    decision = together()
    say(decision, "hedda")
    with transaction.atomic():
        parent = lock_version(probe.version.pk)
        same = reassigning.renew_open(parent=parent, subject_kind="probe", amount=decision.amount)
        assert same == []
        probe.content["data"] = {"guests": 12}
        [renewed] = reassigning.renew_open(parent=parent, subject_kind="probe", amount=Decimal(700))
    assert (renewed.round, renewed.amount) == (2, 700)
    assert events("decision.seated")[1:] == []
    assert events("decision.round_voided") == [
        {"decision": 1, "round": 2, "why": "content", "votes": 1, "amount": "700"}
    ]
    assert [d.pk for d in decisions.inbox(staff["hedda"])] == [decision.pk]
    with pytest.raises(Conflict, match="has changed meanwhile; read it again"):
        say(decision, "bruno", seen_round=1)
    assert say(decision, "bruno", seen_round=2).state == "open"
    # Hedda's yes was about something else: one of two is missing still.
    done = say(decision, "olga")
    assert (done.outcome, done.round) == ("approve", 2)
    assert list(Vote.objects.filter(counted=True).values_list("person__key", flat=True)) == [
        "bruno",
        "olga",
    ]


def test_another_amount_goes_to_whoever_decides_that_amount(together, staff, probe):
    decision = together()
    say(decision, "hedda")
    probe.content["data"] = {"guests": 900}
    with transaction.atomic():
        parent = lock_version(probe.version.pk)
        [renewed] = reassigning.renew_open(
            parent=parent, subject_kind="probe", amount=Decimal(5000)
        )
    assert (renewed.decider, renewed.role_key, renewed.rule) == (staff["olga"], "owner", "single")
    assert not Seat.objects.exists()
    with pytest.raises(NotAllowed, match="Olga Ostro decides this"):
        say(decision, "bruno")
    assert say(decision, "olga").outcome == "approve"


def test_who_lost_the_right_does_not_count(together, staff):
    decision = together()
    say(decision, "hedda")
    held = staff["hedda"].assignments.get(role__key="head-baker")
    roles.end_assignment(held, actor=SYSTEM)
    # Bruno's yes is the second that was cast, and the first that counts; of two both are needed.
    assert say(decision, "bruno").state == "open"
    assert [row.seat.person.key for row in voting.round_of(decision, None).voters] == [
        "bruno",
        "olga",
    ]
    done = say(decision, "olga")
    assert done.outcome == "approve"
    assert dict(Vote.objects.values_list("person__key", "counted")) == {
        "hedda": False,
        "bruno": True,
        "olga": True,
    }


def test_seats_follow_the_holders_and_may_end_it(together, staff, probe):
    decision = together()
    say(decision, "hedda")
    assert reassigning.sweep_reassign() == []
    held = staff["olga"].assignments.filter(role__key="owner")
    for row in held:
        roles.end_assignment(row, actor=SYSTEM)
    later = clock.now() + timedelta(minutes=2)
    with clock.frozen(later):
        assert [d.pk for d in reassigning.sweep_reassign()] == [decision.pk]
        assert reassigning.sweep_reassign() == []
    assert events("decision.seated")[1]["voters"] == refs(staff, "bruno", "hedda")
    with clock.frozen(later + HOUR):
        roles.assign_role(staff["olga"], Role.objects.get(key="buyer"), actor=SYSTEM)
        assert [d.pk for d in reassigning.sweep_reassign()] == [decision.pk]
    assert events("decision.seated")[2]["added"] == refs(staff, "olga")
    assert probe.moved == []


def test_consent_is_given_by_silence_once_it_is_due(together, staff, probe):
    decision = together(rule="consent", due_at=NOW + DAY)
    say(decision, "hedda")
    assert say(decision, "bruno").state == "open"
    with clock.frozen(NOW + DAY):
        assert [d.pk for d in reassigning.sweep_reassign()] == [decision.pk]
    decision.refresh_from_db()
    assert (decision.state, decision.outcome) == ("decided", "approve")
    assert probe.moved == [("approve", "")]
    assert Event.objects.get(type="decision.decided").actor == SYSTEM.ref


def test_a_delegate_with_a_seat_of_their_own_counts_once(together, staff):
    people.record_absence(
        staff["hedda"], since=NOW, until=NOW + DAY, stand_in=staff["bruno"], actor=SYSTEM
    )
    decision = together(rule="unanimity")
    assert [row.seat.person.key for row in voting.round_of(decision, None).voters] == [
        "bruno",
        "olga",
    ]
    say(decision, "bruno")
    with pytest.raises(InvalidState, match="voted already"):
        say(decision, "bruno")
    assert say(decision, "olga").outcome == "approve"


def test_put_off_to_a_day_with_the_reason(probe, staff):
    decision = ask(probe, staff["ben"])
    with pytest.raises(Invalid, match="Say why it waits"):
        deciding.defer(decision.pk, until=NOW + DAY, reason=" ", actor=actor("hedda"))
    with pytest.raises(Invalid, match="ahead of now"):
        deciding.defer(decision.pk, until=NOW, reason="Flour", actor=actor("hedda"))
    with pytest.raises(NotAllowed, match="Hedda Hult decides this"):
        deciding.defer(decision.pk, until=NOW + DAY, reason="Flour", actor=actor("olga"))
    row = deciding.defer(decision.pk, until=NOW + DAY, reason="Flour", actor=actor("hedda"))
    assert (row.state, row.deferred_until) == ("open", NOW + DAY)
    assert events("decision.deferred") == [
        {"decision": 1, "until": "2026-03-03T10:00:00.000000Z", "by": staff["hedda"].ref}
    ]
    done = deciding.decide(decision.pk, outcome="approve", actor=actor("hedda"))
    assert done.deferred_until is None


def test_conditions_go_with_a_yes_only(probe, staff):
    decision = ask(probe, staff["ben"])
    with pytest.raises(Invalid, match="Conditions belong to a yes"):
        say(decision, "hedda", "decline", conditions="Half of it")
    done = say(decision, "hedda", conditions=" Half of it ")
    assert done.conditions == "Half of it"
    assert Vote.objects.get().conditions == "Half of it"
