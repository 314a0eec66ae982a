"""Attacks on single objects: 1 to 10 of docs/attacks.md."""

import re
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client

from catalog.models import Draft, Offering
from esm.events.models import Event
from governance.models import Person
from tests.architecture.urls import addresses
from tests.depth import some_of
from tests.permissions.test_invisible import BLIND, MISSING, seen
from tests.permissions.world import Stage
from workflows.models import Comment, Request
from workflows.services import requests

pytestmark = pytest.mark.django_db

NOTE = "Mind their history."
PARAMETER = re.compile(r"<(\w+):(\w+)>")
FILLED = {"int": "1", "slug": "x", "str": "x"}
V1 = "/api/v1"


def below_a_request() -> Iterator[str]:
    """Every address below a request, its other parameters filled, the request left open."""
    for address in addresses():
        if "<str:ref>" in address.route:
            route = address.route.replace("<str:ref>", "{ref}")
            yield "/" + PARAMETER.sub(lambda found: FILLED[found[1]], route)


def written() -> tuple[int, int, int]:
    """What a refused call must leave as it was."""
    return Request.objects.count(), Draft.objects.count(), Event.objects.count()


def post(client: Client, path: str, body: Any) -> HttpResponse:
    found: HttpResponse = client.post(V1 + path, body, content_type="application/json")
    return found


def answers(stage: Stage) -> dict[str, Any]:
    """What the requester would send by API: the draft's answers, its file left out."""
    return {"offering": stage.draft.offering.key, "data": stage.draft.data}


@pytest.mark.parametrize("actor", [*BLIND, "anonymous"])
def test_a01_no_way_of_naming_a_hidden_request_finds_it(stage: Stage, actor: str) -> None:
    hidden = stage.requests["confidential"]
    client, number = stage.client(actor), hidden.ref.removeprefix("R-")
    for base in ("/requests/{}/", "/r/{}/", f"{V1}/requests/{{}}", "/api/v1/queues/{}"):
        for name in (hidden.ref, hidden.ref.lower(), number, f"R-0{number}", hidden.pk, uuid4()):
            found = client.get(base.format(name))
            gone = client.get(base.format(MISSING if str(name).startswith("R-") else 99_999_999))
            if found.status_code == 302:
                assert actor in ("anonymous", "token") and "/sign-in/" in found["Location"]
            else:
                assert found.status_code in (401, 404), (base, name)
            assert found.status_code == gone.status_code
            assert hidden.title.encode() not in found.content


def test_a02_nothing_below_a_hidden_request_is_there(stage: Stage) -> None:
    """What is sent there, and by whom else, is asked by the tests of permissions."""
    hidden, count = stage.requests["confidential"].ref, 0
    ways = (("get", "other"), ("head", "other"), ("get", "auditor"))
    for turn, route in enumerate(below_a_request()):
        for method, actor in some_of(ways, turn):
            client = stage.client(actor)
            one = getattr(client, method)(route.format(ref=hidden))
            other = getattr(client, method)(route.format(ref=MISSING))
            assert seen(one, hidden, MISSING) == seen(other, hidden, MISSING), (route, actor)
            assert one.status_code in (403, 404, 405), (route, actor)
            count += one.status_code == 404
    assert count > 20


def test_a03_a_request_cannot_be_tied_to_a_hidden_one(stage: Stage) -> None:
    client, before = stage.client("requester"), written()
    for member in ("parent", "linked_to", "duplicate_of", "related"):
        told = []
        for ref in (stage.requests["confidential"].ref, MISSING):
            found = post(client, "/requests", {**answers(stage), member: ref})
            assert found.status_code == 400
            assert member in found.content.decode() and ref not in found.content.decode()
            told.append(re.sub(rb'"reference":"[^"]+"', b"", found.content))
        assert told[0] == told[1]
    assert written() == before


def test_a04_hidden_things_are_named_like_missing_ones(stage: Stage) -> None:
    """An offering that is not for the caller, and a person who left, read like none at all."""
    client = stage.client("requester")
    offering = Offering.objects.get(pk=stage.draft.offering_id)
    body, asked = answers(stage), {**answers(stage), "offering": "nothing-like-it"}
    person = Person.objects.get(users=stage.accounts["other"])
    elsewhere = person.memberships.get().team.department
    offering.audience.set([elsewhere])
    before = written()
    one, other = post(client, "/requests", body), post(client, "/requests", asked)
    assert one.status_code == other.status_code == 400
    assert one.json()["errors"] == other.json()["errors"] != []
    assert client.get(f"{V1}/offerings/{offering.key}").status_code == 404
    assert client.get(f"/services/{offering.service.key}/").status_code == 404
    assert written() == before

    gone = Person.objects.filter(users=None).exclude(email="").order_by("-pk")[0]
    Person.objects.filter(pk=gone.pk).update(active=False)
    share = f"/requests/{stage.requests['queued'].ref}/share"
    told = [
        post(client, share, {"email": mail}).json()["errors"]
        for mail in (gone.email, "no-such-person@example.org")
    ]
    assert told[0] == told[1] != []


