"""Opinions while holders change: who said something does not decide, who is gone is replaced."""

from datetime import timedelta
from decimal import Decimal

import pytest

from esm.accounts.models import User
from esm.common import clock
from esm.common.errors import InvalidState, NotAllowed
from esm.events.actors import SYSTEM
from governance.models import AskedOpinion, Decision, Role, RoleAssignment
from governance.selectors import decisions, opinions
from governance.services import opinions as service
from governance.services import reassigning, roles
from governance.services.drafting import apply_files
from tests.governance import small
from tests.governance.conftest import actor, ask
from tests.governance.voting import events, refs, say

pytestmark = pytest.mark.django_db


def give(decision, who, part, verdict, text=""):
    return service.give(decision.pk, part=part, verdict=verdict, text=text, actor=actor(who))


@pytest.fixture
def opened(probe, staff):
    """Asks whether to accept an order, with other parts and rules in the model."""

    def make(amount="160", more=None, **parts):
        content = small.specs()
        for part, role in parts.items():
            content["DecisionRight", f"accept-{part}"] = {
                "decision_type": "accept-order", "part": part, "role": role,
            }  # fmt: skip
        for key, spec in (more or {}).items():
            content[key] = {**content.get(key, {}), **spec}
        version = apply_files(small.model(2, content), actor=SYSTEM, publish=True).version
        return ask(probe, staff["ben"], amount, version=version)

    return make


def swap(staff, role, old, new):
    """Somebody else holds the role from now on."""
    held = RoleAssignment.objects.get(role__key=role, person=staff[old])
    roles.end_assignment(held, actor=SYSTEM)
    row = Role.objects.get(key=role)
    roles.assign_role(person=staff[new], role=row, actor=SYSTEM)


APART = {
    ("SodRule", "recommender-never-decides"): {
        "kind": "dynamic", "a": "recommender", "b": "decider",
    },
}  # fmt: skip


def test_whoever_recommended_it_does_not_decide_it(opened, staff):
    decision = opened(more=APART, recommend="head-baker")
    assert decision.decider == staff["hedda"]
    give(decision, "hedda", "recommend", "for")
    with pytest.raises(NotAllowed):
        say(decision, "hedda")
    assert [d.pk for d in reassigning.sweep_reassign()] == [decision.pk]
    decision.refresh_from_db()
    assert decision.decider not in (None, staff["hedda"])
    assert reassigning.sweep_reassign() == []
    assert say(decision, decision.decider.key).outcome == "approve"


def test_without_such_a_rule_they_may(opened):
    decision = opened(recommend="head-baker")
    give(decision, "hedda", "recommend", "for")
    assert reassigning.sweep_reassign() == []
    assert say(decision, "hedda").outcome == "approve"


def test_who_holds_the_part_now_is_asked_instead(opened, staff):
    decision = opened(agree="buyer")
    swap(staff, "buyer", "bruno", "olga")
    user = User.objects.get(username="olga")
    reassigning.sweep_reassign()
    assert [row.person.key for row in AskedOpinion.objects.all()] == ["olga"]
    assert events("decision.opinion_asked")[-1]["people"] == refs(staff, "olga")
    assert decisions.visible_to(user).filter(pk=decision.pk).exists()
    assert reassigning.sweep_reassign() == []
    give(decision, "olga", "agree", "for")
    assert say(decision, "hedda").outcome == "approve"


def test_who_was_against_it_and_is_gone_is_answered_by_who_came_after(opened, staff):
    decision = opened(agree="buyer")
    give(decision, "bruno", "agree", "against", "Too dear.")
    swap(staff, "buyer", "bruno", "olga")
    reassigning.sweep_reassign()
    assert [row.decision for row in opinions.waits_for(staff["olga"].pk)] == [decision]
    with pytest.raises(InvalidState, match="Buyer must agree first: Olga"):
        say(decision, "hedda")
    give(decision, "olga", "agree", "for")
    assert say(decision, "hedda").outcome == "approve"


def test_a_sweep_does_not_approve_what_somebody_must_agree_to(opened, staff, monkeypatch):
    """Consent after its moment, and somebody who must agree is against it since the votes."""
    decision = opened(
        "600",
        {
            ("GovernanceBody", "round"): {
                "name": "The round", "members": ["head-baker", "owner"], "rule": "consent",
                "quorum": 1,
            },
            ("DecisionRight", "accept-middle"): {"role": None, "body": "round"},
        },
        agree="buyer",
    )  # fmt: skip
    give(decision, "bruno", "agree", "for")
    say(decision, "hedda")
    give(decision, "bruno", "agree", "against", "Too dear after all.")
    now = clock.now()
    Decision.objects.filter(pk=decision.pk).update(due_at=now)
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(hours=1))
    assert decision.amount == Decimal(600)
    reassigning.sweep_reassign()
    decision.refresh_from_db()
    assert decision.state == "open"
    give(decision, "bruno", "agree", "for")
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(hours=2))
    reassigning.sweep_reassign()
    decision.refresh_from_db()
    assert (decision.state, decision.outcome) == ("decided", "approve")
