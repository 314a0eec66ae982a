"""A version on its way: put to people, answered, objected to, signed, decided, published."""

from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from esm.common import clock
from esm.common.errors import Conflict, Hindered, Invalid, InvalidState, NotAllowed, NotFound
from esm.events.actors import SYSTEM
from esm.events.selectors.chains import events_of
from governance.blueprint.consent import Answered
from governance.models import (
    Absence,
    Acknowledgement,
    ConsentAnswer,
    ConsentRound,
    Decision,
    ModelVersion,
)
from governance.services import (
    acknowledging,
    agreeing,
    consenting,
    deciding,
    proposing,
    publishing,
    restoring,
    signing,
    submitting,
    taking_effect,
)
from governance.services.drafting import apply_files
from tests.governance import agreed, small
from tests.governance.agreed import (
    everybody,
    fresh,
    kinds,
    objected,
    says,
    sound,
    through,
    told,
    types,
)
from tests.governance.conftest import NOW, actor
from tests.snapshots import once
from tests.support import forget

pytestmark = pytest.mark.django_db
HARMS = Answered(harm=True, caused=True, known_now=True, own_role=True, breaks_rule=False)
DAY = timedelta(days=1)


@pytest.fixture
def published(db, now):
    once("agreed bakery", agreed.build)
    forget()
    return ModelVersion.objects.get()


@pytest.fixture
def review(staff):
    """The change in review."""
    version = agreed.draft()
    submitting.submit(version, actor=actor("olga"))
    return version


def test_a_draft_is_put_to_those_whom_it_changes_and_who_must_agree(staff):
    version = agreed.draft()
    consent = submitting.submit(version, actor=actor("olga"))
    assert fresh(version).state == "in_review"
    asked = {row.person.key: (row.part, row.roles) for row in consent.answers.all()}
    assert asked["hedda"] == ("agree", ["head-baker"])
    assert asked["bruno"][0] == "affected"
    # Five working days after Monday the second: the end of Monday the ninth in Lisbon.
    assert consent.deadline == datetime(2026, 3, 10, tzinfo=UTC)
    assert not consent.silence_consents
    assert types(version)[-1] == "model.submitted"
    assert ("bruno", "OM-2 Bakery 2: what changes for you, and do you consent?") in told(
        "consent.asked"
    )
    with pytest.raises(Conflict, match="in review and cannot change"):
        apply_files(small.model(2, agreed.specs(), based_on=1), actor=SYSTEM)
    assert sound() == []


def test_what_keeps_a_draft_from_being_put_to_people_is_said_at_once(staff, published):
    same = agreed.draft(agreed.specs())
    assert kinds(same, "submit") == ["unchanged"]
    with pytest.raises(Hindered, match="exactly what is in force") as refused:
        submitting.submit(same, actor=actor("olga"))
    assert refused.value.extra["hindrances"][0]["clearers"] == [
        {"role": "Steward", "names": ["Olga Ostro"]}
    ]
    broken = agreed.changed()
    del broken["DecisionRight", "accept-middle"]
    worse = agreed.draft(broken, 3)
    assert "blocker" in kinds(worse, "submit") or "error" in kinds(worse, "submit")
    with pytest.raises(NotAllowed, match="Only a steward puts"):
        submitting.submit(agreed.draft(number=4), actor=actor("bruno"))
    with pytest.raises(Invalid, match="5 working days"):
        submitting.submit(agreed.draft(number=4), deadline=NOW + 3 * DAY, actor=actor("olga"))
    assert not ConsentRound.objects.exists()


def test_nobody_can_agree_where_the_model_does_not_say_who(db, now):
    apply_files(small.model(), actor=SYSTEM, publish=True)
    version = agreed.draft(agreed.changed())
    assert kinds(version, "submit") == ["no-decision-type"]


