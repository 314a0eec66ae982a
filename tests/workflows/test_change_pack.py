"""What goes with a version: the replay page with its lists, the pack on paper and as JSON."""

import json
import re

import pytest

from esm.accounts.models import User
from esm.events.actors import SYSTEM
from governance.models import ModelVersion
from governance.services import drafting
from tests.support import client
from tests.workflows.test_replaying import other, walk

pytestmark = pytest.mark.django_db
STEWARD = "sander"


@pytest.fixture
def review(desk):
    """A version in review under which one of two contracts would have another decider."""
    sent = [desk.submit(contract_value=value) for value in ("120000", "20000")]
    for request in sent:
        walk(desk, request)
    changed = {"officer": ("130000", "500000"), "when": {"finance-approval": ""}}
    version = drafting.apply_files(other(**changed), actor=SYSTEM).version
    ModelVersion.objects.filter(pk=version.pk).update(state="in_review")
    return version, *sent


def page(name, address):
    answer = client(name).get(address)
    assert answer.status_code == 200
    return " ".join(re.sub(r"<[^>]*>", " ", answer.content.decode().partition("<main")[2]).split())


def test_figures_lead_to_the_list_of_those_one_may_see(review):
    _, first, second = review
    shown = page(STEWARD, "/changes/OM-3/replay/")
    assert "50 % of 2 requests with a decision would have gone to another decider." in shown
    assert "Chief Operating Officer Chief Financial Officer" in shown
    assert "Finance approval 1 0" in shown
    decided = page(STEWARD, "/changes/OM-3/replay/?sort=role").partition("The list behind it")[2]
    assert first.ref in decided
    assert second.ref not in decided
    stepped = page(STEWARD, "/changes/OM-3/replay/?what=steps").partition("The list behind it")[2]
    assert second.ref in stepped
    assert first.ref not in stepped
    assert client(STEWARD).get("/changes/OM-3/replay/?sort=x").status_code == 404
    assert "It is in force, or was" in page(STEWARD, "/changes/OM-2/replay/")


def test_whoever_sees_none_of_the_requests_has_the_figures_and_no_list(review):
    _, first, second = review
    outside = next(
        name
        for name in User.objects.order_by("username").values_list("username", flat=True)
        if all(
            client(name).get(f"/requests/{one.ref}/").status_code == 404 for one in (first, second)
        )
    )
    shown = page(outside, "/changes/OM-3/replay/")
    assert "50 % of 2 requests" in shown
    assert first.ref not in shown
    assert second.ref not in shown
    assert "None of those that differ are yours to see." in shown
    api = client(outside).get("/api/v1/changes/OM-3/replay").json()
    assert api["items"] == []


def test_the_pack_holds_it_all_on_paper_as_file_and_over_the_api(review):
    shown = page(STEWARD, "/changes/OM-3/pack/")
    for words in (
        "3 elements of the model are different.",
        "In the last 90 days 50 % of 2 requests with a decision",
        "Chief Operating Officer role 4 Job roles 4.",
        "Finance approval 1 0",
        "Findings it settles",
    ):
        assert words in shown
    answer = client(STEWARD).get("/changes/OM-3/pack.json")
    assert "OM-3-change-pack.json" in answer["Content-Disposition"]
    told = json.loads(answer.content)
    assert told["replay"]["share_percent"] == 50
    assert told["replay"]["sorts"] == {"role": 1, "same": 1}
    assert len(told["changes"]) == 3
    assert {one["key"] for one in told["affected"]["effects"]} >= {
        "chief-operating-officer", "chief-financial-officer",
    }  # fmt: skip
    api = client(STEWARD).get("/api/v1/changes/OM-3/pack").json()
    assert api["replay"]["decided_otherwise"] == 1
    rows = client(STEWARD).get("/api/v1/changes/OM-3/replay").json()["items"]
    assert [(row["of"], row["sort"]) for row in rows] == [("decision", "role"), ("request", "")]
