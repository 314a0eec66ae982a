"""Attacks on limits and on the moment of deciding: 58, 63, 66 of docs/attacks.md."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import InternalError, transaction
from django.test import Client

from esm.accounts.models import User
from esm.common import clock
from esm.common.errors import NotAllowed
from esm.events.actors import SYSTEM
from esm.events.models import Event
from governance.models import ModelElement, ModelVersion, Person
from governance.services import deciding, delegations, people, rates, reassigning
from governance.services.delegations import Wish
from governance.services.drafting import apply_files
from governance.services.rates import NewRate
from tests.governance import small
from tests.governance.conftest import DAY, NOW, Probe, actor, ask, now, probe, published, staff

__all__ = ["now", "probe", "published", "staff"]

LIMIT = Decimal(10_000)


@pytest.fixture
def wide(published: ModelVersion) -> ModelVersion:
    """A model in which the head baker decides from 100 to below 20,000 EUR."""
    content = small.specs()
    content["DecisionRight", "accept-middle"]["max"] = "20000"
    content["DecisionRight", "accept-large"]["min"] = "20000"
    return apply_files(small.model(2, content), actor=SYSTEM, publish=True).version


def limited(staff: dict[str, Person], amount: Decimal, currency: str) -> None:
    """Hedda is away and gave Bruno what the head baker decides, up to and with so much."""
    wish = Wish(
        of="role", key="head-baker", until=NOW + 30 * DAY, max_amount=amount, currency=currency
    )
    row = delegations.propose_delegation(staff["hedda"], staff["bruno"], wish, actor=actor("hedda"))
    delegations.accept_delegation(row, actor=actor("bruno"))
    people.record_absence(staff["hedda"], since=NOW, until=NOW + DAY, actor=SYSTEM)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("amount", "currency", "inside"),
    [
        ("10001", "EUR", False), ("10000.01", "EUR", False), ("10000", "EUR", True),
        ("8000.01", "GBP", False), ("8000", "GBP", True), ("10000", "GBP", False),
    ],
)  # fmt: skip
@pytest.mark.parametrize("limit", [("10000", "EUR"), ("8000", "GBP")])
def test_a58_one_more_than_the_limit_and_the_limit_itself(
    probe: Probe,
    staff: dict[str, Person],
    wide: ModelVersion,
    limit: tuple[str, str],
    amount: str,
    currency: str,
    inside: bool,
) -> None:
    rate = NewRate("GBP", "EUR", NOW.date(), Decimal("1.25"))
    rates.keep_rates([rate], reason="As published", actor=SYSTEM)
    limited(staff, Decimal(limit[0]), limit[1])
    with clock.frozen(NOW + timedelta(hours=1)):
        decision = ask(probe, staff["olga"], amount, currency=currency, version=wide)
        told = [step["code"] for step in decision.trace]
        assert ("converted" in told) is (currency == "GBP")
        if inside:
            assert decision.decider == staff["bruno"]
            deciding.decide(decision.pk, outcome="approve", actor=actor("bruno"))
            decision.refresh_from_db()
            assert (decision.outcome, decision.decided_by) == ("approve", staff["bruno"])
            return
        assert decision.decider != staff["bruno"] and "delegation_limit" in told
        with pytest.raises(NotAllowed):
            deciding.decide(decision.pk, outcome="approve", actor=actor("bruno"))
        decision.refresh_from_db()
        assert decision.state == "open"
        assert not Event.objects.filter(type="decision.decided").exists()


@pytest.mark.django_db
def test_a63_rights_that_change_meanwhile_leave_what_runs(
    probe: Probe, staff: dict[str, Person], published: ModelVersion
) -> None:
    """What was opened keeps the rules it was opened under; nobody edits a published version."""
    running = ask(probe, staff["ben"], "150")
    assert (running.decider, running.right_key) == (staff["hedda"], "accept-middle")
    content = small.specs()
    content["DecisionRight", "accept-small"] |= {"role": "owner", "max": "1000"}
    content["DecisionRight", "accept-middle"] |= {"min": "1000", "max": "2000"}
    content["DecisionRight", "accept-large"]["min"] = "2000"
    newer = apply_files(small.model(2, content), actor=SYSTEM, publish=True).version
    reassigning.sweep_reassign()
    running.refresh_from_db()
    assert (running.version, running.decider) == (published, staff["hedda"])
    with pytest.raises(NotAllowed):
        deciding.decide(running.pk, outcome="approve", actor=actor("olga"))
    deciding.decide(running.pk, outcome="approve", actor=actor("hedda"))
    running.refresh_from_db()
    assert (running.decided_by, running.right_key) == (staff["hedda"], "accept-middle")
    assert running.trace[0]["data"] == {"version": "OM-1"}
    fresh = ask(probe, staff["ben"], "150", version=newer)
    assert (fresh.decider, fresh.right_key) == (staff["olga"], "accept-small")
    for version in (published, newer):
        rows = ModelElement.objects.filter(version=version, kind="DecisionRight")
        with pytest.raises(InternalError, match=r"published|draft"), transaction.atomic():
            rows.update(content={})


@pytest.mark.django_db
@pytest.mark.parametrize("field", ["approved_at", "decided_at", "opened_at", "decided_by", "at"])
def test_a66_a_moment_in_what_is_sent_is_refused_and_the_clock_of_the_server_counts(
    probe: Probe, staff: dict[str, Person], field: str
) -> None:
    decision = ask(probe, staff["ben"], "150")
    client = Client()
    client.force_login(User.objects.get(username="hedda"))
    body = {"outcome": "approve", "rationale": "Fair.", field: "2020-01-01T00:00:00Z"}
    address, sort = f"/api/v1/decisions/X-1/{decision.seq}/decide", "application/json"
    answer = client.post(address, body, content_type=sort)
    assert answer.status_code == 400 and f"/{field}" in answer.content.decode()
    decision.refresh_from_db()
    assert decision.state == "open" and not Event.objects.filter(type="decision.decided").exists()
    later = NOW + timedelta(minutes=7)
    with clock.frozen(later):
        # A form of a page ignores what it did not ask for.
        client.post(f"/decisions/{decision.pk}/decide/", body)
    decision.refresh_from_db()
    event = Event.objects.get(type="decision.decided")
    assert (decision.state, decision.decided_at) == ("decided", later)
    assert decision.decided_by == staff["hedda"] and "2020" not in str(event.data)
