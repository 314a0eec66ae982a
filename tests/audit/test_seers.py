"""Who can see this and why: exactly those that ``visible_to`` lets see it, for every account."""

from collections.abc import Iterator

import pytest
from django.db import transaction

from esm.accounts.models import User
from governance.models import Decision
from governance.selectors import decisions
from tests.permissions.world import Stage
from workflows.models import Request
from workflows.selectors import requests as seen
from workflows.selectors import seers

pytestmark = pytest.mark.django_db
STATES = ("queued", "claimed", "offered", "deciding", "fulfilled", "confidential")


@pytest.fixture(autouse=True)
def _shared(stage: Stage) -> Iterator[None]:
    """Somebody left, an account is closed, and a request is shared."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def accounts() -> list[User]:
    """Every account that can act, each as a web request would have it."""
    return list(User.objects.filter(is_active=True).order_by("pk"))


@pytest.mark.parametrize("state", STATES)
def test_exactly_those_who_see_a_request_are_listed(state: str, stage: Stage) -> None:
    request = Request.objects.get(pk=stage.requests[state].pk)
    told = {seer.account.pk: seer.why for seer in seers.of_request(request)}
    true = {u.pk for u in accounts() if seen.visible_to(u).filter(pk=request.pk).exists()}
    assert told.keys() == true
    assert true and len(accounts()) > len(true)
    assert all(why and len(set(why)) == len(why) for why in told.values())


@pytest.mark.parametrize("state", ("deciding", "closed", "confidential"))
def test_exactly_those_who_see_a_decision_are_listed(state: str, stage: Stage) -> None:
    request = Request.objects.get(pk=stage.requests[state].pk)
    for row in Decision.objects.filter(subject_id=request.pk):
        told = {seer.account.pk for seer in seers.of_decision(row, request)}
        true = {u.pk for u in accounts() if decisions.visible_to(u).filter(pk=row.pk).exists()}
        assert told == true and true


def test_the_reasons_are_in_words(stage: Stage) -> None:
    request = Request.objects.get(pk=stage.requests["deciding"].pk)
    why = {seer.account.username: "; ".join(seer.why) for seer in seers.of_request(request)}
    name = {actor: account.username for actor, account in stage.accounts.items()}
    assert "asked for it" in why[name["requester"]]
    assert "in the team" in why[name["receiver"]]
    assert "auditor's" in why[name["auditor"]] and "steward's" in why[name["steward"]]
    row = Decision.objects.get(subject_id=request.pk)
    said = {s.account.username: "; ".join(s.why) for s in seers.of_decision(row, request)}
    assert "decides it" in said[name["decider"]] and name["receiver"] not in said


def test_an_auditor_reads_the_list_and_others_their_own(stage: Stage) -> None:
    request = stage.requests["deciding"]
    address = f"/requests/{request.ref}/access/"
    page = stage.client("auditor").get(address).content.decode()
    many = len(seers.of_request(Request.objects.get(pk=request.pk)))
    assert f"{many} accounts see it now" in page
    assert f"/requests/{request.ref}/evidence/" in page
    assert "accounts see it now" not in stage.client("requester").get(address).content.decode()
    row = Decision.objects.get(subject_id=request.pk)
    shown = stage.client("auditor").get(f"/decisions/{row.pk}/access/").content.decode()
    assert "Who can see this decision, and why" in shown
