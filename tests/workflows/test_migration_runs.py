"""All that runs in a workflow: chosen for a version, moved as far as it is safe, seen on pages."""

import pytest
from django.test import Client

from esm.common.errors import Invalid, InvalidState
from esm.events.actors import SYSTEM
from esm.events.selectors.chains import events_of
from governance.models import InFlightPolicy, ModelVersion
from tests.support import World, client
from tests.workflows.moving_on import FLOW, draft, put_in_force, renamed, sound, state_of
from workflows.models import MigrationRun, Request, RequestMigration
from workflows.selectors import running_page
from workflows.services import migration_runs, requests

pytestmark = pytest.mark.django_db
STEPS = {"commercial-terms": "terms"}


def at(desk: World, steps: int) -> Request:
    sent = desk.submit()
    desk.play(sent, until=steps)
    return sent


def run_of(version: ModelVersion) -> MigrationRun:
    return MigrationRun.objects.get(version=version)


@pytest.fixture
def new(desk: World) -> ModelVersion:
    """A draft in which a step has another key."""
    return draft(3, renamed("commercial-terms", "terms"))


@pytest.fixture
def steward(desk: World) -> Client:
    return client("sander")


def test_what_is_chosen_for_a_version_happens_when_it_comes_into_force(
    desk: World, new: ModelVersion
) -> None:
    early, there = at(desk, 1), at(desk, 3)
    migration_runs.choose_policy(new, FLOW, policy="migrate", mapping=STEPS, actor=SYSTEM)
    put_in_force(new)
    desk.settle()
    run = run_of(new)
    assert (run.total, run.moved, run.kept, run.pieces) == (2, 2, 0, 0)
    assert run.ended_at is not None
    for sent in (early, there):
        sent.refresh_from_db()
        assert sent.version == new and sent.migrations.get().run == run
    (begun,) = events_of(new, ["model.migration_begun"])
    assert (begun.data["requests"], begun.data["mapping"]) == (2, STEPS)
    sound()


def test_without_a_choice_what_runs_ends_where_it_began(desk: World, new: ModelVersion) -> None:
    sent = at(desk, 3)
    before = state_of(sent)
    put_in_force(new)
    desk.settle()
    assert state_of(sent) == before and not RequestMigration.objects.exists()


def test_a_step_that_vanishes_needs_one_to_go_on_at(desk: World, new: ModelVersion) -> None:
    with pytest.raises(Invalid) as refused:
        migration_runs.choose_policy(new, FLOW, policy="migrate", mapping={}, actor=SYSTEM)
    assert refused.value.errors == {
        "step-commercial-terms": [
            "Choose the step at which the work of “Commercial terms” goes on."
        ]
    }
    with pytest.raises(Invalid, match="no step “nowhere”"):
        migration_runs.choose_policy(
            new, FLOW, policy="migrate", mapping={"commercial-terms": "nowhere"}, actor=SYSTEM
        )
    assert not InFlightPolicy.objects.exists()


def test_the_preview_says_how_many_are_safe_and_why_the_rest_is_not(
    desk: World, new: ModelVersion, steward: Client
) -> None:
    at(desk, 1)
    sent = at(desk, 3)
    found = running_page.preview(desk.person("sander").users.get(), new, FLOW, None)
    assert (found.safe, found.unsafe) == (1, 1)
    (choice,) = found.choices
    assert (choice.key, choice.waiting, choice.keys) == ("commercial-terms", 1, ["terms"])
    html = steward.get(f"/model/OM-3/running/{FLOW}/").content.decode()
    assert "<b>1</b> safe, <b>1</b> need a decision" in html
    if found.listed:
        assert sent.ref in html and "has no step “Commercial terms”" in html


def test_a_steward_chooses_moves_and_takes_back_on_pages(
    desk: World, new: ModelVersion, steward: Client
) -> None:
    sent = at(desk, 1)
    here = f"/model/OM-3/running/{FLOW}/"
    bare = steward.post(here, {"policy": "migrate"})
    assert bare.status_code == 400 and "Choose the step at which" in bare.content.decode()
    chosen = steward.post(here, {"policy": "migrate", "step-commercial-terms": "terms"})
    assert chosen.status_code == 302
    row = InFlightPolicy.objects.get()
    assert (row.policy, row.mapping, row.chosen_by) == ("migrate", STEPS, desk.person("sander"))
    assert "Move, as far as it is safe" in steward.get("/model/OM-3/running/").content.decode()
    InFlightPolicy.objects.update(policy="finish")
    put_in_force(new)
    desk.settle()
    InFlightPolicy.objects.update(policy="migrate")
    assert "Move 1 safe request" in steward.get(here).content.decode()
    assert steward.post(here, {"do": "move"}).status_code == 302
    desk.settle()
    told = steward.get(here).content.decode()
    assert "Of 1 requests 1 moved and 0 stayed" in told
    sent.refresh_from_db()
    assert sent.version == new
    asker = client("mira").get(f"/requests/{sent.ref}/").content.decode()
    assert "Now follows" in asker and "OM-3, before OM-2" in asker


def test_what_is_not_safe_stays_and_is_counted(desk: World, new: ModelVersion) -> None:
    sent = at(desk, 3)
    put_in_force(new)
    run = migration_runs.migrate_safe(FLOW, actor=SYSTEM)
    with pytest.raises(InvalidState, match="being moved already"):
        migration_runs.migrate_safe(FLOW, actor=SYSTEM)
    desk.settle()
    run.refresh_from_db()
    assert (run.moved, run.kept) == (0, 1)
    sent.refresh_from_db()
    assert sent.version.code == "OM-2"
    sound()


def test_one_request_is_moved_with_a_step_and_taken_back_on_its_pages(
    desk: World, new: ModelVersion
) -> None:
    sent = at(desk, 3)
    put_in_force(new)
    requests.share(sent.pk, person=desk.person("sander"), actor=desk.actor("mira"))
    browser, here = client("sander"), f"/requests/{sent.ref}/move/"
    page = browser.get(here).content.decode()
    assert "Work at “Commercial terms” goes on at" in page
    refused = browser.post(here, {})
    assert (
        refused.status_code == 400 and "has no step “Commercial terms”" in refused.content.decode()
    )
    assert browser.post(here, {"step-commercial-terms": "terms"}).status_code == 302
    sent.refresh_from_db()
    assert (sent.version, desk.visit(sent, "terms").seq) == (new, 2)
    back = f"/requests/{sent.ref}/move-back/"
    assert "follow OM-2 again" in browser.get(back).content.decode()
    assert browser.post(back).status_code == 302
    sent.refresh_from_db()
    assert sent.version.code == "OM-2"
    assert "Follows again" in browser.get(f"/requests/{sent.ref}/").content.decode()
