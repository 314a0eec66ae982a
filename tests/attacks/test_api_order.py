"""Attacks on the order of work, each in a world of its own: 47, 49, 50 of docs/attacks.md."""

import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection

from esm.common import clock
from esm.events.actors import SYSTEM
from esm.events.models import Event
from esm.notices.models import Notice
from governance.models import Person, Role
from governance.services import leaving, roles
from tests.api.client import Caller, Player, caller, send
from tests.support import CLINIC, World, client
from workflows.models import Request, StageVisit


@pytest.fixture(autouse=True)
def _files_of_tests(settings: Any, tmp_path: Path) -> None:
    """A folder of its own for the files of each."""
    settings.MEDIA_ROOT = tmp_path / "files"


@pytest.mark.django_db
def test_a50_an_approved_amount_stays(clinic: World) -> None:
    """Before the decision it may be corrected; after it another amount needs another decision."""
    ref = send(clinic)["ref"]
    steps = clinic.journey["steps"]
    decided = next(n for n, step in enumerate(steps) if step["action"] == "decide")
    player = Player(clinic, ref)
    player.play(until=1)
    first = player.as_("beat").post(f"/requests/{ref}/visits/1/complete", {
        "data": {"expected_cost": "4100"}})  # fmt: skip
    assert first and Request.objects.get().amount == 4100
    for step in steps[2 : decided + 3]:
        clinic.tick(minutes=20)
        player.do(step)
        clinic.settle()
    who = player.as_("gion")
    (branch,) = who.get(f"/requests/{ref}")["branches"]
    path, events = f"/requests/{ref}/visits/{branch['visit']}/complete", Event.objects.count()
    refused = who.post(path, {"data": {"expected_cost": "999999"}}, 409)
    assert refused["code"] == "wrong-state" and "another decision" in refused["detail"]
    assert (Request.objects.get().amount, Event.objects.count()) == (4100, events)
    assert who.post(path, {"data": {"expected_cost": "4100.00"}})["state"] == "done"


@pytest.mark.django_db
def test_a49_work_is_given_to_nobody_who_cannot_take_it(clinic: World) -> None:
    """To oneself, to who left, to another team, to nobody known: refused, and it stays held."""
    sent = clinic.submit()
    lead = clinic.person("beat")
    lead.memberships.update(is_lead=True)
    who, base = caller(clinic, "beat"), f"/requests/{sent.ref}/visits/1"
    who.post(f"{base}/claim")
    gone = clinic.person("gion")
    leaving.deactivate_person(gone, actor=SYSTEM)
    before = Event.objects.count()
    for key in (lead.key, gone.key, clinic.person("sefora").key, "nobody-like-this", ""):
        answer = who.raw("POST", f"{base}/reassign", {"to": key, "reason": "Holiday."})
        assert answer.status_code == 400, (key, answer.content)
    visit = clinic.visit(sent, "registration")
    assert (visit.holder_id, visit.state) == (lead.pk, "active")
    assert Event.objects.count() == before


@pytest.mark.django_db
def test_a49_a_team_without_people_leaves_no_request_without_an_owner(clinic: World) -> None:
    """The next team has nobody left: the offer stands, and somebody answers for it."""
    sent = clinic.submit()
    who, base = caller(clinic, "beat"), f"/requests/{sent.ref}/visits/1"
    who.post(f"{base}/claim")
    team = clinic.person("sefora").memberships.get().team
    for person in Person.objects.filter(memberships__team=team, active=True):
        leaving.deactivate_person(person, actor=SYSTEM)
    who.post(f"{base}/complete", {})
    clinic.settle()
    clinic.tick(days=3)
    clinic.settle()
    offered = {h["receiver_team"]["key"]: h for h in who.items(f"/requests/{sent.ref}/handoffs")}
    assert offered[team.key]["state"] == "offered"
    # Nobody took it in time: that is on record, and somebody was told.
    late = Event.objects.filter(type="clock.breached", chain=sent.chain)
    assert late.count() > 0
    assert Notice.objects.filter(kind="clock.breached").exists()
    call_command("check_invariants")


