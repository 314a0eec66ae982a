"""Controls that prevent: refused with the clause, on record afterwards, passed under a waiver."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import transaction
from django.db.utils import InternalError

from esm.common import aftermath, clock
from esm.common.errors import NotAllowed
from esm.events.actors import SYSTEM
from esm.events.models import Event
from governance.models import ControlResult, Decision, Person, Role, RoleAssignment, Waiver
from governance.services import deciding, publishing, roles, waivers
from governance.services.drafting import apply_files
from tests.governance import watched
from tests.governance.conftest import NOW, actor, ask

pytestmark = pytest.mark.django_db
SAID = "“Big orders name their conditions” (policy “Four eyes on every order”) is not kept."


@pytest.fixture
def published(db, now):
    return watched.build()


def granted(staff, *args, **named):
    waiver = watched.asked(staff, "ben", *args, **named)
    by = Decision.objects.get(pk=waiver.decision_id).decider.key
    deciding.decide(waiver.decision_id, outcome="approve", rationale="Right.", actor=actor(by))
    return Waiver.objects.get(pk=waiver.pk)


def events(kind):
    rows = Event.objects.filter(type=kind).order_by("id")
    return [(row.chain, row.actor, row.data) for row in rows]


def test_a_yes_that_breaks_a_control_is_refused_and_on_record(probe, staff, published):
    decision = ask(probe, staff["ben"], "900")
    with pytest.raises(NotAllowed) as refused:
        deciding.decide(decision.pk, outcome="approve", actor=actor("hedda"))

    assert refused.value.code == "control-violated"
    assert refused.value.sentence.startswith(f"{SAID} Nothing was changed.")
    assert refused.value.extra == {
        "control": "big-orders",
        "policy": "four-eyes",
        "clause": "Big orders name their conditions",
        "ask": "/waivers/new/?what=control%3Abig-orders",
    }
    decision.refresh_from_db()
    assert (decision.state, decision.votes.count(), probe.moved) == ("open", 0, [])
    assert events("decision.decided") == []
    row = ControlResult.objects.get()
    assert (row.state, row.control_key, row.place) == ("refused", "big-orders", "accept-order")
    assert (row.subject_kind, row.subject_id, row.subject_ref) == ("probe", published.pk, "X-1")
    assert (row.person, row.happened_at, row.waiver) == (staff["hedda"], NOW, None)
    assert events("control.refused") == [
        (
            f"control/{row.pk}",
            staff["hedda"].ref,
            {
                "control": "big-orders",
                "policy": "four-eyes",
                "clause": "Big orders name their conditions",
                "at": "decision",
                "place": "accept-order",
                "subject": "X-1",
                "version": "OM-1",
            },
        )
    ]


def test_what_keeps_the_control_and_every_no_go_through(probe, staff):
    small, big, no = (ask(probe, staff["ben"], amount) for amount in ("499", "900", "901"))
    deciding.decide(small.pk, outcome="approve", actor=actor("hedda"))
    deciding.decide(big.pk, outcome="approve", conditions="Paid before.", actor=actor("hedda"))
    deciding.decide(no.pk, outcome="decline", rationale="Too big.", actor=actor("hedda"))
    assert [outcome for outcome, _ in probe.moved] == ["approve", "approve", "decline"]
    assert not ControlResult.objects.exists()


@pytest.mark.parametrize(
    "wish", [{}, {"key": "four-eyes", "of": "policy"}, {"scope_kind": "service",
             "scope_key": "big-order"}, {"scope_kind": "subject", "scope_key": "X-9"}]
)  # fmt: skip
def test_a_waiver_in_force_lets_it_pass_and_is_named(probe, staff, wish):
    waiver = granted(staff, **wish)
    decision = ask(probe, staff["ben"], "900", subject_ref="X-9")
    deciding.decide(decision.pk, outcome="approve", actor=actor("hedda"))

    decision.refresh_from_db()
    assert (decision.state, probe.moved) == ("decided", [("approve", "head-baker")])
    assert decision.trace[-1] == {
        "code": "waived",
        "text": f"Waiver {waiver.ref} lets it pass that “Big orders name their conditions” is not"
        " kept.",
        "data": {"waiver": waiver.ref},
    }
    row = ControlResult.objects.get()
    assert (row.state, row.waiver, row.subject_ref) == ("waived", waiver, "X-9")
    ((chain, by, data),) = events("waiver.used")
    assert (chain, by) == (probe.version.chain, staff["hedda"].ref)
    assert (data["waiver"], data["control"], data["decision"]) == (
        waiver.ref, "big-orders", decision.seq,
    )  # fmt: skip
    assert events("control.refused") == []


@pytest.mark.parametrize(
    "wish",
    [
        {"key": "bakers-buy-not"},
        {"scope_kind": "department", "scope_key": "oven"},
        {"scope_kind": "subject", "scope_key": "X-2"},
    ],
)
def test_a_waiver_of_something_else_lets_nothing_pass(probe, staff, wish):
    granted(staff, **wish)
    decision = ask(probe, staff["ben"], "900")
    with pytest.raises(NotAllowed):
        deciding.decide(decision.pk, outcome="approve", actor=actor("hedda"))
    assert [row.state for row in ControlResult.objects.all()] == ["refused"]


def test_an_expired_waiver_lets_nothing_pass_even_before_the_sweep(probe, staff):
    waiver = granted(staff, days=5)
    decision = ask(probe, staff["ben"], "900")
    with clock.frozen(waiver.expires_at):
        assert Waiver.objects.get().state == "active"
        with pytest.raises(NotAllowed):
            deciding.decide(decision.pk, outcome="approve", actor=actor("olga"))
        with pytest.raises(NotAllowed, match="Big orders"):
            deciding.decide(decision.pk, outcome="approve", actor=actor("hedda"))


def test_a_revoked_waiver_lets_nothing_pass(probe, staff):
    waivers.revoke_waiver(granted(staff), actor=actor("ben"))
    decision = ask(probe, staff["ben"], "900")
    with pytest.raises(NotAllowed):
        deciding.decide(decision.pk, outcome="approve", actor=actor("hedda"))


def test_a_role_is_not_given_against_a_control(staff):
    buyer = Role.objects.get(key="buyer")
    with pytest.raises(NotAllowed) as refused:
        roles.assign_role(staff["hedda"], buyer, actor=actor("olga"))
    assert "“Who bakes does not buy”" in refused.value.sentence
    assert not RoleAssignment.objects.filter(person=staff["hedda"], role=buyer).exists()
    row = ControlResult.objects.get()
    assert (row.at, row.place, row.subject_ref) == ("assignment", "buyer", staff["hedda"].ref)
    assert row.person == staff["olga"]

    roles.assign_role(staff["ben"], buyer, actor=actor("olga"))
    waiver = granted(staff, "bakers-buy-not")
    roles.assign_role(staff["hedda"], buyer, actor=actor("olga"))
    ((chain, _, data),) = events("waiver.used")
    assert (chain, data["waiver"]) == (f"person/{staff['hedda'].pk}", waiver.ref)
    assert data["decision"] is None


def test_a_version_is_not_published_against_a_control_of_the_one_in_force(staff, published):
    files = watched.model(2, kind="as_is")
    later = apply_files(files, actor=SYSTEM, publish=False)
    version = getattr(later, "version", later)
    with pytest.raises(NotAllowed) as refused:
        publishing.publish(version.pk, actor=actor("olga"))
    assert "“A new model says what is new”" in refused.value.sentence
    version.refresh_from_db()
    assert version.state == "draft"
    assert ControlResult.objects.get().subject_ref == version.code
    version.release_note = "Controls."
    version.save(update_fields=["release_note"])
    assert publishing.publish(version.pk, actor=actor("olga")).state == "published"


def test_refused_again_is_on_record_again_and_writing_twice_writes_once(probe, staff):
    decision = ask(probe, staff["ben"], "900")
    for _ in range(2):
        with pytest.raises(NotAllowed):
            deciding.decide(decision.pk, outcome="approve", actor=actor("hedda"))
    assert ControlResult.objects.count() == len(events("control.refused")) == 2


def test_within_a_wider_scope_it_is_written_when_that_ends(probe, staff):
    decision = ask(probe, staff["ben"], "900")
    with aftermath.scope():
        with pytest.raises(NotAllowed), transaction.atomic():
            deciding.decide(decision.pk, outcome="approve", actor=actor("hedda"))
        assert not ControlResult.objects.exists()
    assert ControlResult.objects.count() == 1


def test_a_result_stays_as_it_was_written(probe, staff, published):
    decision = ask(probe, staff["ben"], "900")
    with pytest.raises(NotAllowed):
        deciding.decide(decision.pk, outcome="approve", actor=actor("hedda"))
    rows = ControlResult.objects.all()
    for change in (lambda: rows.update(attempt=uuid4()), rows.delete):
        with pytest.raises(InternalError), transaction.atomic():
            change()


def test_deciding_on_a_waiver_is_watched_and_never_waived(staff):
    waiver = watched.asked(staff, "ben", "four-eyes", "policy")
    with pytest.raises(NotAllowed) as refused:
        deciding.decide(waiver.decision_id, outcome="approve", actor=actor("olga"))
    assert "Waivers are decided with a reason" in refused.value.sentence
    assert refused.value.extra["ask"] == ""
    deciding.decide(waiver.decision_id, outcome="approve", rationale="Yes.", actor=actor("olga"))
    other = watched.asked(staff, "bruno", "said-why", "policy")
    with pytest.raises(NotAllowed):
        deciding.decide(other.decision_id, outcome="approve", actor=actor("olga"))


def test_a_person_may_hold_what_no_control_watches(staff):
    head = Role.objects.get(key="head-baker")
    roles.assign_role(staff["bruno"], head, actor=actor("olga"), until=NOW + timedelta(days=9))
    assert Person.objects.get(key="bruno").assignments.count() == 2
