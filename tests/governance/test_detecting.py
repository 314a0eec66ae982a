"""Findings in what happened: found once, kept while there, closed when gone."""

from datetime import timedelta

import pytest

from esm.accounts.models import User
from esm.common import clock
from governance.models import Decision, RoleAssignment, RunFinding
from governance.services import deciding, detecting, roles
from governance.services.waivers import revoke_waiver
from governance.tasks import detect_daily
from tests.governance import watched
from tests.governance.conftest import DAY, NOW, actor, ask

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def published(db, now):
    return watched.build()


def open_ones():
    rows = RunFinding.objects.filter(closed_at=None).order_by("rule", "pk")
    return [(row.rule, row.key, row.subject_ref) for row in rows]


def accepted(probe, staff, amount="150", who="hedda", **named):
    decision = ask(probe, staff["ben"], amount)
    if named:
        Decision.objects.filter(pk=decision.pk).update(**named)
    deciding.decide(decision.pk, outcome="approve", rationale="Good.", actor=actor(who))
    return decision


def test_a_control_that_detects_finds_what_was_decided_against_it_once(probe, staff):
    bare, good = ask(probe, staff["ben"], "150"), ask(probe, staff["ben"], "160")
    deciding.decide(bare.pk, outcome="approve", actor=actor("hedda"))
    deciding.decide(good.pk, outcome="approve", rationale="Regulars.", actor=actor("hedda"))
    assert (detecting.detect(), detecting.detect()) == (1, 0)
    (row,) = RunFinding.objects.all()
    assert (row.rule, row.severity, row.key) == ("CTL01", "warning", "orders-have-reasons")
    assert (row.decision_id, row.subject_kind, row.happened_at) == (bare.pk, "probe", NOW)
    assert row.sentence == (
        "X-1: “An order is accepted with a reason” (policy “What changes is explained”) is not"
        " kept."
    )
    with clock.frozen(NOW + 9 * DAY):
        assert detecting.detect() == 0
        assert RunFinding.objects.get().last_seen == NOW + 9 * DAY
        assert open_ones() == [("CTL01", "orders-have-reasons", "X-1")]


def test_what_was_waived_then_is_no_finding(probe, staff):
    waiver = watched.asked(staff, "ben", "orders-have-reasons")
    by = Decision.objects.get(pk=waiver.decision_id).decider.key
    deciding.decide(waiver.decision_id, outcome="approve", rationale="Yes.", actor=actor(by))
    decision = ask(probe, staff["ben"], "150")
    deciding.decide(decision.pk, outcome="approve", actor=actor("hedda"))
    assert detecting.detect() == 0


def test_the_night_job_runs_once_a_day(probe, staff):
    decision = ask(probe, staff["ben"], "150")
    deciding.decide(decision.pk, outcome="approve", actor=actor("hedda"))
    assert (detect_daily(), detect_daily()) == (True, False)
    assert len(open_ones()) == 1


def test_whoever_asked_decided(probe, staff):
    decision = ask(probe, staff["ben"], "150")
    decision.requester = staff["hedda"]
    decision.save(update_fields=["requester"])
    Decision.objects.filter(pk=decision.pk).update(
        state="decided", outcome="approve", decided_at=NOW, decided_by=staff["hedda"], rationale="."
    )
    assert detecting.detect() == 1
    assert open_ones() == [("GOV11", "accept-order", "X-1")]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"right_key": "accept-nothing"}, "under a right that OM-1 does not have."),
        ({"role_key": "buyer"}, "by another role than OM-1 names."),
        ({"decided_by": "bruno"}, "by somebody who did not hold the role then."),
    ],
)
def test_who_decided_differs_from_the_rules(probe, staff, changed, said):
    if "decided_by" in changed:
        changed = {"decided_by": staff[changed["decided_by"]]}
    decision = ask(probe, staff["ben"], "150")
    Decision.objects.filter(pk=decision.pk).update(
        **{"state": "decided", "outcome": "approve", "decided_at": NOW, "rationale": ".",
           "decided_by": staff["hedda"]} | changed
    )  # fmt: skip
    assert detecting.detect() == 1
    (row,) = RunFinding.objects.all()
    assert (row.rule, row.severity) == ("GOV16", "error")
    assert row.sentence.endswith(said)


def test_a_role_taken_away_later_is_no_difference(probe, staff):
    accepted(probe, staff)
    with clock.frozen(NOW + HOUR):
        held = RoleAssignment.objects.get(person=staff["hedda"], role__key="head-baker")
        roles.end_assignment(held, actor=actor("olga"))
        assert detecting.detect() == 0


@pytest.mark.parametrize(
    ("amounts", "parties", "found"),
    [
        (("150", "160"), ("a", "a"), 0),
        (("600", "700"), ("a", "a"), 1),
        (("600", "700"), ("a", "b"), 0),
        (("600", "700"), ("", ""), 0),
    ],
)
def test_probable_splitting(probe, staff, amounts, parties, found):
    for amount, party, who in zip(amounts, parties, ("ben", "bruno"), strict=True):
        one = ask(probe, staff[who], amount, decision_type="accept-favour")
        Decision.objects.filter(pk=one.pk).update(party=party)
        deciding.decide(one.pk, outcome="approve", actor=actor("hedda"))
    assert detecting.detect() == found
    if found:
        (row,) = RunFinding.objects.all()
        assert (row.rule, row.severity) == ("GOV17", "warning")
        assert row.sentence.endswith(
            "makes 2 for one party within 30 days: together 1,300.00 EUR, beyond the band below"
            " 1,000.00 of each."
        )


def test_what_is_gone_is_closed_and_may_come_back_as_a_new_one(staff):
    RunFinding.objects.create(
        fingerprint="0" * 32, rule="GOV19", severity="error", kind="Control", key="big-orders",
        subject_kind="waiver", sentence="Gone.", happened_at=NOW,
    )  # fmt: skip
    assert detecting.detect() == 0
    assert RunFinding.objects.get().closed_at == NOW


def test_waived_again_and_again_and_tried_after_its_end(probe, staff):
    for turn in range(4):
        with clock.frozen(NOW + turn * HOUR):
            waiver = watched.asked(staff, "ben")
            deciding.decide(
                waiver.decision_id, outcome="approve", rationale="Yes.", actor=actor("olga")
            )
            revoke_waiver(waiver, actor=actor("ben"))
            assert detecting.detect() == (turn == 3)
    assert [rule for rule, _, _ in open_ones()] == ["GOV19"]


def test_findings_stand_on_the_pages_of_who_answers_for_the_whole(probe, staff, client):
    decision = ask(probe, staff["bruno"], "150")
    deciding.decide(decision.pk, outcome="approve", actor=actor("hedda"))
    detecting.detect()
    said = "An order is accepted with a reason"
    for url in ("/controls/", "/model/"):
        client.force_login(User.objects.get(username="ben"))
        assert f"X-1: “{said}" in client.get(url).content.decode()
        client.force_login(User.objects.get(username="bruno"))
        assert f"X-1: “{said}" not in client.get(url).content.decode()