@pytest.mark.django_db
def test_a49_a_branch_is_never_ownerless_whoever_left(clinic: World) -> None:
    """Who answers for it is named, one after the other, and sees where it is."""
    sent = clinic.submit()
    who, base = caller(clinic, "beat"), f"/requests/{sent.ref}/visits/1"
    who.post(f"{base}/claim")
    who.post(f"{base}/complete", {})
    clinic.settle()

    def answering() -> tuple[list[str], list[str]]:
        branches = who.get(f"/requests/{sent.ref}")["branches"]
        (branch,) = [b for b in branches if b["team"]["key"] == "diagnostics"]
        return branch["accountable"], branch["meanwhile"]

    def leave(role: str) -> list[str]:
        """All who hold a role leave; their names."""
        rows = Person.objects.filter(assignments__role__key=role, active=True)
        found = list(rows.distinct().order_by("pk"))
        for person in found:
            leaving.deactivate_person(person, actor=SYSTEM)
        return [person.name for person in found]

    assert answering() == (["Sefora Nay"], [])
    assert leave("biometry-nurse") == ["Sefora Nay"]
    owners = {}
    for key in ("head-nurse", "medical-director"):
        holders = Person.objects.filter(assignments__role__key=key, active=True)
        owners[key] = list(holders.values_list("name", flat=True))
    assert owners["head-nurse"] != owners["medical-director"]
    assert answering() == ([], owners["head-nurse"])
    page = client("beat").get(f"/requests/{sent.ref}/").content.decode()
    assert f"{owners['head-nurse'][0]} answers meanwhile, as owner of the stream" in page
    leave("head-nurse")
    assert answering() == ([], owners["medical-director"])
    leave("medical-director")
    stewards = Person.objects.filter(active=True, users__is_steward=True)
    assert answering() == ([], list(stewards.order_by("name").values_list("name", flat=True)))
    assert stewards.exists()

    # Somebody of another department gets the role: they are named, and find it.
    other = clinic.person("jost")
    assert client("jost").get(f"/requests/{sent.ref}/").status_code == 404
    role = Role.objects.get(key="biometry-nurse")
    roles.assign_role(other, role, actor=SYSTEM)
    assert answering() == ([other.name], [])
    assert client("jost").get(f"/requests/{sent.ref}/").status_code == 200


@pytest.fixture
def world(settings: Any, tmp_path: Path, transactional_db: None) -> Iterator[World]:
    settings.MEDIA_ROOT = tmp_path / "files"
    yield World(CLINIC, ("model",))
    clock.set_source(None)


THREADS = 50


@pytest.mark.slow
@pytest.mark.parametrize("step", ["claim", "complete"])
def test_a47_fifty_at_once_move_a_step_once(world: World, step: str) -> None:
    sent = world.submit()
    who = caller(world, "beat")
    base = f"/requests/{sent.ref}/visits/1"
    if step == "complete":
        who.post(f"{base}/claim")
    events, visits = Event.objects.count(), StageVisit.objects.filter(request=sent).count()
    start, answers = threading.Barrier(THREADS), Counter[tuple[int, str]]()

    def run() -> None:
        one = Caller(who.token)
        start.wait()
        answer = one.raw("POST", f"{base}/{step}", {})
        answers[(answer.status_code, answer.json().get("code", ""))] += 1
        connection.close()

    threads = [threading.Thread(target=run) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == {(200, ""): 1, (409, "wrong-state"): THREADS - 1}
    done = Event.objects.filter(type="visit.started" if step == "claim" else "visit.completed")
    assert done.count() == 1 and Event.objects.count() > events
    # Completing opens the two stages behind the fork, once.
    opened = StageVisit.objects.filter(request=sent).count() - visits
    assert opened == (0 if step == "claim" else 2)
