"""Attacks on what is told about the hidden: 11 to 21 of docs/attacks.md."""

import json
import re
from typing import Any

import pytest
from django.test import Client

from esm.common.api.docs import description
from esm.events.models import WebhookEndpoint, WebhookMessage
from esm.events.services import dirty, sending, webhooks
from governance.selectors.people import actor_for
from tests.permissions.test_invisible import BLIND, MISSING, seen
from tests.permissions.world import SECRET, TITLE, Stage
from tests.sink import sink as running
from workflows.models import Request, SavedReply
from workflows.services import requests
from workflows.services.replies import save_reply

pytestmark = pytest.mark.django_db

V1 = "/api/v1"
HOSTILE = (
    "owner__password__startswith=p", "ordering=internal_risk", "principals=1", "id=1",
    "requester__users__password__regex=.", "_connector=OR", "confidential=true",
)  # fmt: skip


def lists() -> list[str]:
    """Every list and figure of the API that needs no name in its address."""
    paths = description()["paths"]
    return [path for path, told in sorted(paths.items()) if "get" in told and "{" not in path]


def items(client: Client, path: str) -> list[dict[str, str]]:
    """All pages of a list."""
    found: list[dict[str, str]] = []
    following = path
    while following:
        page = client.get(following).json()
        found += page["items"]
        following = page["next"]
    return found


@pytest.mark.slow
def test_a11_lists_and_counts_are_those_of_what_one_can_open(stage: Stage) -> None:
    for actor in ("requester", "receiver", "other", "decider", "steward", "auditor", "admin"):
        client = stage.client(actor)
        opened = [
            request.ref
            for request in Request.objects.order_by("-number")
            if client.get(f"{V1}/requests/{request.ref}").status_code == 200
        ]
        one_by_one = items(client, f"{V1}/requests?scope=visible&limit=2")
        assert [row["ref"] for row in one_by_one] == opened, actor
        for queue in items(client, f"{V1}/queues"):
            rows = items(client, f"{V1}/queues/{queue['team']['key']}?limit=1")
            assert {row["request"] for row in rows} <= set(opened), (actor, queue)


@pytest.mark.parametrize("asked", HOSTILE)
def test_a12_unknown_filters_and_orders_are_refused(stage: Stage, asked: str) -> None:
    client, paths = stage.client("requester"), lists()
    assert len(paths) > 10
    for path in paths:
        found = client.get(f"{path}?{asked}")
        assert found.status_code in (400, 403), (path, found.status_code)
        if found.status_code == 400:
            told = [error["pointer"] for error in found.json()["errors"]]
            assert f"/{asked.partition('=')[0]}" in told, path


def test_a12_an_order_that_is_not_offered_changes_nothing(stage: Stage) -> None:
    client = stage.client("receiver")
    team = stage.place("team")["key"]
    plain = re.findall(r"R-\d+", client.get(f"/queue/{team}/").content.decode())
    for order in ("confidential", "-principals", "request__title", "holder__users__password"):
        page = client.get(f"/queue/{team}/?order={order}")
        assert page.status_code == 200
        assert re.findall(r"R-\d+", page.content.decode()) == plain


def test_a14_no_suggestion_knows_a_hidden_request(stage: Stage) -> None:
    for path in ("/search/hints/?q=", "/search/suggestions/?q="):
        for word in (SECRET, SECRET[:6], stage.requests["confidential"].ref):
            for actor in ("other", "steward", "auditor", "admin"):
                page = stage.client(actor).get(path + word).content.decode()
                told = page.replace(word, "")
                assert stage.requests["confidential"].ref not in told and SECRET not in told


def test_a15_one_more_hidden_request_changes_no_figure_and_no_export(stage: Stage) -> None:
    paths = (
        "/flow/", "/flow/figures.csv", "/flow/requests/", "/streams/",
        f"{V1}/flow/summary?source=live&from=2026-08-01&to=2026-10-01",
    )  # fmt: skip
    # What is still to be told of other things is told before.
    stage.world.settle()
    before = {(a, p): _plain(stage, a, p) for a in BLIND for p in paths}
    more = stage.world.submit(**{TITLE: SECRET + " again"})
    stage.world.settle()
    while dirty.project_dirty():
        pass
    assert more.confidential
    assert {(a, p): _plain(stage, a, p) for a in BLIND for p in paths} == before
    assert all(status in (200, 302, 401, 403, 404) for status, *_ in before.values())