def test_a_draft_that_fell_behind_is_brought_up_first_but_one_that_brings_back_is_not(
    staff, published
):
    behind = agreed.draft()
    other = agreed.specs()
    other["Team", "bakers"]["wip_limit"] = 9
    newer = agreed.draft(other, 3)
    publishing.publish(newer, actor=SYSTEM, without_consent=True)
    assert kinds(behind, "submit") == ["outdated"]
    back = restoring.restore(fresh(published), reason="It went better.", actor=actor("olga"))
    assert (back.based_on_id, back.restores_id, back.code) == (newer.pk, published.pk, "OM-4")
    assert kinds(back, "submit") == []
    with pytest.raises(Hindered, match="It began from OM-1, and OM-3 is in force by now"):
        publishing.publish(behind, actor=actor("olga"), without_consent=True, reason="Haste.")


def test_answers_are_given_changed_and_taken_back_by_whom_they_are(review, staff):
    says(review, "bruno", "concern", "It takes long.")
    row = says(review, "bruno")
    assert (row.answer, row.text) == ("no_objection", "")
    consenting.withdraw_answer(review, staff["bruno"], actor=actor("bruno"))
    row.refresh_from_db()
    assert (row.answer, row.answered_at) == ("", None)
    with pytest.raises(NotAllowed, match="Only who was asked"):
        says(review, "bruno", by="olga")
    with pytest.raises(Invalid, match="what harm"):
        says(review, "bruno", "objection", " ")
    with pytest.raises(Invalid, match="Choose one of the answers"):
        says(review, "bruno", "maybe")
    assert types(review)[-3:] == ["model.consent_answered"] * 3


def test_who_is_away_is_stood_in_for_where_they_must_agree(review, staff):
    Absence.objects.all().delete()
    Absence.objects.create(
        person=staff["hedda"], stand_in=staff["ben"], valid=(NOW - DAY, NOW + 30 * DAY)
    )
    row = says(review, "hedda", by="ben")
    assert (row.person_id, row.answered_by_id) == (staff["hedda"].pk, staff["ben"].pk)


def test_a_round_goes_on_while_somebody_may_answer_and_waits_for_who_must(review, staff):
    assert kinds(review, "agree") == ["unanswered", "deadline"]
    says(review, "hedda")
    assert kinds(review, "agree") == ["deadline"]
    with clock.frozen(NOW + 9 * DAY):
        assert kinds(review, "agree") == []
    everybody(review)
    assert kinds(review, "agree") == []


def test_silence_is_no_consent_unless_the_policy_says_so(review, staff):
    Absence.objects.all().delete()
    with clock.frozen(NOW + 9 * DAY):
        assert kinds(review, "agree") == ["unanswered"]
        with pytest.raises(Hindered) as refused:
            agreeing.end_round(review, actor=actor("olga"))
    assert refused.value.extra["lines"] == [
        "Hedda Hult must agree and has not answered. Who can clear it: Head baker (Hedda Hult)."
    ]


@pytest.fixture
def lenient(staff, published):
    """A policy that takes silence as consent, in force."""
    content = agreed.specs(silence_consents=True)
    publishing.publish(agreed.draft(content, 2), actor=SYSTEM, without_consent=True)
    version = agreed.draft(agreed.changed(silence_consents=True), 3, based_on=2)
    submitting.submit(version, actor=actor("olga"))
    return version


def test_silence_counts_where_the_policy_says_so_and_they_could_be_reached(lenient, staff):
    Absence.objects.all().delete()
    with clock.frozen(NOW + 9 * DAY):
        decision = agreeing.end_round(lenient, actor=actor("olga"))
        row = ConsentAnswer.objects.get(round__version=lenient, person=staff["hedda"])
        assert (row.answer, row.excused) == ("", agreeing.SILENT)
        deciding.decide(decision.pk, outcome="approve", actor=actor("bruno"))
    assert fresh(lenient).state == "agreed"


def test_silence_of_who_was_away_for_all_of_it_says_nothing_and_is_on_record(lenient, staff):
    Absence.objects.all().delete()
    Absence.objects.create(person=staff["hedda"], valid=(NOW - DAY, NOW + 30 * DAY))
    with clock.frozen(NOW + 9 * DAY):
        agreeing.end_round(lenient, actor=actor("olga"))
    row = ConsentAnswer.objects.get(round__version=lenient, person=staff["hedda"])
    assert row.excused == agreeing.AWAY


