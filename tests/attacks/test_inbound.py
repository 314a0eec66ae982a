"""Webhooks in: attack 43 of docs/attacks.md, and all that is not believed."""

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from standardwebhooks.webhooks import Webhook

from esm.accounts.models import ServiceAccount, User
from esm.common import clock
from esm.common.errors import Invalid, NotAllowed
from esm.events.actors import SYSTEM, Actor
from esm.events.models import Event
from governance.blueprint.weeks import resolve_weeks
from governance.models import ModelElement, Person, Program
from governance.selectors import versions
from governance.selectors.people import actor_for
from governance.services import drafting, publishing
from tests.support import CLINIC, WEEK_ONE, World
from workflows import mapping
from workflows.models import InboundMessage, InboundSource, Request
from workflows.services import inbound

ME = Actor(kind="person", ref="P-1")
MAPPING = "\n".join(
    [
        "patient_label: patient.label",
        "eyes: patient.eyes",
        "sedation: plan.sedation",
        "payer: plan.payers[0].kind",
        "policy_number: plan.payers[0].policy",
        "expected_cost: plan.cost",
        "second_date: plan.second",
    ]
)


def without_files(world: World) -> None:
    """A version in which the offering asks for no file: none comes in a message."""
    draft = drafting.create_draft(
        number=2, code="CL-2", based_on=versions.published(), actor=SYSTEM
    )
    key = world.journey["offering"]
    element = ModelElement.objects.get(version=draft, kind="Offering", key=key)
    spec = versions.blueprint(draft).get("Offering", key)
    plain = spec.model_dump(mode="json")
    for section in plain["form"]["sections"]:
        for field in section["fields"]:
            field["required"] = field["required"] and field["type"] != "file"
    seen = bytes(element.content_hash)
    changed = type(spec).model_validate(plain)
    drafting.edit_element(draft, "Offering", key, changed, expected_hash=seen, actor=SYSTEM)
    publishing.publish(draft, actor=SYSTEM, without_consent=True)


def made(world: World) -> inbound.Shown:
    """A source by an administrator, in the name of the journey's requester."""
    without_files(world)
    boss = User.objects.create_user("boss", is_admin=True)
    program = User.objects.create_user("desk-link")
    account = ServiceAccount.objects.create(
        key="desk-link", name="Desk", user=program, role_key="receptionist"
    )
    Program.objects.create(account=account, owner=world.person("livia"))
    return inbound.make_source(
        name="Ward system",
        program="desk-link",
        requester=world.person(world.journey["persona"]).key,
        offering=world.journey["offering"],
        mapping=MAPPING,
        by=boss,
        actor=actor_for(boss),
    )


def body(world: World, **changes: Any) -> str:
    """A message that says what the journey's form asks for."""
    values: dict[str, Any] = resolve_weeks(world.journey["values"], WEEK_ONE) | changes
    payer = {"kind": values["payer"], "policy": values["policy_number"]}
    plan = {"sedation": values["sedation"], "payers": [payer], "cost": values["expected_cost"],
            "second": values["second_date"]}  # fmt: skip
    patient = {"label": values["patient_label"], "eyes": values["eyes"]}
    return json.dumps({"patient": patient, "plan": plan}, default=str)


def send(
    found: inbound.Shown, text: str, *, name: str = "msg_1", secret: str = "", age_s: int = 0
) -> HttpResponse:
    """Post it, signed."""
    at = datetime.now(UTC) - timedelta(seconds=age_s)
    answer: HttpResponse = Client().post(
        f"/hooks/{found.source.key}/",
        text,
        content_type="application/json",
        headers={
            "webhook-id": name,
            "webhook-timestamp": str(int(at.timestamp())),
            "webhook-signature": Webhook(secret or found.secret).sign(name, at, text),
        },
    )
    return answer


@pytest.fixture
def source(clinic: World) -> inbound.Shown:
    """The source in a test's own transaction."""
    return made(clinic)


