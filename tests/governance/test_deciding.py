from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.db.models import ProtectedError
from django.db.utils import InternalError
from django.test.utils import CaptureQueriesContext

from esm.accounts.models import User
from esm.common import clock
from esm.common.errors import Conflict, Invalid, InvalidState, NotAllowed, NotFound
from esm.events.actors import SYSTEM, Actor
from esm.events.models import Event, EventPrivate
from governance.locks import lock_version
from governance.models import Decision, Role, RoleAssignment
from governance.selectors import decisions
from governance.services import deciding, people, reassigning, roles
from governance.services.drafting import apply_files
from tests.governance import small
from tests.governance.conftest import DAY, NOW, Probe, actor, ask

pytestmark = pytest.mark.django_db


def events(kind: str) -> list[dict]:
    return list(Event.objects.filter(type=kind).order_by("seq").values_list("data", flat=True))


def test_the_band_finds_the_role_and_the_trace_says_how(probe, staff):
    decision = ask(probe, staff["ben"], "999.99")
    assert decision.decider == staff["hedda"]
    assert (decision.right_key, decision.role_key) == ("accept-middle", "head-baker")
    assert (decision.band_min, decision.band_max) == (Decimal(100), Decimal(1000))
    assert [(step["code"], step["text"]) for step in decision.trace] == [
        ("version", "The rules of OM-1 apply."),
        ("question", "B01 Accept this order?: EUR 999.99."),
        ("band", "Band from 100 to below 1,000 EUR: Head baker decides."),
        ("decider", "Hedda Hult decides as Head baker."),
    ]
    assert events("decision.opened") == [
        {
            "decision": 1,
            "type": "accept-order",
            "visit": 2,
            "amount": "999.99",
            "currency": "EUR",
            "right": "accept-middle",
            "band_min": "100",
            "band_max": "1000",
            "role": "head-baker",
            "decider": staff["hedda"].ref,
            "due_at": "2026-03-03T10:00:00.000000Z",
            "latency_s": 28800,
            "calendar": "weekdays",
            "version": "OM-1",
        }
    ]


@pytest.mark.parametrize(
    ("amount", "role"),
    [
        ("99.99", "buyer"),
        ("100", "head-baker"),
        ("999.99", "head-baker"),
        ("1000", "owner"),
    ],
)
def test_bands_are_half_open(probe, staff, amount, role):
    assert ask(probe, staff["ben"], amount).role_key == role


def test_the_requester_never_decides_and_the_next_band_does(probe, staff):
    decision = ask(probe, staff["hedda"])
    assert (decision.role_key, decision.decider) == ("owner", staff["olga"])
    assert "Hedda Hult asked for it and may not decide it." in [
        step["text"] for step in decision.trace
    ]
    with pytest.raises(NotAllowed, match="You asked for this yourself"):
        deciding.decide(decision.pk, outcome="approve", actor=actor("hedda"))
    behalf = Actor(
        kind="person",
        ref=staff["olga"].ref,
        person_id=staff["olga"].pk,
        on_behalf_of=staff["hedda"].ref,
    )
    with pytest.raises(NotAllowed, match="You act for the person who asked"):
        deciding.decide(decision.pk, outcome="approve", actor=behalf)
    decision.refresh_from_db()
    assert decision.state == "open"
    assert probe.moved == []


def test_a_vacant_role_gives_the_decision_to_the_next_band(probe, staff):
    RoleAssignment.objects.filter(role__key="head-baker").delete()
    assert ask(probe, staff["ben"]).decider == staff["olga"]


