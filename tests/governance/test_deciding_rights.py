"""Deciding by rights that allow beforehand, belong to bodies, or tell counter-parties apart."""

import pytest

from esm.events.actors import SYSTEM
from esm.events.models import Event
from governance.services import reassigning
from governance.services.drafting import apply_files
from tests.governance import small
from tests.governance.conftest import ask
from tests.governance.test_deciding import unchanged

pytestmark = pytest.mark.django_db


def with_rights(change):
    content = small.specs()
    change(content)
    return apply_files(small.model(2, content), actor=SYSTEM, publish=True).version


def test_what_a_right_allows_beforehand_is_approved_without_anybody(probe, staff):
    def change(content):
        content["DecisionRight", "accept-small"] |= {"pre_authorised": True}
        content["DecisionType", "accept-order"]["split_days"] = 30

    version = with_rights(change)
    decision = ask(probe, staff["ben"], "60", version=version)
    assert (decision.state, decision.decider, decision.right_key) == ("open", None, "accept-small")
    assert [d.pk for d in reassigning.sweep_reassign()] == [decision.pk]
    decision.refresh_from_db()
    assert (decision.state, decision.outcome, decision.decided_by) == ("decided", "approve", None)
    assert decision.trace[-1]["text"] == (
        "Band below 100 EUR: allowed beforehand by the right accept-small; nobody is asked."
    )
    assert probe.moved == [("approve", "")]
    event = Event.objects.get(type="decision.decided")
    assert event.data["right"] == "accept-small"
    assert (event.data["decider"], event.actor) == ("", SYSTEM.ref)
    assert reassigning.sweep_reassign() == []
    # What is split is added up first: the second is above what is allowed beforehand.
    assert ask(probe, staff["ben"], "60", version=version).decider == staff["hedda"]


def test_what_changed_meanwhile_is_not_allowed_beforehand(probe, staff):
    def change(content):
        content["DecisionRight", "accept-small"] |= {"pre_authorised": True}

    decision = ask(probe, staff["ben"], "60", version=with_rights(change))
    probe.content["data"] = {"guests": "900"}
    assert reassigning.sweep_reassign() == []
    assert unchanged(decision, probe)


def test_the_counterparty_tells_split_purchases_apart(probe, staff):
    def change(content):
        content["DecisionType", "accept-order"] |= {"split_days": 30, "party_field": "supplier"}

    version = with_rights(change)

    def band(supplier):
        probe.content["data"] = {"supplier": supplier}
        return ask(probe, staff["ben"], "60", version=version, content=probe.content)

    first = band("Mill & Sons")
    assert len(first.party) == 32 and "Mill" not in first.party
    assert band("Dairy").role_key == "buyer"
    assert band("  mill &  SONS ").role_key == "head-baker"
    # Who names nobody dodges nothing.
    assert band("").role_key == "head-baker"
