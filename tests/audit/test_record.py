"""The record of a decision: what stands on it, who gets it, that it tells of a changed row."""

import re
from collections.abc import Iterator

import pytest
from django.db import connection, transaction
from django.utils.html import escape

from esm.events.services.anchors import anchor
from governance.models import Decision, ModelElement
from governance.services import deciding
from tests.permissions.world import Stage
from tests.support import World, client

pytestmark = pytest.mark.django_db


@pytest.fixture
def taken(stage: Stage) -> Iterator[Decision]:
    """The decision of a request, taken by whose it is, under an anchor, and taken back after."""
    with transaction.atomic():
        request = stage.requests["deciding"]
        row = Decision.objects.get(subject_id=request.pk, state="open")
        decider = stage.accounts["decider"].username
        deciding.decide(
            row.pk, outcome="approve", rationale="Fair price.", actor=stage.world.actor(decider)
        )
        anchor()
        yield Decision.objects.get(pk=row.pk)
        transaction.set_rollback(True)


def page(stage: Stage, actor: str, decision: Decision) -> str:
    answer = stage.client(actor).get(f"/decisions/{decision.pk}/record/")
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def test_everything_that_proves_it_stands_on_it(stage: Stage, taken: Decision) -> None:
    shown = page(stage, "auditor", taken)
    right = ModelElement.objects.get(
        version=taken.version, kind="DecisionRight", key=taken.right_key
    )
    for text in (
        f"{taken.subject_ref} · decision {taken.seq}",
        "Approved",
        f"{taken.decided_by.name} ({taken.decided_by.ref})",
        "Fair price.",
        taken.version.code,
        bytes(taken.version.content_hash).hex(),
        bytes(right.content_hash).hex(),
        bytes(taken.content_hash).hex(),
        "The request says the same today.",
        "Every row of the chain follows from the one before",
        "decision.opened",
        "decision.decided",
        "under anchor",
    ):
        assert text in shown, text
    assert taken.trace
    for step in taken.trace:
        assert escape(step["text"]) in shown
    assert "Rows without an anchor" not in shown


def test_the_hashes_on_it_are_those_of_the_ledger(stage: Stage, taken: Decision) -> None:
    shown = page(stage, "requester", taken)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT encode(hash, 'hex') FROM events_event WHERE chain = %s"
            " AND type LIKE 'decision.%%' AND (data->>'decision')::int = %s",
            [f"request/{taken.subject_id}", taken.seq],
        )
        hashes = {row[0] for row in cursor.fetchall()}
    assert len(hashes) >= 2
    assert hashes <= set(re.findall(r"[0-9a-f]{64}", shown))


def test_it_is_there_for_who_may_see_the_decision_alone(stage: Stage, taken: Decision) -> None:
    found = {}
    for actor in ("requester", "decider", "auditor", "steward", "receiver", "other", "admin"):
        answer = stage.client(actor).get(f"/decisions/{taken.pk}/record/")
        found[actor] = answer.status_code
    assert found == {
        "requester": 200, "decider": 200, "auditor": 200, "steward": 200,
        "receiver": 404, "other": 404, "admin": 404,
    }  # fmt: skip
    linked = f"/decisions/?open={taken.pk}"
    assert f"/decisions/{taken.pk}/record/" in stage.client("auditor").get(linked).content.decode()


def test_a_changed_row_is_told(stage: Stage, taken: Decision) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE events_event DISABLE TRIGGER USER")
        cursor.execute(
            "UPDATE events_event SET department = 'elsewhere' WHERE chain = %s AND seq = 2",
            [f"request/{taken.subject_id}"],
        )
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    assert "Row 2 of this chain is not what was written" in page(stage, "auditor", taken)


def test_what_was_decided_on_and_has_changed_since_is_told(stage: Stage, taken: Decision) -> None:
    request = stage.requests["deciding"]
    type(request).objects.filter(pk=request.pk).update(title="Another title")
    assert "The request says something else today" in page(stage, "auditor", taken)


def test_before_the_night_no_anchor_covers_it(demo: World) -> None:
    request = demo.submit()
    demo.settle()
    row = demo.to_decision(request)
    shown = client(demo.journey["persona"]).get(f"/decisions/{row.pk}/record/").content.decode()
    assert "Rows without an anchor are sealed by the one of the coming night." in shown
    assert "Not decided yet" in shown