def test_consent_then_the_decision_then_its_day(review, staff):
    everybody(review)
    decision = agreeing.end_round(review, actor=actor("olga"))
    assert (decision.decider, decision.subject_kind) == (staff["bruno"], "model_version")
    assert ConsentRound.objects.get().reach == "one-stream"
    with pytest.raises(InvalidState, match="The round is over"):
        says(review, "bruno", "objection", "Too late.")
    assert [who for who, _title in told("model.decide")] == ["bruno"]
    deciding.decide(decision.pk, outcome="approve", actor=actor("bruno"))
    version = fresh(review)
    assert (version.state, version.effective_from) == ("agreed", None)
    assert sound() == []
    taking_effect.sweep_effective(NOW + 90 * DAY)
    assert fresh(review).state == "agreed"
    publishing.publish(version, at=NOW + DAY, actor=actor("olga"))
    version = fresh(review)
    assert (version.state, version.effective_from) == ("agreed", NOW + DAY)
    asked = Acknowledgement.objects.filter(version=version)
    assert "bruno" in {row.person.key for row in asked}
    assert "bruno" in {who for who, _title in told("model.read")}
    with clock.frozen(NOW + 2 * DAY):
        taking_effect.sweep_effective()
        assert sound() == []
    version = fresh(review)
    assert (version.state, version.without_consent) == ("published", False)
    assert types(version)[-4:] == [
        "decision.decided", "model.agreed", "model.scheduled", "model.published",
    ]  # fmt: skip


@pytest.mark.parametrize(("outcome", "how"), [("decline", "declined"), ("refer_back", "returned")])
def test_anything_but_a_yes_makes_it_a_draft_again_with_the_reason(review, outcome, how):
    everybody(review)
    decision = agreeing.end_round(review, actor=actor("olga"))
    deciding.decide(decision.pk, outcome=outcome, rationale="Not now.", actor=actor("bruno"))
    consent = ConsentRound.objects.get()
    assert (fresh(review).state, consent.outcome, consent.reason) == ("draft", how, "Not now.")


def test_who_decides_follows_from_how_far_it_reaches(staff, published):
    content = agreed.changed()
    content["DecisionRight", "accept-large"]["min"] = "2000"
    content["DecisionRight", "accept-middle"]["max"] = "2000"
    version = agreed.draft(content)
    submitting.submit(version, actor=actor("olga"))
    everybody(version)
    # Olga asked for it herself, so nobody is left to decide on a right of executives but others.
    decision = agreeing.end_round(version, actor=actor("olga"))
    assert ConsentRound.objects.get().reach == "executive-rights"
    assert decision.decider_id != staff["olga"].pk


def test_a_touched_agreement_is_signed_by_the_leads_of_both_sides(staff, published):
    content = agreed.changed()
    content["HandoffAgreement", "counter-to-bakers"]["respond_s"] = "1 h"
    version = agreed.draft(content)
    submitting.submit(version, actor=actor("olga"))
    everybody(version)
    assert kinds(version, "agree") == ["unsigned", "unsigned"]
    assert {who for who, _title in told("agreement.sign")} == {"bruno", "hedda"}
    with pytest.raises(NotAllowed, match="Only who leads this side signs for it: Buyer"):
        signing.sign(version, staff["hedda"], "counter-to-bakers", "giver", actor=actor("hedda"))
    with pytest.raises(NotFound):
        signing.sign(version, staff["bruno"], "other", "giver", actor=actor("bruno"))
    signing.sign(version, staff["bruno"], "counter-to-bakers", "giver", actor=actor("bruno"))
    signing.sign(version, staff["hedda"], "counter-to-bakers", "receiver", actor=actor("hedda"))
    assert kinds(version, "agree") == []
    # The same content is signed in whichever version it stands.
    submitting.take_back(version, reason="A word.", actor=actor("olga"))
    submitting.submit(version, actor=actor("olga"))
    assert "unsigned" not in kinds(version, "agree")


