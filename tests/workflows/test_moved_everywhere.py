"""A request that follows another version is read, worked on, exported and counted as before."""

import io
from collections import defaultdict
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from esm.common import clock
from esm.events.actors import SYSTEM
from esm.events.services.anchors import anchor
from tests.api.client import caller
from tests.audit.test_evidence import unpack, verify
from tests.oracle.flow_cases import cases_of, events_of
from tests.support import World, client
from tests.workflows.moving_on import draft, put_in_force, renamed
from valueflow.models import FactDecision, FactHandoff, FactRequest, FactSpan, FactVisit
from valueflow.services.project import project_requests, rebuild_all
from workflows.models import Request
from workflows.services import migrating, requests

pytestmark = pytest.mark.django_db


def both(*pairs: tuple[str, str]) -> dict[tuple[str, str], Any]:
    """The same model with other keys for several stages."""
    found: dict[tuple[str, str], list[Any]] = defaultdict(list)
    for pair in pairs:
        for place, change in renamed(*pair).items():
            found[place].append(change)
    return {place: partial(_each, changes) for place, changes in found.items()}


def _each(changes: list[Any], spec: dict[str, Any]) -> None:
    for change in changes:
        change(spec)


@pytest.fixture
def moved(desk: World) -> Request:
    """Work was done at a step that is gone, given back, and moved on under the next version."""
    sent = desk.submit()
    desk.play(sent, until=6)
    names = {"commercial-terms": "terms", "intake": "arrival"}
    put_in_force(draft(3, both(*names.items())))
    migrating.migrate_request(sent.pk, mapping=names, actor=SYSTEM)
    sent.refresh_from_db()
    return sent


def test_every_page_of_it_is_read(moved: Request) -> None:
    here = f"/requests/{moved.ref}/"
    browser = client("helmi")
    clocks = [f"{here}clocks/{row.seq}/" for row in moved.clocks.exclude(visit=None)[:3]]
    for address in (here, f"{here}print/", "/", *clocks):
        assert browser.get(address).status_code == 200, address
    text = client("mira").get(here).content.decode()
    assert "Now follows" in text and "for Commercial terms" in text


def test_the_api_tells_all_of_it(desk: World, moved: Request) -> None:
    who = caller(desk, "helmi")
    found = who.get(f"/requests/{moved.ref}")
    assert found["version"] == "OM-3"
    for part in ("visits", "handoffs", "clocks", "events", "comments", "decisions"):
        who.items(f"/requests/{moved.ref}/{part}")
    for row in moved.clocks.all():
        who.get(f"/requests/{moved.ref}/clocks/{row.seq}")


def parts_of(request: Request) -> list[Any]:
    kinds = (FactSpan, FactVisit, FactHandoff, FactDecision)
    rows = [kind.objects.filter(fact=request.pk).order_by("pk").values() for kind in kinds]
    return [[{k: v for k, v in row.items() if k != "id"} for row in found] for found in rows]


def test_figures_and_the_second_opinion_know_where_it_is(moved: Request) -> None:
    project_requests([moved.pk])
    fact = FactRequest.objects.get(request=moved)
    visits = list(fact.visits.order_by("number").values_list("stage", "role"))
    assert (fact.version, fact.stage) == ("OM-3", "terms")
    assert [stage for stage, _role in visits] == [
        "intake", "commercial-terms", "legal-review", "terms",
    ]  # fmt: skip
    before = parts_of(moved)
    rebuild_all()
    assert parts_of(moved) == before
    out = io.StringIO()
    call_command("events", "export", "--jsonl", stdout=out)
    (case,) = [
        one
        for one in cases_of(
            events_of(out.getvalue().splitlines()), clock.now() + timedelta(seconds=1)
        )
        if one.chain == moved.chain
    ]
    assert case.sent["version"] == "OM-3"
    assert [visit.stage for visit in case.visits.values()] == [stage for stage, _role in visits]


def test_its_evidence_holds(desk: World, moved: Request, tmp_path: Path) -> None:
    requests.share(moved.pk, person=desk.person("sander"), actor=desk.actor("mira"))
    anchor()
    answer = client("sander").get(f"/requests/{moved.ref}/evidence/")
    assert answer.status_code == 200
    code, said = verify(unpack(b"".join(answer.streaming_content), tmp_path))
    assert code == 0, said
