"""Rules of the pinned version decide, also later; half-open bands; the trace by page and API."""

import shutil

import pytest

from esm.common import clock
from esm.events.actors import SYSTEM
from governance.services import drafting, reassigning
from tests.support import DEMO, World
from tests.support import client as browser


@pytest.fixture
def around_the_change(db):
    """Four contracts: one minute before the second version takes effect, and after it."""
    world = World(DEMO, ("om-1",))
    # The first version's form does not ask for these.
    later = dict.fromkeys(("differs", "deviations", "data_categories", "access_detail"))
    before = world.submit(contract_value="200000", **later)
    world.tick(minutes=1)
    drafting.apply_files(DEMO / "om-2", actor=SYSTEM, publish=True, at=world.now)
    world.tick(minutes=1)
    after = world.submit(contract_value="200000")
    below = world.submit(contract_value="99999.99")
    at_limit = world.submit(contract_value="100000")
    yield world, before, after, below, at_limit
    clock.set_source(None)


def test_who_signs_follows_version_and_band_and_page_and_api_say_why(around_the_change, client):
    world, *sent = around_the_change
    expected = [
        ("OM-1", "chief-financial-officer", "marguerite", (None, "500000.00")),
        ("OM-2", "chief-operating-officer", "adaora", ("100000.00", "500000.00")),
        ("OM-2", "chief-financial-officer", "marguerite", ("25000.00", "100000.00")),
        ("OM-2", "chief-operating-officer", "adaora", ("100000.00", "500000.00")),
    ]
    for request, (version, role, username, band) in zip(sent, expected, strict=True):
        decision = world.to_decision(request)
        low, high = decision.band_min, decision.band_max
        found = (None if not low else str(low), str(high))
        assert (decision.version.code, decision.role_key, found) == (version, role, band)
        assert decision.decider == world.person(username)
        client.force_login(decision.decider.users.get())
        page = client.get(f"/decisions/?open={decision.pk}")
        answer = client.get(f"/api/v1/requests/{request.ref}/decisions/{decision.seq}")
        assert page.status_code == answer.status_code == 200
        text = page.content.decode()
        for step in decision.trace:
            assert step["text"] in text
        assert [s["text"] for s in answer.json()["trace"]] == [s["text"] for s in decision.trace]


def test_what_a_right_allows_beforehand_goes_on_without_anybody(db, tmp_path):
    home = tmp_path / "org"
    shutil.copytree(DEMO, home)
    right = home / "om-2" / "decision-right" / "sign-contract-by-chief-operating-officer.yaml"
    right.write_text(f"{right.read_text()}  pre_authorised: true\n")
    world = World(home, ("om-1", "om-2"))
    request = world.submit(contract_value="200000")
    decision = world.to_decision(request)
    assert (decision.decider, decision.right_key) == (None, right.stem)
    assert [d.pk for d in reassigning.sweep_reassign()] == [decision.pk]
    decision.refresh_from_db()
    assert (decision.outcome, decision.decided_by) == ("approve", None)
    assert world.visit(request, "archive").state == "offered"
    client = browser(world.journey["persona"])
    page = client.get(f"/requests/{request.ref}/").content.decode()
    assert "allowed beforehand" not in page
    clock.set_source(None)