@pytest.mark.django_db(transaction=True)
def test_a43_one_id_a_hundred_times_at_once_is_one_request() -> None:
    world = World(CLINIC, ("model",))
    found, text = made(world), body(world)
    gate = threading.Barrier(10)

    def ten() -> list[tuple[int, bytes]]:
        gate.wait()
        try:
            return [(a.status_code, a.content) for a in (send(found, text) for _ in range(10))]
        finally:
            connection.close()

    try:
        with ThreadPoolExecutor(10) as pool:
            answers = [one for each in pool.map(lambda _n: ten(), range(10)) for one in each]
    finally:
        clock.set_source(None)
    request = Request.objects.get()
    assert len(answers) == 100
    assert set(answers) == {(200, json.dumps({"request": request.ref}).encode())}
    assert InboundMessage.objects.count() == 1
    sent = Event.objects.get(type="request.submitted")
    assert (sent.actor, sent.on_behalf_of) == ("svc:desk-link", request.requester.ref)
    assert request.channel == "webhook"


def test_a43_another_id_is_another_request(clinic: World, source: inbound.Shown) -> None:
    text = body(clinic)
    first, second = send(source, text), send(source, text, name="msg_2")
    assert first.json() != second.json()
    assert Request.objects.count() == 2


def test_nothing_is_believed_but_a_fresh_signature(clinic: World, source: inbound.Shown) -> None:
    text = body(clinic)
    other = inbound.signing.secret_of(inbound.signing.new_salt())
    refused = [
        send(source, text, secret=other),
        send(source, text, age_s=301),
        send(source, text, age_s=-310),
        send(source, text, name="x" * 201),
        Client().post(f"/hooks/{source.source.key}/", text, content_type="application/json"),
        Client().post("/hooks/nothing/", text, content_type="application/json"),
    ]
    assert {(a.status_code, a.content) for a in refused} == {(401, refused[0].content)}
    assert (Request.objects.count(), InboundMessage.objects.count()) == (0, 0)
    row = InboundSource.objects.get()
    assert (row.refused, row.refused_why) == (5, "its id is missing or unreadable")


def test_both_secrets_count_for_a_day(clinic: World, source: inbound.Shown) -> None:
    boss = User.objects.get(username="boss")
    new = inbound.rotate_source(source.source, by=boss, actor=ME)
    text = body(clinic)
    assert send(source, text, name="a").status_code == 200
    assert send(new, text, name="b").status_code == 200
    clinic.tick(hours=25)
    assert send(source, text, name="c").status_code == 401
    assert send(new, text, name="d").status_code == 200


@pytest.mark.parametrize(
    "text", ["", "no", "[]", '{"a": 1, "a": 2}', '{"patient": "\\u0000"}', "[" * 5000, "NaN"]
)
def test_what_cannot_become_a_request_is_kept_with_the_reason(
    clinic: World, source: inbound.Shown, text: str
) -> None:
    first, again = send(source, text), send(source, text)
    assert (first.status_code, first.content) == (422, again.content)
    assert Request.objects.count() == 0
    assert InboundMessage.objects.get().refusal


def test_the_form_is_asked_as_for_anybody(clinic: World, source: inbound.Shown) -> None:
    answer = send(source, body(clinic, eyes="three"))
    assert answer.status_code == 422
    assert list(answer.json()["errors"]) == ["eyes"]


def test_a_program_or_person_who_left_asks_for_nothing(
    clinic: World, source: inbound.Shown
) -> None:
    ServiceAccount.objects.update(active=False)
    assert send(source, body(clinic)).status_code == 401
    ServiceAccount.objects.update(active=True)
    boss = User.objects.get(username="boss")
    inbound.end_source(source.source, by=boss, actor=ME)
    assert send(source, body(clinic)).status_code == 401
    assert Request.objects.count() == 0


def test_a_message_waits_for_a_program_whose_owner_left(
    clinic: World, source: inbound.Shown
) -> None:
    """It is told what to do, nothing is kept, and the same message counts once that is mended."""
    Person.objects.filter(key="livia-caduff").update(active=False)
    answer = send(source, body(clinic))
    assert answer.status_code == 403
    assert "An administrator says who answers for it now" in answer.json()["refused"]
    source.source.refresh_from_db()
    assert source.source.refused == 1
    assert (Request.objects.count(), InboundMessage.objects.count()) == (0, 0)
    Program.objects.update(owner=clinic.person(clinic.journey["persona"]))
    assert send(source, body(clinic)).status_code == 200
    assert Request.objects.count() == 1


