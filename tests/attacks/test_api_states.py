"""Attacks on the order of work by API: 46 and 51 of docs/attacks.md."""

from typing import Any

import pytest
from django.test import Client

from tests.permissions.test_matrix import traces
from tests.permissions.world import Stage

V1 = "/api/v1"
COMMANDS: dict[str, dict[str, Any]] = {
    "claim": {}, "complete": {}, "release": {}, "resume": {}, "work/start": {}, "work/stop": {},
    "pause": {"party": "requester", "reason": "x"},
}  # fmt: skip
HANDOFFS: dict[str, dict[str, Any]] = {
    "accept": {}, "ask": {"question": "x"}, "answer": {"answer": "x"},
}  # fmt: skip

OTHER_STATES = ("fulfilled", "offered", "deciding")
# What the team of the step may do there.
DUE = {("queued", "claim")}


def post(client: Client, path: str, body: Any = None) -> Any:
    return client.post(V1 + path, body or {}, content_type="application/json")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "state",
    ["closed", "queued", *(pytest.param(s, marks=pytest.mark.slow) for s in OTHER_STATES)],
)
def test_a46_a_step_that_is_not_due_is_refused_with_what_is(stage: Stage, state: str) -> None:
    """Whatever is not possible now is 409 and names the commands that are; nothing moves."""
    request, client = stage.requests[state], stage.client("receiver")
    before, refused = traces(), 0
    for visit in request.visits.order_by("seq"):
        for command, body in COMMANDS.items():
            if (state, command) in DUE:
                continue
            answer = post(client, f"/requests/{request.ref}/visits/{visit.seq}/{command}", body)
            assert answer.status_code in (403, 409), (command, visit.seq, answer.content)
            if answer.status_code == 409:
                told = answer.json()
                assert told["code"] == "wrong-state" and command not in told.get("allowed", [])
                refused += 1
    for handoff in request.handoffs.exclude(state="offered"):
        for command, body in HANDOFFS.items():
            answer = post(client, f"/requests/{request.ref}/handoffs/{handoff.seq}/{command}", body)
            assert answer.status_code in (403, 409), (command, answer.content)
            refused += answer.status_code == 409
    assert refused > 0
    assert traces() == before


@pytest.mark.django_db
def test_a46_there_is_no_other_way_to_a_state(stage: Stage) -> None:
    request, before = stage.requests["claimed"], traces()
    client = stage.client("receiver")
    for command in ("close", "fulfil", "skip", "jump", "approve", "transition", "complete-all"):
        for path in (f"/requests/{request.ref}", f"/requests/{request.ref}/visits/1"):
            assert post(client, f"{path}/{command}", {"state": "closed"}).status_code == 404
    for path in (f"/requests/{request.ref}", f"/requests/{request.ref}/visits/1"):
        for method in ("put", "patch", "delete"):
            answer = getattr(client, method)(V1 + path, {"state": "closed"}, "application/json")
            assert answer.status_code == 405
    # A stage further on has no visit yet, so it cannot be named.
    assert post(client, f"/requests/{request.ref}/visits/2/complete").status_code == 404
    assert traces() == before


@pytest.mark.django_db
def test_a51_two_halves_of_one_purchase_are_seen_together(stage: Stage) -> None:
    """The type of decision says over how many days the same person's amounts are added up."""
    spec = stage.client("steward").get(f"{V1}/model/kinds/DecisionType").json()
    assert "split_days" in spec["json_schema"]["properties"]
