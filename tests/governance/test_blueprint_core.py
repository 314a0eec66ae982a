"""The blueprint: lazy, shared by content, and the questions running work asks it."""

import json

import pytest

from governance.blueprint import blueprint as module
from governance.blueprint.blueprint import Blueprint, ByteLru, UnknownElement
from governance.blueprint.files import read_directory
from governance.blueprint.kinds import Team, Workflow
from governance.blueprint.paths import longest_way, steps
from governance.blueprint.serialise import build_spec, canonical, parse_spec

CLINIC = read_directory("tests/fixtures/clinic/model")
PATH = "lens-surgery-path"


@pytest.fixture
def parsed(monkeypatch):
    """The kinds that are parsed, in order."""
    seen = []

    def counting(kind, text):
        seen.append(kind)
        return parse_spec(kind, text)

    module.clear_cache()
    monkeypatch.setattr(module, "parse_spec", counting)
    yield seen
    module.clear_cache()


def raw():
    return {item: canonical(e.spec) for item, e in CLINIC.elements.items()}


def test_nothing_is_parsed_before_it_is_asked_for(parsed):
    bp = Blueprint.from_raw({**raw(), ("Team", "broken"): "{"})
    assert parsed == []
    assert bp.keys("Calendar") == ["clinic-hours", "theatre-hours"]
    assert ("Team", "ward") in bp
    assert len(bp) == len(CLINIC.elements) + 1
    assert parsed == []
    assert bp.get("Team", "ward").name == "Ward"
    assert bp.get(Team, "ward").department == "nursing"
    assert parsed == ["Team"]


def test_versions_share_what_is_equal(parsed):
    first, second = Blueprint.from_raw(raw()), Blueprint.from_raw(raw())
    assert first.get("Workflow", PATH) is second.get("Workflow", PATH)
    assert parsed == ["Workflow"]
    changed = json.loads(raw()["Workflow", PATH]) | {"name": "Other"}
    third = Blueprint.from_raw({**raw(), ("Workflow", PATH): json.dumps(changed)})
    assert third.get("Workflow", PATH).name == "Other"
    assert first.get("Workflow", PATH).name == "Referral to theatre"


def test_kinds_of_equal_content_are_not_mixed_up(parsed):
    text = '{"code":"A","title":"T","owner_role":"r"}'
    bp = Blueprint.from_raw({("Objective", "a"): text, ("Objective", "b"): text})
    assert bp.get("Objective", "a") is bp.get("Objective", "b")
    policy = '{"statement":"s","kind":"rule","owner_role":"r"}'
    other = Blueprint.from_raw({("Policy", "a"): policy})
    assert type(other.get("Policy", "a")).__name__ == "Policy"


def test_compiled_things_are_made_once_per_content(parsed):
    made = []

    def compile_workflow(spec):
        made.append(spec.name)
        return object()

    first, second = Blueprint.from_raw(raw()), Blueprint.from_raw(raw())
    graph = first.compiled("Workflow", PATH, "test", compile_workflow)
    assert second.compiled("Workflow", PATH, "test", compile_workflow) is graph
    assert made == ["Referral to theatre"]


def test_workflow_graph_uses_the_named_compiler(parsed, monkeypatch):
    monkeypatch.setattr(module, "_compilers", {})
    module.use_compiler(lambda spec: [stage.key for stage in spec.stages])
    bp = Blueprint.from_raw(raw())
    assert bp.workflow_graph(PATH)[:2] == ["referred", "registration"]
    assert bp.workflow_graph(PATH) is bp.workflow_graph(PATH)


def test_the_cache_keeps_to_its_limit():
    cache = ByteLru(100)
    for number in range(10):
        assert cache.get(number, lambda n=number: n * 2, 30) == number * 2
    assert (len(cache), cache.used) == (3, 90)
    assert cache.get(9, lambda: -1, 30) == 18
    cache.get(7, lambda: -1, 30)
    cache.get("new", lambda: 0, 30)
    assert cache.get(7, lambda: -1, 30) == 14
    assert cache.get(8, lambda: -1, 30) == -1


def test_one_thing_larger_than_the_limit_is_still_given():
    cache = ByteLru(10)
    assert cache.get("a", lambda: 1, 50) == 1
    assert cache.get("b", lambda: 2, 50) == 2
    assert len(cache) == 1


def test_unknown_elements_have_a_sentence():
    with pytest.raises(UnknownElement) as error:
        CLINIC.blueprint.get("HandoffAgreement", "nope")
    assert str(error.value) == "there is no handoff agreement `nope`"
    assert isinstance(error.value, KeyError)
    with pytest.raises(UnknownElement):
        CLINIC.blueprint.stage(PATH, "nope")
    assert CLINIC.blueprint.peek(Team, "nope") is None
    assert CLINIC.blueprint.peek(Team, None) is None


def test_find_stage_organisation_and_calendar():
    bp = CLINIC.blueprint
    assert list(bp.find(Workflow)) == [PATH]
    assert bp.stage(PATH, "biometry").complete_s == 16 * 3600
    assert bp.organisation().currency == "CHF"
    assert bp.team_calendar("theatre") == "theatre-hours"
    assert bp.team_calendar("ward") == "clinic-hours"


def agreement(stage=None, workflow=None):
    spec = {"giver_team": "a", "receiver_team": "b", "stage": stage, "workflow": workflow}
    return canonical(build_spec("HandoffAgreement", spec))


def test_the_most_exact_agreement_wins():
    bp = Blueprint.from_raw(
        {
            ("HandoffAgreement", "pair"): agreement(),
            ("HandoffAgreement", "flow"): agreement(workflow="w"),
            ("HandoffAgreement", "stage"): agreement("s"),
            ("HandoffAgreement", "both"): agreement("s", "w"),
        }
    )
    found = [
        bp.agreement("a", "b", *at)[0] for at in (("w", "s"), ("x", "s"), ("w", "x"), ("x", "x"))
    ]
    assert found == ["both", "stage", "flow", "pair"]
    assert bp.agreement("b", "a", "w", "s") is None


def test_steps_skip_what_may_be_skipped():
    found = {(a.key, b.key) for a, b in steps(CLINIC.blueprint.get(Workflow, PATH))}
    assert found == {
        ("registration", "biometry"),
        ("registration", "cover-check"),
        ("biometry", "cost-risk"),
        ("cover-check", "cost-risk"),
        ("cost-risk", "sedation-talk"),
        ("cost-risk", "theatre-slot"),
        ("sedation-talk", "theatre-slot"),
    }


def test_the_longest_way_takes_the_slower_branch():
    workflow = CLINIC.blueprint.get(Workflow, PATH)
    targets = {stage.key: stage.complete_s or 0 for stage in workflow.stages}
    total, way = longest_way(workflow, targets)
    assert total == (4 + 24 + 8 + 8 + 16) * 3600
    assert "cover-check" in way
    assert "biometry" not in way


def test_a_circle_has_an_end():
    spec = build_spec(
        "Workflow",
        {
            "name": "w",
            "value_stream": "v",
            "stages": [{"key": k, "name": k, "kind": "work"} for k in "abc"],
            "flows": [
                {"source": "a", "target": "b"},
                {"source": "b", "target": "c"},
                {"source": "c", "target": "a"},
            ],
        },
    )
    assert longest_way(spec, {"a": 1, "b": 2, "c": 3})[0] == 6
    assert {(a.key, b.key) for a, b in steps(spec)} == {("a", "b"), ("b", "c"), ("c", "a")}
