"""Claim C19: what the model has ended is answered with 409 and what is in force instead."""

from typing import Any

import pytest

from catalog.models import Offering
from esm.accounts.models import ServiceAccount
from esm.common.errors import Retired
from esm.events.actors import SYSTEM
from governance.models import ModelElement, Role
from governance.selectors import versions
from governance.selectors.people import actor_of_person
from governance.services import drafting, publishing
from tests.api.client import Caller, caller
from tests.api.test_refusals import state
from tests.attacks.test_inbound import body, made
from tests.attacks.test_inbound import send as post_message
from tests.support import World
from workflows.models import InboundMessage, Request
from workflows.services import requests

NEW = "lens-surgery-anew"


def end_offering(world: World) -> str:
    """A version in which another offering stands in its place; returns the code of that version."""
    number = versions.published().number + 1
    draft = drafting.create_draft(
        number=number, code=f"CL-{number}", based_on=versions.published(), actor=SYSTEM
    )
    rows = ModelElement.objects.filter(version=draft, kind="Offering")
    assert rows.filter(key=world.journey["offering"]).update(key=NEW) == 1
    publishing.publish(draft, actor=SYSTEM, without_consent=True)
    return str(draft.code)


def ask(who: Caller, key: str) -> Any:
    return who.raw("POST", "/requests", {"offering": key, "data": {}})


@pytest.mark.claim("C19", "/api/v1/requests")
def test_an_offering_that_ended_is_answered_with_what_is_in_force(clinic: World) -> None:
    key, who = clinic.journey["offering"], caller(clinic, clinic.journey["persona"])
    assert ask(who, key).status_code == 400, "its answers are missing"
    code = end_offering(clinic)
    before = state()
    refused = ask(who, key)
    assert (refused.status_code, refused.json()["code"]) == (409, "retired")
    assert refused.json()["in_force"] == {"version": code, "offerings": [NEW]}
    assert refused.json()["detail"] == (
        "“Planned lens surgery” can no longer be asked for: the model in force, CL-2, has ended"
        f" it. Ask for {NEW}."
    )
    many = who.post("/requests/batch", {"items": [{"offering": key, "data": {}}]})["results"]
    assert [(row["status"], row["problem"]) for row in many] == [(409, refused.json())]
    # Who could not have asked for it learns nothing of it.
    Offering.objects.filter(key=key).update(audience_roles=["nobody-holds-this"])
    assert ask(who, key).json() == {
        **ask(who, "no-such-offering").json(),
    }
    assert ask(who, key).status_code == 400
    assert state() == before


def test_the_service_refuses_it_too(clinic: World) -> None:
    offering = Offering.objects.get(key=clinic.journey["offering"])
    person = clinic.person(clinic.journey["persona"])
    code = end_offering(clinic)
    with pytest.raises(Retired) as refused:
        requests.submit(offering=offering, data={}, requester=person, actor=actor_of_person(person))
    assert refused.value.extra == {"in_force": {"version": code}}
    assert Request.objects.count() == 0


def test_a_message_for_what_ended_is_answered_with_the_version_in_force(clinic: World) -> None:
    source = made(clinic)
    role = Role.objects.filter(key=ServiceAccount.objects.get(key="desk-link").role_key)
    role.update(retired_at=clinic.now)
    answer = post_message(source, body(clinic))
    assert (answer.status_code, answer.json()["in_force"]) == (409, {"version": "CL-2"})
    role.update(retired_at=None)
    code = end_offering(clinic)
    answer = post_message(source, body(clinic))
    assert (answer.status_code, answer.json()["in_force"]) == (409, {"version": code})
    assert "can no longer be asked for" in answer.json()["refused"]
    source.source.refresh_from_db()
    assert source.source.refused == 2 and "can no longer" in source.source.refused_why
    assert (Request.objects.count(), InboundMessage.objects.count()) == (0, 0)