def test_a_program_asks_for_nothing_that_is_not_for_its_role(
    clinic: World, source: inbound.Shown
) -> None:
    """The requester may ask for it; the role that the program acts in may not."""
    draft = drafting.create_draft(
        number=3, code="CL-3", based_on=versions.published(), actor=SYSTEM
    )
    key = clinic.journey["offering"]
    element = ModelElement.objects.get(version=draft, kind="Offering", key=key)
    spec = versions.blueprint(draft).get("Offering", key)
    changed = spec.model_copy(update={"audience": ("front-office",)})
    seen = bytes(element.content_hash)
    drafting.edit_element(draft, "Offering", key, changed, expected_hash=seen, actor=SYSTEM)
    publishing.publish(draft, actor=SYSTEM, without_consent=True)
    ServiceAccount.objects.update(role_key="claims-clerk")
    answer = send(source, body(clinic))
    assert answer.status_code == 422
    assert "is not for the role “Claims Clerk”" in answer.json()["refused"]
    ServiceAccount.objects.update(role_key="receptionist")
    assert send(source, body(clinic), name="msg_2").status_code == 200


def test_a_source_is_changed_from_the_next_message_on(clinic: World, source: inbound.Shown) -> None:
    boss = User.objects.get(username="boss")
    who = {"by": boss, "actor": actor_for(boss)}
    with pytest.raises(Invalid):
        inbound.change_source(source.source, name="Ward", mapping="no_such: x", **who)
    fixed = MAPPING.replace("eyes: patient.eyes", 'eyes: "left"')
    inbound.change_source(source.source, name="Ward", mapping=fixed, **who)
    inbound.change_source(source.source, name="Ward", mapping=fixed, **who)
    assert send(source, body(clinic)).status_code == 200
    assert Request.objects.get().data["eyes"] == "left"
    (event,) = Event.objects.filter(chain=source.source.chain, type="source.changed")
    assert event.data == {"fields": ["name", "mapping"]}


def test_a_body_is_tried_out_without_an_effect(clinic: World, source: inbound.Shown) -> None:
    boss = User.objects.get(username="boss")
    tried = inbound.try_out(source.source, json.loads(body(clinic)), by=boss)
    assert tried["eyes"] == "both"
    with pytest.raises(Invalid):
        inbound.try_out(source.source, {}, by=boss)
    assert (Request.objects.count(), InboundMessage.objects.count()) == (0, 0)


def test_only_administrators_keep_sources(clinic: World, source: inbound.Shown) -> None:
    nobody = User.objects.create_user("nobody")
    before = Event.objects.count()
    for verb in (
        lambda: inbound.rotate_source(source.source, by=nobody, actor=ME),
        lambda: inbound.end_source(source.source, by=nobody, actor=ME),
        lambda: inbound.try_out(source.source, {}, by=nobody),
        lambda: inbound.make_source(
            name="x", program="", requester="", offering="", mapping="", by=nobody, actor=ME
        ),
    ):
        with pytest.raises(NotAllowed):
            verb()
    assert Event.objects.count() == before


@pytest.mark.parametrize(
    "text",
    ["total", "total:", ": a", "a: b..c", 'a: "open', "a: b[x]", "a: b\na: c", "a: b" + ".b" * 13],
)
def test_a_mapping_that_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(mapping.Unreadable):
        mapping.read(text)


def test_a_mapping_reads_back_as_it_was_written() -> None:
    text = 'total: order.lines[0].total\nkind: "new \\"one\\""\nwho: name'
    assert mapping.text_of(mapping.read(text)) == text
    found = mapping.apply(mapping.read(text), {"order": {"lines": [{"total": 3}]}, "name": None})
    assert found == {"total": 3, "kind": 'new "one"'}
    assert mapping.apply(mapping.read("a: b.c[1]"), {"b": {"c": [1]}}) == {}
