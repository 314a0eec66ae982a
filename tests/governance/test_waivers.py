"""Waivers: asked for, decided by somebody else, active at once, over in time; pages and API."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.db.utils import InternalError

from esm.accounts.models import User
from esm.common import clock, invariants
from esm.common.errors import Conflict, Invalid, InvalidState, NotAllowed
from esm.events.actors import SYSTEM
from esm.events.models import Event
from esm.events.services import dispatch
from esm.notices.models import Notice
from governance.models import ControlResult, Decision, Person, Waiver
from governance.selectors import waivers as seen
from governance.selectors.plans import findings_of
from governance.selectors.versions import blueprint
from governance.services import deciding, waivers
from governance.services.drafting import apply_files
from governance.services.people_file import apply_people
from tests.governance import small, watched
from tests.governance.conftest import NOW, PEOPLE, WEEK_ONE, actor, ask
from tests.governance.watched import asked, wish

pytestmark = pytest.mark.django_db


@pytest.fixture
def published(db, now):
    return watched.build()


def decide(waiver, who="olga", outcome="approve", **said):
    said = {"rationale": "Looked at."} | said
    deciding.decide(waiver.decision_id, outcome=outcome, actor=actor(who), **said)
    return Waiver.objects.get(pk=waiver.pk)


def told():
    dispatch.drain()
    rows = Notice.objects.filter(kind__startswith="waiver.").order_by("pk")
    names = dict(Person.objects.values_list("pk", "key"))
    return [(names[row.person_id], row.kind, row.title) for row in rows]


def types():
    return list(Event.objects.filter(chain__startswith="waiver/").values_list("type", flat=True))


def test_asked_for_it_waits_for_the_decision_of_somebody_else(staff):
    waiver = asked(staff)
    decision = Decision.objects.get(pk=waiver.decision_id)
    assert (waiver.state, waiver.severity, waiver.name) == (
        "requested", "error", "Big orders name their conditions",
    )  # fmt: skip
    assert (decision.subject_kind, decision.subject_id, decision.subject_ref) == (
        "waiver", waiver.pk, waiver.ref,
    )  # fmt: skip
    assert (decision.type_key, decision.decider) == ("grant-waiver", staff["olga"])
    assert types() == ["decision.opened", "waiver.requested"]
    assert asked(staff, "ben", "bakers-buy-not").decision.decider == staff["hedda"]


def test_a_yes_makes_it_active_in_the_same_transaction(staff):
    waiver = decide(asked(staff))
    assert (waiver.state, waiver.activated_at, waiver.ended_at) == ("active", NOW, None)
    assert types()[2:] == ["decision.decided", "waiver.activated"]
    assert seen.active_count() == 1


def test_a_no_and_a_reference_back_end_it(staff):
    declined = decide(asked(staff), outcome="decline")
    back = decide(asked(staff), outcome="refer_back")
    assert [w.state for w in (declined, back)] == ["declined", "declined"]
    assert seen.active_count() == 0
    again = decide(asked(staff))
    assert again.state == "active"


def test_nobody_grants_their_own(staff):
    mine = asked(staff, "olga")
    assert Decision.objects.get(pk=mine.decision_id).decider_id != staff["olga"].pk
    with pytest.raises(NotAllowed):
        deciding.decide(mine.decision_id, outcome="approve", rationale="Me.", actor=actor("olga"))
    mine.refresh_from_db()
    assert (mine.state, mine.decision.state) == ("requested", "open")


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"key": "nothing"}, "what"),
        ({"of": "team"}, "what"),
        ({"key": "waivers-have-reasons"}, "what"),
        ({"key": "granting", "of": "policy"}, "what"),
        ({"reason": "  "}, "reason"),
        ({"risk": ""}, "risk"),
        ({"compensation": ""}, "compensation"),
        ({"reason": "x" * 2001}, "reason"),
        ({"scope_kind": "department", "scope_key": "moon"}, "scope"),
        ({"scope_kind": "site", "scope_key": "x"}, "scope"),
        ({"scope_kind": "service"}, "scope"),
        ({"days": 91}, "until"),
        ({"days": 0}, "until"),
        ({"until": None}, "until"),
        ({"key": "bakers-buy-not", "days": 181}, "until"),
    ],
)
def test_what_cannot_be_asked_for(staff, changed, field):
    with pytest.raises(Invalid) as refused:
        asked(staff, "ben", **changed)
    assert list(refused.value.errors) == [field]
    assert not Waiver.objects.exists()
    assert not Decision.objects.exists()


def test_the_same_is_waived_once(staff):
    first = asked(staff)
    with pytest.raises(Conflict, match=first.ref):
        asked(staff, "bruno")
    narrow = asked(staff, "bruno", scope_kind="service", scope_key="big-order")
    decide(first)
    decide(narrow)
    with pytest.raises(Conflict, match="is waived already"):
        asked(staff, "bruno")


def test_only_a_person_asks_in_their_own_name(staff):
    for by in (SYSTEM, actor("olga")):
        with pytest.raises(NotAllowed):
            waivers.ask_waiver(staff["ben"], wish(), actor=by)
    assert not Waiver.objects.exists()


def test_a_model_without_such_a_type_says_so(db, now):
    apply_files(small.model(), actor=SYSTEM, publish=True)
    apply_people(PEOPLE, actor=SYSTEM, week_one=WEEK_ONE)
    ben = Person.objects.get(key="ben")
    with pytest.raises(InvalidState, match="no type of decision about waivers"):
        waivers.ask_waiver(ben, wish(), actor=actor("ben"))


def test_a_finding_of_the_model_is_waived_and_shown_as_such(staff, client, published):
    (finding,) = [f for f in findings_of(blueprint(published)) if f.rule == "GOV21"]
    waiver = decide(asked(staff, "ben", finding.fingerprint, "finding"))
    assert (waiver.severity, waiver.name) == ("blocker", finding.sentence)
    client.force_login(User.objects.get(username="ben"))
    page = client.get("/model/").content.decode()
    assert f'href="/waivers/{waiver.pk}/"' in page


def test_it_ends_by_the_sweep_once(staff):
    waiver = decide(asked(staff))
    with clock.frozen(waiver.expires_at - timedelta(seconds=1)):
        waivers.sweep_waivers()
        assert Waiver.objects.get().state == "active"
    with clock.frozen(waiver.expires_at):
        assert Waiver.objects.get().standing(clock.now()) == "expired"
        assert seen.active_count() == 0
        assert (waivers.sweep_waivers(), waivers.sweep_waivers()) == (1, 0)
    waiver.refresh_from_db()
    assert (waiver.state, waiver.ended_at) == ("expired", waiver.expires_at)
    assert types()[-1] == "waiver.ended"


def test_what_nobody_decided_ends_too_and_waits_for_nobody(staff):
    waiver = asked(staff)
    with clock.frozen(waiver.expires_at):
        with pytest.raises(InvalidState, match="last day has passed"):
            deciding.decide(
                waiver.decision_id, outcome="approve", rationale="Late.", actor=actor("olga")
            )
        assert waivers.sweep_waivers() == 1
    waiver.refresh_from_db()
    assert (waiver.state, waiver.decision.state) == ("expired", "void")


def test_who_asked_who_granted_and_administrators_take_it_back(staff):
    for who in ("ben", "olga"):
        waiver = decide(asked(staff))
        with pytest.raises(NotAllowed):
            waivers.revoke_waiver(waiver, actor=actor("bruno"))
        waivers.revoke_waiver(waiver, reason="Done.", actor=actor(who))
        waiver.refresh_from_db()
        assert waiver.state == "revoked"
        with pytest.raises(InvalidState):
            waivers.revoke_waiver(waiver, actor=actor(who))


def test_asked_for_no_longer_nobody_decides(staff):
    waiver = waivers.revoke_waiver(asked(staff), actor=actor("ben"))
    waiver.refresh_from_db()
    assert (waiver.state, Decision.objects.get().state) == ("revoked", "void")


def test_who_is_told(staff):
    waiver = asked(staff)
    name = "Big orders name their conditions"
    assert told() == [("olga", "waiver.requested", f"Ben Bask asks for a waiver: {name}")]
    decide(waiver)
    assert told()[1:] == [("ben", "waiver.changed", f"Your waiver was granted: {name}")]
    with clock.frozen(waiver.expires_at - timedelta(days=6)):
        assert (waivers.sweep_waivers(), waivers.sweep_waivers()) == (1, 0)
        ends = f"A waiver ends on 01 Apr 2026: {name}"
        assert sorted(told()[2:]) == [
            ("ben", "waiver.ending", ends),
            ("olga", "waiver.ending", ends),
        ]
    with clock.frozen(waiver.expires_at):
        waivers.sweep_waivers()
        assert told()[4:] == [
            ("ben", "waiver.changed", f"The waiver has ended, the rule holds again: {name}")
        ]


@pytest.mark.parametrize(
    "change",
    [
        {"state": "active", "activated_at": NOW},
        {"state": "approved"},
        {"reason": "Another."},
        {"expires_at": NOW + timedelta(days=80)},
    ],
)
def test_rows_cannot_be_made_to_say_something_else(staff, change):
    waiver = asked(staff)
    with pytest.raises((InternalError, IntegrityError)), transaction.atomic():
        Waiver.objects.filter(pk=waiver.pk).update(**change)
    with pytest.raises(InternalError), transaction.atomic():
        Waiver.objects.filter(pk=waiver.pk).delete()


def test_what_ended_never_comes_back(staff):
    waiver = decide(asked(staff), outcome="decline")
    for state in ("requested", "approved", "active"):
        with pytest.raises((InternalError, IntegrityError)), transaction.atomic():
            Waiver.objects.filter(pk=waiver.pk).update(state=state, ended_at=None)


def test_invariants_see_what_triggers_would_not_let_in(staff):
    decide(asked(staff))
    known = {one.key: one for one in invariants.invariants()}
    assert [invariants.violations(known[key]) for key in ("W1", "W2")] == [[], []]
    Waiver.objects.update(decision=None, state="revoked", ended_at=NOW)
    assert invariants.violations(known["W1"]) == []


def page(client, who, url, status=200):
    client.force_login(User.objects.get(username=who))
    answer = client.get(url)
    assert answer.status_code == status, answer.content
    return answer.content.decode()


def test_pages_show_who_may_see_it(staff, client):
    waiver = asked(staff)
    one = f"/waivers/{waiver.pk}/"
    for who in ("ben", "olga"):
        assert "The oven is new." in page(client, who, one)
        assert waiver.ref in page(client, who, "/waivers/")
    page(client, "bruno", one, 404)
    assert waiver.ref not in page(client, "bruno", "/waivers/")
    assert "nothing is waived" in page(client, "bruno", "/waivers/")
    decide(waiver)
    assert "<b>1</b> rule is not kept for now." in page(client, "bruno", "/waivers/")
    shown = page(client, "ben", one)
    assert "Olga Ostro: approved" in shown
    assert "Looked at." in shown
    assert "Take it back" in shown


def test_asking_by_page_keeps_what_was_typed(staff, client):
    client.force_login(User.objects.get(username="bruno"))
    sent = {
        "what": "control:big-orders",
        "scope": "",
        "reason": "New oven.",
        "risk": "",
        "compensation": "Olga looks.",
        "until": "2026-03-20",
    }
    refused = client.post("/waivers/new/", sent)
    assert refused.status_code == 400
    assert "Say what may go wrong meanwhile." in refused.content.decode()
    assert "New oven." in refused.content.decode()
    done = client.post("/waivers/new/", sent | {"risk": "Burnt bread."})
    assert (done.status_code, done["Location"]) == (302, "/waivers/")
    row = Waiver.objects.get()
    assert (row.requested_by, row.risk) == (staff["bruno"], "Burnt bread.")
    client.post(f"/waivers/{row.pk}/end/", {"reason": "Never mind."})
    row.refresh_from_db()
    assert row.state == "revoked"


def test_a_refused_attempt_and_a_waived_one_stand_on_the_page_of_controls(probe, staff, client):
    decision = ask(probe, staff["bruno"], "900")
    with pytest.raises(NotAllowed):
        deciding.decide(decision.pk, outcome="approve", actor=actor("hedda"))
    waiver = decide(asked(staff))
    deciding.decide(decision.pk, outcome="approve", actor=actor("hedda"))
    shown = page(client, "ben", "/controls/")
    assert "Big orders name their conditions" in shown
    assert "Refused" in shown
    assert waiver.ref in shown
    plain = page(client, "bruno", "/controls/")
    assert "Big orders name their conditions" in plain
    assert waiver.ref not in plain
    assert "What passed under it" in page(client, "ben", f"/waivers/{waiver.pk}/")


def test_a_refusal_by_page_names_the_clause_and_is_on_record(probe, staff, client):
    decision = ask(probe, staff["bruno"], "900")
    client.force_login(User.objects.get(username="hedda"))
    answer = client.post(f"/decisions/{decision.pk}/decide/", {"outcome": "approve"})
    assert answer.status_code == 403
    assert "Big orders name their conditions" in answer.content.decode()
    assert ControlResult.objects.get().subject_ref == "X-1"
