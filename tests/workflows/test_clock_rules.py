"""What the model says of a clock: when it starts, for whom it stands still, how it is reopened."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from esm.common import clock
from esm.events.selectors.chains import events_of
from governance.blueprint.kinds.workflows import ClockPolicy
from tests.support import CLINIC, World
from workflows.engine import clockwork
from workflows.models import Clock, Request, StageVisit
from workflows.selectors import clock_invariants, invariants
from workflows.services import closing, stages

POLICIES: dict[str, dict[str, Any]] = {
    "promise": {
        "metric": "promise",
        "pauses_for": ["requester", "third"],
        "on_reopen": "restart",
        "warn_at": [50],
    },
    "complete": {"metric": "complete", "pauses_for": ["third"], "start_when": "eyes == 'both'"},
    "wait": {"metric": "wait", "wait_s": "2 h", "warn_at": []},
    "wait-third": {
        "metric": "wait",
        "party": "third",
        "wait_s": "1 bd",
        "ladder": [{"after_s": "0 s", "to": ["team-leads"]}],
    },
}


@pytest.fixture
def ruled(db: None, tmp_path: Path) -> Iterator[World]:
    """The other organisation, with clock policies of its own making."""
    place = tmp_path / "clinic"
    shutil.copytree(CLINIC, place)
    for key, spec in POLICIES.items():
        element = {"kind": "ClockPolicy", "key": key, "schema": 1, "spec": spec}
        (place / "model" / "clock-policy" / f"{key}.yaml").write_text(yaml.safe_dump(element))
    yield World(place, ("model",))
    clock.set_source(None)


def live(sent: Request, metric: str) -> list[Clock]:
    rows = Clock.objects.filter(request=sent, metric=metric, state__in=["running", "paused"])
    return list(rows.order_by("seq"))


def wait(world: World, sent: Request, party: str) -> StageVisit:
    visit = world.visit(sent, "registration")
    beat = world.actor("beat")
    stages.pause(sent.pk, visit.seq, party=party, reason="The letter.", actor=beat)
    return visit


def test_what_the_model_says_of_clocks_is_done(ruled: World) -> None:
    sent = ruled.submit()
    ruled.play(sent, until=1)
    (own,), (promise,) = live(sent, "complete"), live(sent, "promise")
    visit = wait(ruled, sent, "third")
    assert (live(sent, "complete")[0].state, live(sent, "promise")[0].state) == ("paused", "paused")
    (waits,) = live(sent, "wait")
    assert (waits.target_s, waits.pause_party, waits.state) == (28_800, "third", "running")
    ruled.tick(minutes=5)
    stages.resume(sent.pk, visit.seq, actor=ruled.actor("beat"))
    waits.refresh_from_db()
    assert (waits.state, waits.met, waits.elapsed_s) == ("stopped", True, 300)
    wait(ruled, sent, "requester")
    assert (live(sent, "complete")[0].state, live(sent, "promise")[0].state) == (
        "running", "paused"
    )  # fmt: skip
    assert live(sent, "wait")[0].target_s == 7200
    ruled.tick(days=4)
    ruled.settle()
    types = [e.type for e in events_of(sent) if e.data.get("clock") == live(sent, "wait")[0].seq]
    assert types == ["clock.started", "clock.breached"]
    assert (own.pk, promise.pk) == (live(sent, "complete")[0].pk, live(sent, "promise")[0].pk)
    for _key, _sentence, check in (*clock_invariants.ALL, *invariants.ALL):
        assert list(check()) == []


def test_a_clock_does_not_start_where_its_condition_does_not_hold(ruled: World) -> None:
    sent = ruled.submit(eyes="left", second_date=None)
    assert live(sent, "complete") == [] and len(live(sent, "promise")) == 1
    assert list(invariants.nobody_waits_on_nobody()) == []


def test_a_promise_that_is_reopened_starts_anew(ruled: World) -> None:
    sent = ruled.submit()
    ruled.tick(days=20)
    ruled.settle()
    ruled.play(sent)
    row = Clock.objects.get(request=sent, metric="promise")
    assert (row.state, row.met, row.generation) == ("stopped", False, 1)
    before = row.elapsed_s
    ruled.tick(hours=1)
    closing.reopen(sent.pk, reason="A page is missing.", actor=ruled.actor("beat"))
    row.refresh_from_db()
    assert (row.state, row.generation, row.elapsed_s) == ("running", 2, 0)
    assert (row.breached_at, row.warned, row.rungs) == (None, [], [])
    (event,) = events_of(sent, ["clock.reset"])
    assert (event.data["generation"], event.data["elapsed_s"], event.data["met"]) == (
        2, before, False
    )  # fmt: skip
    sent.refresh_from_db()
    assert sent.promised_at == row.due_at
    ruled.tick(days=60)
    ruled.settle()
    row.refresh_from_db()
    assert row.breached_at == row.due_at and row.warned == [50]
    spans = [clockwork.Span.of(one) for one in row.spans]
    assert clockwork.ran(spans, 1) == before
    for _key, _sentence, check in (*clock_invariants.ALL, *invariants.ALL):
        assert list(check()) == []


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ({"metric": "wait"}, "wait_s"),
        ({"metric": "promise", "wait_s": 60}, "wait_s"),
        ({"metric": "promise", "party": "third"}, "of a party"),
        ({"metric": "decision", "start_when": "a == 1"}, "always have"),
        ({"metric": "respond", "on_reopen": "restart"}, "reopened"),
        ({"metric": "promise", "pauses_for": ["giver"]}, "cannot stand still for giver"),
    ],
)
def test_rules_that_fit_no_clock_are_refused(spec: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        ClockPolicy.model_validate(spec)
