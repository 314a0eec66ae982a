"""Consulted is asked and blocks nobody; informed is told; accountable is one."""

import shutil

import pytest
import yaml

from esm.common import clock
from esm.events.models import Event
from esm.notices.models import Notice
from governance.models import Person
from tests.permissions.making import make_confidential
from tests.support import DEMO, World
from workflows.selectors import requests as seen


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """The demo; its intake consults finance and informs architecture."""
    home = tmp_path_factory.mktemp("parts") / "org"
    shutil.copytree(DEMO, home)
    named = "      accountable_role: contract-administrator\n"
    flow = next((home / "om-2" / "workflow").glob("contract-*.yaml"))
    parts = (
        "consulted_roles: [chief-financial-officer]",
        "informed_roles: [enterprise-architect]",
    )
    added = "".join(f"      {line}\n" for line in parts)
    flow.write_text(flow.read_text().replace(named, named + added, 1))
    asked = yaml.safe_load((home / "journey.yaml").read_text())["service"]
    file = home / "om-2" / "service" / f"{asked}.yaml"
    told_last = "  informed_roles: [enterprise-architect]\n  lifecycle: "
    file.write_text(file.read_text().replace("  lifecycle: ", told_last, 1))
    return home


@pytest.fixture
def world(db, home):
    yield World(home, ("om-1", "om-2"))
    clock.set_source(None)


def told(kind, world):
    world.settle()
    rows = Notice.objects.filter(kind=kind).order_by("pk")
    return list(rows.values_list("person_id", "title", "body"))


def test_who_is_consulted_reads_along_and_who_is_informed_hears(world):
    request = world.submit(contract_value="20000")
    marguerite = world.person("marguerite")
    assert told("visit.consulted", world) == [
        (
            marguerite.pk,
            f"Your view is asked: {request.title}",
            f"Intake, {request.ref}. Write on the request what you have to say; the work goes on"
            " meanwhile.",
        )
    ]
    user = marguerite.users.get()
    assert seen.visible_to(user).filter(pk=request.pk).exists()
    assert told("visit.informed", world) == []
    world.to_decision(request)
    [(person, title, body)] = told("visit.informed", world)
    architect = Person.objects.get(key="silvan-crewe")
    assert person == architect.pk
    assert title == f"Intake: {request.ref} has come that far"
    # Who is told sees no more than before: no title where they do not see the request.
    assert body == request.service.name
    found = [e.data for e in Event.objects.filter(type="visit.consulted")]
    assert found == [
        {"visit": 1, "roles": ["chief-financial-officer"], "people": [marguerite.ref]},
    ]


def test_a_service_informs_when_all_is_done(world):
    request = world.submit()
    world.play(request)
    request.refresh_from_db()
    assert request.fulfilled_at is not None
    titles = [title for _, title, _ in told("visit.informed", world)]
    assert titles[-1] == f"Done: {request.ref}"
    ends = Event.objects.filter(type="visit.informed", data__whole=True)
    assert [e.data["people"] for e in ends] == [[Person.objects.get(key="silvan-crewe").ref]]


def test_a_confidential_request_is_told_to_nobody(world):
    make_confidential(world)
    world.submit(contract_value="20000")
    assert told("visit.consulted", world) == []
    assert not seen.visible_to(world.person("marguerite").users.get()).exists()
