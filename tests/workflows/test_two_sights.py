"""The envelope for who owns a service or stream, and notes of teams on what persons alone see."""

import re

import pytest
from django.test import Client

from esm.accounts.models import User
from esm.common.errors import NotAllowed
from esm.events.actors import SYSTEM
from esm.events.services import dispatch
from esm.notices.models import Notice
from governance.models import Person, Role
from governance.selectors.people import actor_of_person
from governance.services.people import link_user
from governance.services.roles import assign_role
from tests.governance.conftest import now, published, staff
from tests.support import client, user
from tests.workflows.test_asking import _fresh, publish, send
from workflows.models import Comment, Request
from workflows.selectors import envelopes
from workflows.selectors import requests as seen
from workflows.services import requests

__all__ = ["_fresh", "now", "published", "staff"]
pytestmark = pytest.mark.django_db
TOKENS = re.compile(r'csrfmiddlewaretoken" value="[^"]+"|csrf-token" content="[^"]+"|"X-CSRF[^}]+')
WORDS = ("Wedding of the mayor", "Bruno Balt")


def owner(role: str = "buyer", focus_kind: str = "", focus_key: str = "") -> Client:
    """Somebody in no team who holds a role."""
    person = Person.objects.create(key="nora", name="Nora Nagy", email="nora@bakery.example")
    link_user(person, User.objects.create_user("nora"), actor=SYSTEM)
    held = Role.objects.get(key=role)
    assign_role(person, held, focus_kind=focus_kind, focus_key=focus_key, actor=SYSTEM)
    return client("nora")


def test_who_owns_the_service_sees_where_it_is_and_nothing_it_says(staff):
    request = send("bruno")
    requests.comment(request.pk, body="For the mayor.", actor=actor_of_person(staff["bruno"]))
    browser = owner()
    assert not seen.visible_to(user("nora")).exists()
    answer = browser.get(f"/requests/{request.ref}/")
    page = answer.content.decode()
    assert answer.status_code == 200
    for told in (request.ref, "Order for a feast", "Flour to bread", "Take the order"):
        assert told in page
    for hidden in (*WORDS, "For the mayor.", "wheat"):
        assert hidden not in page
    found = browser.get(f"/api/v1/requests/{request.ref}/envelope")
    assert found.status_code == 200
    assert set(found.json()) == {
        "ref", "state", "open", "service", "value_stream", "version", "submitted_at",
        "promised_at", "fulfilled_at", "closed_at", "steps",
    }  # fmt: skip
    assert [step["stage"] for step in found.json()["steps"] if step["state"] == "now"] == ["take"]


def test_below_the_envelope_everything_is_missing(staff):
    request, browser = send("bruno"), owner()
    for part in ("", "/comments", "/files", "/events", "/visits", "/handoffs", "/clocks"):
        hidden = browser.get(f"/api/v1/requests/{request.ref}{part}")
        missing = browser.get(f"/api/v1/requests/R-99999{part}")
        assert hidden.status_code == missing.status_code == 404, part
    for part in ("access/", "comments/", "share/", "withdraw/", "files/"):
        assert browser.get(f"/requests/{request.ref}/{part}").status_code == 404, part
    assert browser.get("/search/?q=mayor").content.decode().count(request.ref) == 0


def test_who_owns_nothing_of_it_finds_nothing(staff):
    """A role with a focus elsewhere, a role that owns nothing, a confidential request: missing."""
    request = send("bruno")
    browser = owner("department-head", "department", "house")
    missing = browser.get("/requests/R-99999/")
    answer = browser.get(f"/requests/{request.ref}/")
    assert (answer.status_code, missing.status_code) == (404, 404)
    assert browser.get(f"/api/v1/requests/{request.ref}/envelope").status_code == 404


def test_a_confidential_request_has_no_envelope_for_owners(staff):
    publish(confidential=True)
    request, browser = send("bruno"), owner()
    assert request.confidential
    assert browser.get(f"/requests/{request.ref}/").status_code == 404
    assert browser.get(f"/api/v1/requests/{request.ref}/envelope").status_code == 404
    assert not envelopes.visible_to(user("nora")).exists()


def test_who_works_on_a_confidential_request_writes_notes_among_themselves(staff):
    publish(confidential=True)
    request = send("bruno")
    olga, bruno = actor_of_person(staff["olga"]), actor_of_person(staff["bruno"])
    requests.share(request.pk, person=staff["ben"], actor=bruno)
    dispatch.drain("outbox")
    before = {name: looked_at(name, request) for name in ("bruno", "ben")}
    told = Notice.objects.count()
    requests.comment(request.pk, body="Mind the marzipan.", internal=True, actor=olga)
    dispatch.drain("outbox")
    assert {name: looked_at(name, request) for name in ("bruno", "ben")} == before
    assert Notice.objects.count() == told
    assert "Mind the marzipan." in looked_at("olga", request)[0]
    assert request.ref in client("olga").get("/search/?q=marzipan").content.decode()


def looked_at(name: str, request: Request) -> list[str]:
    """What somebody is told of a request by page, search, API and open pages."""
    browser = client(name)
    api = f"/api/v1/requests/{request.ref}"
    found = [
        browser.get(f"/requests/{request.ref}/"),
        browser.get("/search/?q=marzipan"),
        browser.get(f"{api}/comments"),
        browser.get(f"{api}/events"),
        browser.get("/live/", {"page": f"request/{request.ref}"}),
        browser.get("/live/", {"page": "requests"}),
    ]
    return [TOKENS.sub("", answer.content.decode()) for answer in found]


def test_who_asked_or_was_shown_it_writes_no_note(staff):
    publish(confidential=True)
    request = send("bruno")
    bruno = actor_of_person(staff["bruno"])
    requests.share(request.pk, person=staff["ben"], actor=bruno)
    for actor in (bruno, actor_of_person(staff["ben"])):
        with pytest.raises(NotAllowed, match="teams that work on this request"):
            requests.comment(request.pk, body="Hm.", internal=True, actor=actor)
    assert not Comment.objects.exists()