def _plain(stage: Stage, actor: str, path: str) -> tuple[int, dict[str, str | None], bytes]:
    return seen(stage.client(actor).get(path))


@pytest.mark.parametrize("actor", ["other", "steward", "auditor", "admin"])
def test_a16_polling_for_a_hidden_request_is_404_never_304(stage: Stage, actor: str) -> None:
    hidden, client = stage.requests["confidential"].ref, stage.client(actor)
    known = stage.client("requester").get("/live/", {"page": f"request/{hidden}"})["ETag"]
    for etag in (known, "*", 'W/"0"'):
        one, other = (
            client.get("/live/", {"page": f"request/{ref}"}, headers={"If-None-Match": etag})
            for ref in (hidden, MISSING)
        )
        assert one.status_code == 404
        assert seen(one, hidden, MISSING) == seen(other, hidden, MISSING)
        answer = client.get(f"{V1}/requests/{hidden}", headers={"If-None-Match": etag})
        assert answer.status_code == 404


def test_a17_a_webhook_is_sent_what_its_owner_sees_at_that_moment(
    stage: Stage, settings: Any
) -> None:
    """Who may not see a request hears nothing of it; who may not read notes, nothing of them."""
    settings.OUTWARD_ALLOWED = ["127.0.0.1"]
    hidden, seen = stage.requests["confidential"], stage.requests["offered"]
    WebhookEndpoint.objects.update(state="paused")
    with running() as sink:
        for name in ("other", "requester", "receiver", "admin", "auditor"):
            account = stage.accounts[name]
            webhooks.make_endpoint(
                account,
                url=sink.url(f"/{name}/ok"),
                types=["*"],
                by=account,
                actor=actor_for(account),
            )
        receiver = actor_for(stage.accounts["receiver"])
        for request in (hidden, seen):
            requests.comment(request.pk, body="Said to all.", internal=False, actor=receiver)
            requests.comment(request.pk, body="Among us.", internal=True, actor=receiver)
        sending.send_due()
        told = {
            name: [
                (event["subject"], event["data"]["data"]["internal"])
                for one in sink.at(f"/{name}/ok")
                if (event := json.loads(one.body))["type"] == "comment.added"
            ]
            for name in ("other", "requester", "receiver", "admin", "auditor")
        }
        words = b"".join(one.body for one in sink.received)
    everything = [(r.ref, internal) for r in (hidden, seen) for internal in (False, True)]
    assert told == {
        "other": [],
        "admin": [],
        "requester": [(hidden.ref, False), (seen.ref, False)],
        "receiver": everything,
        "auditor": [(seen.ref, False)],
    }
    assert b"Said to all" not in words and b"Among us" not in words
    numbers = WebhookMessage.objects.filter(endpoint__owner=stage.accounts["auditor"])
    assert sorted(numbers.values_list("sequence", flat=True)) == [1, 2]


def test_a20_a_name_that_is_taken_by_a_hidden_thing_is_free(stage: Stage) -> None:
    """Names are unique for their owner alone, so that a clash tells nothing of others."""
    taken = stage.reply
    other = actor_for(stage.accounts["other"])
    mine = save_reply(name=taken.name, body="Mine.", audience="mine", actor=other)
    assert mine.pk != taken.pk
    assert SavedReply.objects.filter(name=taken.name).count() == 2


def test_a21_a_number_says_how_many_were_sent_and_no_more(stage: Stage) -> None:
    """Accepted and documented: only people of the organisation have an account."""
    numbers = list(Request.objects.order_by("pk").values_list("number", flat=True))
    assert numbers == sorted(numbers)
    assert Client().get(f"/requests/{stage.requests['queued'].ref}/").status_code == 302
    assert Client().get(f"{V1}/requests/{stage.requests['queued'].ref}").status_code == 401
