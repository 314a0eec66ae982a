"""Answers that are not for everybody on a request, looked for in every answer of every address."""

from collections import defaultdict
from collections.abc import Iterator
from io import BytesIO
from typing import Any

import pytest
from django.db import transaction
from django.urls import reverse

from catalog.models import Offering
from catalog.services import files
from esm.events.actors import SYSTEM
from governance.blueprint import kinds
from governance.blueprint.weeks import resolve_weeks
from governance.models import ModelElement
from governance.selectors import versions
from governance.selectors.people import actor_for
from governance.services import drafting, publishing
from tests.permissions.asking import Row, answer
from tests.permissions.matrix import ROWS
from tests.permissions.talking import talk
from tests.permissions.world import Stage
from tests.support import WEEK_ONE
from workflows.services import requests

pytestmark = pytest.mark.django_db

# What the form says of a field, the word that stands in its answer alone, and who of those who
# ask reads it. The receiver took a step and the decider decides; neither works at the review.
MARKED: dict[str, tuple[dict[str, Any], str, set[str]]] = {
    "deviations": (
        {"privacy": "sensitive"},
        "schwanzkiste",
        {"requester", "receiver", "decider"},
    ),
    "data_categories": (
        {"privacy": "personal"},
        "drehwurm",
        {"requester", "receiver", "decider"},
    ),
    "access_detail": ({"visible_at": ["security-review"]}, "lurchzacke", {"requester"}),
    "draft": (
        {"privacy": "sensitive"},
        "kragenecht",
        {"requester", "receiver", "decider"},
    ),
}
SHOWN = [row for row in ROWS if row.get]
ASKING = (
    "other",
    *(
        pytest.param(one, marks=pytest.mark.slow)
        for one in ("requester", "receiver", "decider", "auditor", "token")
    ),
)
# Everything that names a request names the one with the marked answers.
STATES = ("queued", "claimed", "paused", "asked", "offered", "deciding", "fulfilled")
ITEMS = MARKED.items()


@pytest.fixture(scope="module")
def marked(stage: Stage, django_db_blocker: Any) -> Iterator[Stage]:
    """The world with one request, under a version whose form marks some of its questions."""
    world = stage.world
    with django_db_blocker.unblock(), transaction.atomic():
        base = versions.published()
        draft = drafting.create_draft(number=5, code="OM-5", based_on=base, actor=SYSTEM)
        key = world.journey["offering"]
        element = ModelElement.objects.get(version=draft, kind="Offering", key=key)
        spec = versions.blueprint(draft).get(kinds.Offering, key)
        seen = bytes(element.content_hash)
        drafting.edit_element(
            draft, "Offering", key, _marked(spec), expected_hash=seen, actor=SYSTEM
        )
        publishing.publish(draft, actor=SYSTEM, without_consent=True)
        before = dict(stage.requests)
        request = _submit(stage)
        actions = [step["action"] for step in world.journey["steps"]]
        world.play(request, until=actions.index("decide"), minutes=1)
        asker, worker = (actor_for(stage.accounts[who]) for who in ("requester", "receiver"))
        talk(request, asker, worker)
        stage.requests.update(dict.fromkeys(STATES, request))
        yield stage
        stage.requests.update(before)
        transaction.set_rollback(True)


def _marked(spec: kinds.Offering) -> kinds.Offering:
    def one(field: Any) -> Any:
        changes, _, _ = MARKED.get(field.key, ({}, "", set()))
        return field.model_copy(
            update={k: tuple(v) if isinstance(v, list) else v for k, v in changes.items()}
        )

    sections = tuple(
        section.model_copy(update={"fields": tuple(one(field) for field in section.fields)})
        for section in spec.form.sections
    )
    form = spec.form.model_copy(update={"sections": sections})
    return spec.model_copy(update={"confidential": False, "form": form})


def _submit(stage: Stage) -> Any:
    journey = stage.world.journey
    values = resolve_weeks(journey["values"], WEEK_ONE)
    for key, (_, word, _) in MARKED.items():
        if key not in journey["files"]:
            values[key] = f"An answer with {word} in it"
    (key,) = journey["files"]
    word = MARKED[key][1]
    return requests.submit(
        offering=Offering.objects.get(key=journey["offering"]),
        data=values,
        requester=stage.world.person(journey["persona"]),
        actor=stage.world.actor(journey["persona"]),
        files=[files.store(BytesIO(word.encode()), f"{word}.txt", field_key=key)],
    )


def address(stage: Stage, row: Row) -> str:
    """Where a row leads; an item is one of the first step, for a decision has no checklist."""
    if not row.place.startswith("item"):
        return row.address(stage)
    request = stage.requests["offered"]
    bp = versions.blueprint(request.version_id)
    visit = request.visits.earliest("seq")
    item = bp.stage(request.workflow_key, visit.stage_key).checklist[0]
    return reverse(row.name, kwargs={"ref": request.ref, "seq": visit.seq, "item": item.key})


def text_of(stage: Stage, row: Row, actor: str, more: str = "") -> str:
    """A whole answer, whatever its status."""
    with transaction.atomic():
        found = answer(row, "get", stage.client(actor), stage, address(stage, row) + more)
        body = b"".join(found.streaming_content) if found.streaming else found.content
        transaction.set_rollback(True)
    return body.decode("utf-8", "replace") + str(found.headers)


def told(stage: Stage, row: Row, actor: str) -> set[str]:
    """The fields whose words stand in an answer, or by whose words the request is found."""
    ref = stage.requests["offered"].ref
    if "search" in row.name:
        asked = {key: text_of(stage, row, actor, f"?q={word}") for key, (_, word, _) in ITEMS}
        return {key for key, text in asked.items() if ref in text}
    text = text_of(stage, row, actor)
    return {key for key, (_, word, _) in ITEMS if word in text}


@pytest.mark.parametrize("actor", ASKING)
def test_no_address_tells_what_is_not_for_everybody(actor: str, marked: Stage) -> None:
    may = {key for key, (_, _, who) in MARKED.items() if actor in who}
    found: dict[str, set[str]] = defaultdict(set)
    for row in SHOWN:
        found[row.name] |= told(marked, row, actor)
    assert {name: keys - may for name, keys in found.items() if keys - may} == {}
    # The comparison is not blind: who reads them finds them, a file at its own address.
    if may:
        for name in ("request", "api-request"):
            assert may - {"draft"} <= found[name]
    if "draft" in may:
        assert "draft" in found["request-file"] & found["api-file-content"]


def test_a_withheld_file_is_no_file(marked: Stage) -> None:
    """Its number answers as one that does not exist, and it is in no list and no count."""
    request = marked.requests["offered"]
    (number,) = request.attachments.values_list("seq", flat=True)
    auditor = marked.client("auditor")
    hidden = auditor.get(f"/requests/{request.ref}/files/{number}/")
    missing = auditor.get(f"/requests/{request.ref}/files/{number + 90}/")
    assert hidden.status_code == missing.status_code == 404
    listed = auditor.get(f"/api/v1/requests/{request.ref}/files").json()["items"]
    assert listed == []
    happened = auditor.get(f"/api/v1/requests/{request.ref}/events").json()["items"]
    assert [row["type"] for row in happened if row["type"].startswith("file.")] == []
    whole = marked.client("requester").get(f"/api/v1/requests/{request.ref}/events").json()
    assert [r["type"] for r in whole["items"] if r["type"].startswith("file.")] == ["file.added"]