def test_publishing_is_refused_with_the_list_and_who_can_clear_each(review, staff):
    objected(review)
    with pytest.raises(Hindered) as refused:
        publishing.publish(agreed.draft(number=3), actor=actor("olga"))
    assert refused.value.extra["hindrances"][0]["kind"] == "not-agreed"
    with pytest.raises(InvalidState, match="in review already"):
        publishing.publish(review, actor=actor("olga"))
    with pytest.raises(Invalid, match="Say why nobody is asked"):
        publishing.publish(fresh(agreed.draft(number=3)), actor=actor("olga"), without_consent=True)


def test_in_an_emergency_a_steward_publishes_with_a_reason_on_record(staff, published):
    version = agreed.draft()
    done = publishing.publish(
        version, actor=actor("olga"), without_consent=True, reason="The oven burns."
    )
    assert (done.state, done.without_consent) == ("published", True)
    event = next(one for one in events_of(done) if one.type == "model.published")
    assert event.private["reason"] == "The oven burns."
    assert Acknowledgement.objects.filter(version=version).exists()


def test_an_agreed_version_that_fell_behind_is_not_put_in_force_by_itself(review, staff):
    version = through(review)
    publishing.publish(version, at=NOW + 5 * DAY, actor=actor("olga"))
    other = agreed.specs()
    other["Team", "bakers"]["wip_limit"] = 9
    publishing.publish(agreed.draft(other, 3), actor=SYSTEM, without_consent=True)
    with clock.frozen(NOW + 6 * DAY):
        assert taking_effect.sweep_effective() == []
    assert fresh(review).state == "agreed"
    assert kinds(review, "publish") == ["outdated"]
    submitting.take_back(version, reason="Bring it up.", actor=actor("olga"))
    assert fresh(review).state == "draft"


def test_they_say_that_they_read_it_and_are_asked_again_where_something_else_changes(review, staff):
    version = through(review)
    publishing.publish(version, at=NOW + 5 * DAY, actor=actor("olga"))
    assert acknowledging.note_seen(version, staff["bruno"])
    assert not acknowledging.note_seen(version, staff["bruno"])
    row = acknowledging.acknowledge(version, staff["bruno"], actor=actor("bruno"))
    assert row.state == "acknowledged"
    with pytest.raises(NotAllowed):
        acknowledging.acknowledge(version, staff["hedda"], actor=actor("ben"))
    submitting.take_back(version, reason="Once more.", actor=actor("olga"))
    content = agreed.changed()
    content["Workflow", "feast"]["stages"][2]["complete_s"] = "12 h"
    agreed.draft(content)
    submitting.submit(version, actor=actor("olga"))
    publishing.publish(through(version), at=NOW + 5 * DAY, actor=actor("olga"))
    row.refresh_from_db()
    assert (row.state, row.given_at) == ("requested", None)


def test_a_proposal_goes_where_its_version_goes_and_comes_back_with_it(staff, published):
    row = agreed.proposal(staff["bruno"])
    proposing.open_for_remarks(row, actor=actor("bruno"))
    version = agreed.draft()
    proposing.attach(row, version, actor=actor("olga"))
    submitting.submit(version, actor=actor("olga"))
    row.refresh_from_db()
    assert row.state == "consent"
    publishing.publish(through(version), actor=actor("olga"))
    row.refresh_from_db()
    assert row.state == "adopted"
    back = restoring.restore(fresh(published), reason="It was worse.", actor=actor("olga"))
    publishing.publish(back, actor=actor("olga"), without_consent=True, reason="At once.")
    row.refresh_from_db()
    assert (row.state, row.ended_at) == ("rolled_back", NOW)
    assert Decision.objects.filter(subject_kind="model_version", state="open").count() == 0


def test_the_command_says_what_stands_in_the_way_and_who_clears_it(review, staff):
    said = StringIO()
    agreed.draft(number=3)
    with pytest.raises(CommandError, match="nobody has agreed to it yet"):
        call_command("model", "publish", "OM-3", stderr=said)
    assert "Who can clear it: Steward (Olga Ostro)." in said.getvalue()
    through(review)
    said = StringIO()
    call_command("model", "publish", "OM-2", stdout=said)
    assert said.getvalue() == "OM-2 is published.\n"
