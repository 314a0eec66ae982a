"""Rules by which events move clocks, as the model may state them."""

from typing import Any, get_args

import pytest
from pydantic import ValidationError

from esm.events.types import declared
from governance.blueprint.blueprint import Blueprint
from governance.blueprint.checks import problems_of
from governance.blueprint.kinds.workflows import ClockPolicy, RequestEvent
from governance.blueprint.lint import NOTHING
from governance.blueprint.lint.clocks import clocks_left_standing, clocks_never_started
from workflows.templatetags import clocks as words


def test_every_event_that_may_move_a_clock_is_declared_and_has_words() -> None:
    names = set(get_args(RequestEvent))
    assert names <= set(declared())
    assert names == set(words._EVENTS)


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ({"metric": "promise", "rules": [{"does": "start", "event": "visit.started"}]}, "at once"),
        (
            {"metric": "wait", "wait_s": 60, "rules": [{"does": "pause", "event": "file.added"}]},
            "stop or cancel",
        ),
        ({"metric": "complete", "rules": [{"does": "stop", "event": "clock.warned"}]}, "visit.ent"),
        ({"metric": "stage", "wait_s": 60}, "no other"),
    ],
)
def test_rules_that_fit_no_clock_are_refused(spec: dict[str, Any], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        ClockPolicy.model_validate(spec)


def test_a_rule_names_a_step_that_exists() -> None:
    spec = {"metric": "complete", "rules": [{"does": "stop", "event": "file.added", "stage": "no"}]}
    specs = {("ClockPolicy", "a"): ClockPolicy.model_validate(spec)}
    found = [problem.sentence for problem in problems_of(specs)]
    assert "rule 1 names stage `no`, which does not exist" in found


def test_what_a_rule_makes_stand_still_another_lets_go_on() -> None:
    for does, ends in (
        ("pause", "none lets them go on."),
        ("resume", "none makes them stand still."),
    ):
        spec = {"metric": "complete", "rules": [{"does": does, "event": "file.added"}]}
        raw = {("ClockPolicy", "a"): ClockPolicy.model_validate(spec).model_dump_json()}
        (finding,) = clocks_left_standing.findings(Blueprint.from_raw(raw), NOTHING)
        assert finding.sentence.endswith(ends)


@pytest.mark.parametrize(
    ("events", "metric", "count"),
    [
        (["handoff.accepted"], "complete", 1),
        (["handoff.accepted", "visit.started"], "complete", 0),
        (["handoff.offered"], "respond", 0),
        ([], "complete", 0),
    ],
)
def test_a_clock_that_starts_on_a_handoff_alone_is_found(
    events: list[str], metric: str, count: int
) -> None:
    spec = {"metric": metric, "rules": [{"does": "start", "event": event} for event in events]}
    raw = {("ClockPolicy", "a"): ClockPolicy.model_validate(spec).model_dump_json()}
    found = list(clocks_never_started.findings(Blueprint.from_raw(raw), NOTHING))
    assert [one.rule for one in found] == ["CLK02"] * count