def test_a05_a_request_is_not_moved_by_its_requester(stage: Stage) -> None:
    mine = stage.requests["queued"]
    client, before = stage.client("requester"), written()
    body = {"queue": "elsewhere", "team": "elsewhere", "state": "fulfilled", "department": "x"}
    for method in ("patch", "put", "delete"):
        for path in (f"{V1}/requests/{mine.ref}", f"{V1}/requests/{mine.ref}/visits/1"):
            found = getattr(client, method)(path, body, content_type="application/json")
            assert found.status_code == 405
    assert client.post(f"/requests/{mine.ref}/", body).status_code == 405
    assert client.post(f"/requests/{mine.ref}/visits/1/claim/", body).status_code == 403
    assert written() == before


def test_a06_asking_again_copies_nothing_that_others_wrote(stage: Stage) -> None:
    """There is no merging or splitting; a copy is a draft of one's own answers."""
    source, asker = stage.requests["offered"], stage.accounts["requester"]
    worker = stage.world.actor(stage.world.journey["steps"][0]["actor"])
    requests.comment(source.pk, body="A word among us.", internal=True, actor=worker)
    client = stage.client("requester")
    for stranger in BLIND:
        for action in ("/again/",):
            found = stage.client(stranger).post(f"/requests/{MISSING}{action}")
            assert found.status_code in (302, 403, 404)
    before = set(Draft.objects.values_list("pk", flat=True))
    made = client.post(f"/requests/{source.ref}/again/")
    (draft,) = Draft.objects.exclude(pk__in=before)
    assert made["Location"].startswith(f"/drafts/{draft.pk}/")
    assert (draft.user, draft.data.items() <= source.data.items()) == (asker, True)
    names = set(draft.files.values_list("name", flat=True))
    assert names <= set(source.attachments.exclude(field_key="").values_list("name", flat=True))
    page = client.get(made["Location"]).content.decode()
    assert "A word among us." not in page and NOTE not in page


def test_a07_internal_notes_are_nowhere_for_the_requester(stage: Stage) -> None:
    talked = stage.requests["offered"]
    client, other = stage.client("requester"), stage.client("receiver")
    assert NOTE in other.get(f"/requests/{talked.ref}/").content.decode()
    for route in below_a_request():
        page = client.get(route.format(ref=talked.ref))
        assert NOTE.encode() not in (page.getvalue() if page.streaming else page.content), route
    public = Comment.objects.filter(request=talked, internal=False).count()
    said = client.get(f"{V1}/requests/{talked.ref}/comments").json()["items"]
    assert len(said) == public == 1
    for asked in ("include=internal", "fields=internal_notes", "internal=true", "expand=notes"):
        for path in (f"/requests/{talked.ref}", f"/requests/{talked.ref}/comments", "/requests"):
            found = client.get(f"{V1}{path}?{asked}")
            assert NOTE not in found.content.decode()
            assert found.status_code in (200, 400)
            assert found.status_code == 400 or path == f"/requests/{talked.ref}"
    assert NOTE not in client.get("/search/?q=history").content.decode()


def test_a08_a_draft_is_its_writers_alone(stage: Stage) -> None:
    draft, file = stage.draft, stage.draft.files.get()
    filled = {"draft_id": str(draft.pk), "file_id": str(file.pk), "number": "1"}
    routes = [
        "/" + PARAMETER.sub(lambda found: filled.get(found[2], "1"), address.route)
        for address in addresses()
        if "<uuid:draft_id>" in address.route
    ]
    data, before = dict(draft.data), written()
    assert len(routes) >= 9
    for actor in ("receiver", "other", "decider", "steward", "auditor", "admin"):
        for route in routes:
            for method in ("get", "post"):
                found = getattr(stage.client(actor), method)(route, {"subject": "taken"})
                assert found.status_code in (404, 405), (actor, method, route)
    draft.refresh_from_db()
    assert (draft.data, draft.discarded_at, written()) == (data, None, before)


def test_a10_parts_of_another_request_are_not_below_ones_own(stage: Stage) -> None:
    """Parts are numbered within their request: there is no number that reaches into another."""
    mine, other = stage.requests["queued"], stage.requests["offered"]
    client = stage.client("requester")
    upload = SimpleUploadedFile("more.txt", b"Something to read.")
    assert client.post(f"/requests/{other.ref}/files/", {"file": upload}).status_code == 302
    far = other.attachments.latest("seq")
    assert not mine.attachments.filter(seq=far.seq).exists()
    assert client.get(f"/requests/{other.ref}/files/{far.seq}/").status_code == 200
    for path in (
        f"/requests/{mine.ref}/files/{far.seq}/",
        f"{V1}/requests/{mine.ref}/files/{far.seq}",
    ):
        assert client.get(path).status_code == 404
    handoff = other.handoffs.latest("seq")
    receiver = stage.client("receiver")
    said = {"reason": "x", "note": "x", "question": "x"}
    assert not mine.handoffs.exists()
    for action in ("accept", "return", "ask"):
        path = f"/requests/{mine.ref}/handoffs/{handoff.seq}/{action}/"
        assert receiver.post(path, said).status_code == 404
    alien = Draft.objects.create(
        user=stage.accounts["other"],
        person=Person.objects.get(users=stage.accounts["other"]),
        offering=stage.draft.offering,
    )
    client, told = stage.client("other"), []
    for number in (stage.draft.files.get().pk, 99_999_999):
        found = client.post(f"/drafts/{alien.pk}/files/{number}/remove/")
        told.append((found.status_code, found["Location"]))
    assert told == [(302, f"/drafts/{alien.pk}/1/")] * 2
    assert stage.draft.files.count() == 1