def test_deciding_moves_the_subject_and_is_final(probe, staff):
    decision = ask(probe, staff["ben"])
    with clock.frozen(NOW + DAY):
        done = deciding.decide(
            decision.pk, outcome="approve", rationale=" Good bread. ", actor=actor("hedda")
        )
    assert (done.state, done.outcome, done.rationale) == ("decided", "approve", "Good bread.")
    assert (done.decided_by, done.decided_at) == (staff["hedda"], NOW + DAY)
    assert probe.moved == [("approve", "head-baker")]
    event = Event.objects.get(type="decision.decided")
    assert event.data == {
        "decision": 1,
        "outcome": "approve",
        "role": "head-baker",
        "right": "accept-middle",
        "decider": staff["hedda"].ref,
    }
    assert (event.actor, event.role) == (staff["hedda"].ref, "head-baker")
    assert EventPrivate.objects.get(event_id=event.pk).content == {"rationale": "Good bread."}
    with pytest.raises(InvalidState, match="decided already: approved"):
        deciding.decide(decision.pk, outcome="decline", rationale="No", actor=actor("hedda"))
    with pytest.raises(InternalError), transaction.atomic():
        Decision.objects.filter(pk=decision.pk).update(outcome="decline")
    with pytest.raises(ProtectedError), transaction.atomic():
        Decision.objects.filter(pk=decision.pk).delete()
    with pytest.raises(InternalError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM governance_decision WHERE id = %s", [decision.pk])


def unchanged(decision: Decision, probe: Probe) -> bool:
    decision.refresh_from_db()
    none = not Event.objects.filter(type="decision.decided").exists()
    return decision.state == "open" and probe.moved == [] and none


def test_refusals_change_nothing(probe, staff):
    decision = ask(probe, staff["ben"])
    with pytest.raises(NotAllowed, match="Hedda Hult decides this, as Head baker; you do not"):
        deciding.decide(decision.pk, outcome="approve", actor=actor("olga"))
    with pytest.raises(NotAllowed, match="Only a person decides"):
        deciding.decide(decision.pk, outcome="approve", actor=actor("till"))
    with pytest.raises(NotAllowed):
        deciding.decide(decision.pk, outcome="approve", actor=SYSTEM)
    for outcome in ("decline", "refer_back"):
        with pytest.raises(Invalid, match="Say w") as refused:
            deciding.decide(decision.pk, outcome=outcome, rationale="  ", actor=actor("hedda"))
        assert list(refused.value.errors) == ["rationale"]
    with pytest.raises(Invalid, match="Choose one of the outcomes"):
        deciding.decide(decision.pk, outcome="maybe", actor=actor("hedda"))
    with pytest.raises(NotFound):
        deciding.decide(decision.pk + 1, outcome="approve", actor=actor("hedda"))
    probe.content["data"] = {"guests": "900"}
    with pytest.raises(Conflict, match="has changed meanwhile"):
        deciding.decide(decision.pk, outcome="approve", actor=actor("hedda"))
    assert unchanged(decision, probe)


def test_a_subject_that_cannot_move_leaves_the_decision_open(probe, staff):
    decision = ask(probe, staff["ben"])
    probe.fail = True
    with pytest.raises(RuntimeError):
        deciding.decide(decision.pk, outcome="approve", actor=actor("hedda"))
    probe.moved.clear()
    assert unchanged(decision, probe)


def test_whoever_holds_the_role_when_it_is_decided_decides(probe, staff):
    decision = ask(probe, staff["ben"])
    later = NOW + DAY
    held = RoleAssignment.objects.get(role__key="head-baker")
    roles.end_assignment(held, at=NOW + timedelta(hours=1), actor=SYSTEM)
    baker = Role.objects.get(key="head-baker")
    roles.assign_role(staff["bruno"], baker, since=NOW + timedelta(hours=1), actor=SYSTEM)
    with clock.frozen(later):
        with pytest.raises(NotAllowed, match="Bruno Balt decides this"):
            deciding.decide(decision.pk, outcome="approve", actor=actor("hedda"))
        assert unchanged(decision, probe)
        done = deciding.decide(decision.pk, outcome="approve", actor=actor("bruno"))
    assert (done.decider, done.decided_by) == (staff["bruno"], staff["bruno"])


def test_the_stand_in_decides_for_somebody_away_and_only_then(probe, staff):
    decision = ask(probe, staff["bruno"])
    away = NOW + timedelta(days=8)
    with clock.frozen(away):
        with pytest.raises(NotAllowed, match="Ben Bask decides this"):
            deciding.decide(decision.pk, outcome="approve", actor=actor("hedda"))
        assert reassigning.sweep_reassign() == [decision]
        decision.refresh_from_db()
        assert (decision.decider, decision.stands_in_for) == (staff["ben"], staff["hedda"])
        assert reassigning.sweep_reassign() == []
    with clock.frozen(NOW + timedelta(days=20)):
        assert [d.decider for d in reassigning.sweep_reassign()] == [staff["hedda"]]
    with clock.frozen(away):
        done = deciding.decide(decision.pk, outcome="decline", rationale="Full", actor=actor("ben"))
    assert (done.decided_by, done.stands_in_for) == (staff["ben"], staff["hedda"])
    event = Event.objects.get(type="decision.decided")
    assert (event.actor, event.on_behalf_of) == (staff["ben"].ref, staff["hedda"].ref)
    assert [data["decider"] for data in events("decision.reassigned")] == [
        staff["ben"].ref,
        staff["hedda"].ref,
    ]


def test_rules_stay_those_of_the_pinned_version(probe, staff):
    first = ask(probe, staff["ben"], "600")
    content = small.specs()
    content[("DecisionRight", "accept-middle")]["max"] = "500"
    content[("DecisionRight", "accept-large")]["min"] = "500"
    second = apply_files(small.model(2, content), actor=SYSTEM, publish=True).version
    later = ask(probe, staff["ben"], "600")
    new = ask(probe, staff["ben"], "600", version=second)
    assert [d.role_key for d in (first, later, new)] == ["head-baker", "head-baker", "owner"]
    done = deciding.decide(first.pk, outcome="approve", actor=actor("hedda"))
    assert done.role_key == "head-baker"


def test_split_purchases_are_added_up(probe, staff):
    content = small.specs()
    content[("DecisionType", "accept-order")]["split_days"] = 30
    version = apply_files(small.model(2, content), actor=SYSTEM, publish=True).version
    assert ask(probe, staff["ben"], "60", version=version).role_key == "buyer"
    split = ask(probe, staff["ben"], "60", version=version)
    assert split.role_key == "head-baker"
    assert (
        "The same person asked for 60.00 more within 30 days; together 120.00 decide the band."
        in [step["text"] for step in split.trace]
    )
    assert ask(probe, staff["olga"], "60", version=version).role_key == "buyer"
    with clock.frozen(NOW + timedelta(days=31)):
        assert ask(probe, staff["ben"], "60", version=version).role_key == "buyer"
    done = deciding.decide(split.pk, outcome="approve", actor=actor("hedda"))
    assert done.role_key == "head-baker"


def test_an_amount_in_another_currency_goes_to_the_last_resort(probe, staff):
    decision = ask(probe, staff["ben"], "60", currency="USD")
    assert (decision.role_key, decision.decider) == ("owner", staff["olga"])
    assert [step["code"] for step in decision.trace[1:3]] == ["question", "no_rate"]
    assert decision.trace[2]["text"] == (
        "No rate from USD to EUR is stored for 2026-03-02. Without a rate no band is chosen."
    )


def test_nobody_left_is_said(probe, staff):
    RoleAssignment.objects.all().delete()
    decision = ask(probe, staff["ben"])
    assert decision.decider is None
    assert decision.trace[-1]["text"] == "Nobody is left who may decide."
    roles.assign_role(staff["bruno"], Role.objects.get(key="owner"), actor=SYSTEM)
    assert [d.decider for d in reassigning.sweep_reassign()] == [staff["bruno"]]


def test_events_go_to_who_records_them(probe, staff):
    heard: list[object] = []
    decision = ask(probe, staff["ben"], emit=heard.append)
    assert [type(event).__name__ for event in heard] == ["DecisionOpened"]
    assert events("decision.opened") == []
    with transaction.atomic():
        parent = lock_version(probe.version.pk)
        count = reassigning.void_open(parent=parent, subject_kind="probe", emit=heard.append)
    assert count == 1
    decision.refresh_from_db()
    assert decision.state == "void"
    with pytest.raises(InvalidState, match="no longer needed"):
        deciding.decide(decision.pk, outcome="approve", actor=actor("hedda"))


def test_the_inbox_is_ordered_by_what_ends_first(probe, staff):
    late = ask(probe, staff["ben"], due_at=NOW + 2 * DAY)
    soon = ask(probe, staff["ben"], due_at=NOW + DAY)
    ask(probe, staff["ben"], "5000")
    assert list(decisions.inbox(staff["hedda"])) == [soon, late]
    assert decisions.waiting(staff["hedda"]).count() == 2
    deciding.decide(soon.pk, outcome="approve", actor=actor("hedda"))
    assert list(decisions.inbox(staff["hedda"])) == [late]
    assert list(decisions.decided_by(staff["hedda"])) == [soon]
    with CaptureQueriesContext(connection) as queries:
        rows = decisions.rows_of(list(decisions.inbox(staff["hedda"])))
    assert len(queries) == 1
    assert [(r.name, r.verb, r.subject.title) for r in rows] == [
        ("B01 Accept this order?", "Accept", "Feast")
    ]


def test_past_decisions_of_the_band_are_compared(probe, staff):
    done = [ask(probe, staff["ben"], amount) for amount in ("100", "200", "300", "999", "500")]
    for hours, decision in enumerate(done, start=1):
        with clock.frozen(NOW + timedelta(hours=hours)):
            outcome = "decline" if hours == 5 else "approve"
            deciding.decide(decision.pk, outcome=outcome, rationale="So", actor=actor("hedda"))
    other = ask(probe, staff["ben"], "50")
    deciding.decide(other.pk, outcome="approve", actor=actor("bruno"))
    new = ask(probe, staff["ben"], "400")
    found = decisions.comparable(new, NOW + DAY)
    assert (found.count, found.approved, found.declined, found.median_s) == (5, 4, 1, 3 * 3600)
    assert not found.too_few
    assert decisions.comparable(new, NOW + timedelta(days=91)).count == 0


def test_who_may_see_a_decision(probe, staff):
    decision = ask(probe, staff["bruno"])
    seen = {
        name: list(decisions.visible_to(User.objects.get(username=name)))
        for name in ("olga", "bruno", "hedda", "ben", "till")
    }
    # Olga is a steward, Ben an auditor, Bruno asked, Hedda decides.
    assert seen == {
        "olga": [decision],
        "bruno": [decision],
        "hedda": [decision],
        "ben": [decision],
        "till": [],
    }
    other = ask(probe, staff["ben"])
    assert list(decisions.visible_to(User.objects.get(username="bruno"))) == [decision]
    assert set(decisions.visible_to(User.objects.get(username="hedda"))) == {decision, other}


def test_detail_says_why_it_is_whose(probe, staff):
    decision = ask(probe, staff["bruno"])
    mine = decisions.decision_detail(decision, staff["hedda"])
    assert (mine.may_decide, mine.why_not, mine.role_name) == (True, "", "Head baker")
    asked = decisions.decision_detail(decision, staff["bruno"])
    assert asked.why_not == "You asked for this yourself, so somebody else decides."
    read = decisions.decision_detail(decision, staff["olga"])
    assert read.why_not == "Hedda Hult decides this; you can read along."


def test_who_decides_explains_without_a_case(staff, published):
    found = decisions.who_decides(
        published, "accept-order", amount=Decimal("100"), requester=staff["bruno"]
    )
    assert found is not None
    assert (found.decider, found.role_name) == (staff["hedda"], "Head baker")
    assert decisions.who_decides(published, "unknown") is None
    assert not Decision.objects.exists()


def test_an_absence_recorded_today_counts_today(probe, staff):
    decision = ask(probe, staff["bruno"])
    people.record_absence(
        staff["hedda"], since=NOW, until=NOW + DAY, stand_in=staff["ben"], actor=SYSTEM
    )
    done = deciding.decide(decision.pk, outcome="approve", actor=actor("ben"))
    assert done.stands_in_for == staff["hedda"]


def test_deciding_costs_few_queries(probe, staff):
    decision = ask(probe, staff["ben"])
    acting = actor("hedda")
    with CaptureQueriesContext(connection) as queries:
        deciding.decide(decision.pk, outcome="approve", actor=acting)
    # Savepoints of the test's transaction included.
    assert len(queries) == 11
