"""Open pages about work: told when it moves, within the sight of who asks."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from esm.accounts.models import User
from governance.models import Person
from tests.support import World
from workflows.models import Request
from workflows.services import requests


def signed_in(username: str) -> Client:
    client = Client()
    client.force_login(User.objects.get(username=username))
    return client


def ask(client: Client, page: str, seen: str = "") -> dict:
    answer = client.get("/live/", {"page": page, "seen": seen})
    assert answer.status_code == 200
    return answer.json()


def test_pages_about_work_follow_it(demo: World) -> None:
    request = demo.submit()
    demo.settle()
    asker = signed_in(demo.journey["persona"])
    worker = signed_in(demo.journey["steps"][0]["actor"])
    team = request.visits.get().team.key
    pages = {f"request/{request.ref}": asker, "requests": asker, f"queue/{team}": worker}
    marks = {page: ask(client, page)["mark"] for page, client in pages.items()}
    for page, client in pages.items():
        assert ask(client, page, marks[page])["changed"] is False
    demo.play(request, until=1)
    for page, client in pages.items():
        told = ask(client, page, marks[page])
        assert (told["changed"], told["say"]) == (True, "This has changed.")
    demo.submit()
    demo.submit()
    assert ask(worker, f"queue/{team}", marks[f"queue/{team}"])["say"] == "2 new."


def test_a_decider_hears_of_a_decision(demo: World) -> None:
    request = demo.submit()
    decision = demo.to_decision(request)
    assert decision.decider is not None
    user = decision.decider.users.first()
    assert user is not None
    client = Client()
    client.force_login(user)
    assert client.get("/live/", {"page": "decisions"}).json()["counts"]["decisions"]["n"] == 1


def test_a16_what_is_hidden_is_404_whatever_is_known(demo: World) -> None:
    """Attack 16: lost sight and never had it answer like what is missing."""
    request = demo.submit()
    asker = signed_in(demo.journey["persona"])
    page = {"page": f"request/{request.ref}"}
    etag = asker.get("/live/", page)["ETag"]
    assert asker.get("/live/", page, headers={"If-None-Match": etag}).status_code == 304
    Request.objects.filter(pk=request.pk).update(principals=[])
    for known in (page, {"page": "request/R-99999"}, {"page": "request/x"}, {"page": "queue/none"}):
        assert asker.get("/live/", known, headers={"If-None-Match": etag}).status_code == 404


def test_an_internal_change_of_a_hidden_request_changes_no_queue(demo: World) -> None:
    request = demo.submit()
    demo.settle()
    team = request.visits.get().team
    worker = signed_in(demo.journey["steps"][0]["actor"])
    Request.objects.filter(pk=request.pk).update(principals=[])
    before = ask(worker, f"queue/{team.key}")["mark"]
    requests.comment(
        request.pk, body="Hidden.", internal=False, actor=demo.actor(demo.journey["persona"])
    )
    Request.objects.filter(pk=request.pk).update(principals=[])
    assert ask(worker, f"queue/{team.key}")["mark"] == before


@pytest.mark.parametrize("page", ["request/{ref}", "queue/{team}", "requests", "decisions"])
def test_asking_costs_the_same_whatever_there_is(demo: World, page: str) -> None:
    request = demo.submit()
    worker = Person.objects.get(users__username=demo.journey["steps"][0]["actor"])
    client = signed_in(worker.users.get().username)
    page = page.format(ref=request.ref, team=request.visits.get().team.key)

    def cost() -> int:
        etag = client.get("/live/", {"page": page})["ETag"]
        with CaptureQueriesContext(connection) as asked:
            answer = client.get("/live/", {"page": page}, headers={"If-None-Match": etag})
        assert answer.status_code == 304
        return len(asked)

    few = cost()
    for _ in range(4):
        demo.submit()
    assert cost() == few
    assert few <= 12
