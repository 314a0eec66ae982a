"""Every element of the models we ship comes back from its form as it was, down to its hash."""

from functools import cache
from pathlib import Path

import pytest
from django.template.loader import render_to_string

from governance.blueprint.editing import blank, build, change, from_post, slots, typed
from governance.blueprint.editing.reading import check_key, key_of
from governance.blueprint.editing.typed import Names
from governance.blueprint.files import read_directory
from governance.blueprint.kinds import KINDS, ClockPolicy, Workflow
from governance.blueprint.serialise import content_hash, json_schema
from governance.selectors.choice_words import CHOICES, choice_words
from governance.selectors.element_form import form_of
from governance.selectors.element_names import names_for, stage_keys
from tests.governance.forms import query

MODELS = ("demo/quillmere/om-1", "demo/quillmere/om-2", "tests/fixtures/clinic/model")


@cache
def model(path):
    return read_directory(Path(path)).blueprint


CASES = [(path, kind) for path in MODELS for kind in KINDS if model(path).keys(kind)]


def drawn(kind, given, names, bp):
    form = form_of(kind, given, names, errors={}, stages=stage_keys(bp))
    assert form.errors == []
    return render_to_string("governance/editing/nodes.html", {"nodes": form.nodes})


@pytest.mark.parametrize(("path", "kind"), CASES, ids=lambda v: str(v).rpartition("/")[2])
def test_what_a_form_shows_is_what_it_sends(path, kind):
    bp = model(path)
    for key, spec in bp.find(kind).items():
        names = names_for(bp, kind, spec)
        html = drawn(kind, typed(KINDS[kind], spec.model_dump(mode="json"), names), names, bp)
        again = build(kind, from_post(KINDS[kind], query(html)), names)
        assert again.errors == {}, key
        assert content_hash(again.spec) == content_hash(spec), key


def choices(model):
    for slot in slots(model):
        yield from slot.choices
        if slot.model is not None:
            yield from choices(slot.model)


def test_all_that_may_be_chosen_has_words():
    assert {one for model in KINDS.values() for one in choices(model)} == set(CHOICES)
    assert choice_words("as_a_service") == "as a service"
    assert choice_words("never-heard_of") == "never heard of"


@pytest.mark.parametrize("kind", KINDS)
def test_every_field_of_a_kind_is_asked_for_with_a_label(kind):
    assert [slot.name for slot in slots(KINDS[kind])] == list(json_schema(kind)["properties"])
    given = blank(KINDS[kind], Names())
    form = form_of(kind, given, Names(), errors={})
    labels = [node.label for node in form.nodes]
    assert all(label and label[:1].isupper() and "_" not in label for label in labels)
    html = render_to_string("governance/editing/nodes.html", {"nodes": form.nodes})
    assert "{&quot;" not in html
    built = build(kind, from_post(KINDS[kind], query(html)), Names())
    wanted = {(slot.name,) for slot in slots(KINDS[kind]) if slot.required}
    assert wanted <= set(built.errors)


def test_an_order_that_was_chosen_and_nobody_at_all_come_back():
    spec = ClockPolicy(metric="complete", pauses_for=(), warn_at=(90, 50))
    other = ClockPolicy(metric="complete", pauses_for=("third", "requester"))
    bp = model(MODELS[0])
    for one in (spec, other, ClockPolicy(metric="complete")):
        given = typed(ClockPolicy, one.model_dump(mode="json"), Names())
        html = drawn("ClockPolicy", given, Names(), bp)
        assert build("ClockPolicy", from_post(ClockPolicy, query(html)), Names()).spec == one


def flow(**stage):
    given = blank(Workflow, Names())
    assert change(Workflow, given, "add:stages", Names()) == "stages.0"
    given["stages"][0] |= {"name": "Bake bread", "kind": "work", **stage}
    return given


def test_parts_are_added_moved_and_removed():
    given = flow()
    change(Workflow, given, "add:stages", Names())
    given["stages"][1] |= {"name": "Cool", "kind": "work"}
    assert change(Workflow, given, "up:stages.1", Names()) == "stages.0"
    assert change(Workflow, given, "up:stages.0", Names()) == "stages.0"
    assert change(Workflow, given, "add:stages.1.checklist", Names()) == "stages.1.checklist.0"
    for nonsense in ("add:nothing", "up:stages.9", "down:stages", "add:stages.x.y", "", "up:"):
        change(Workflow, given, nonsense, Names())
    given |= {"name": "Baking", "value_stream": "bread"}
    given["stages"][1]["checklist"][0]["text"] = "Is it hot?"
    names = Names({"ValueStream": {"bread": "Bread"}})
    found = build("Workflow", given, names)
    assert found.errors == {}
    assert [stage.key for stage in found.spec.stages] == ["cool", "bake-bread"]
    assert found.spec.stages[1].checklist[0].key == "is-it-hot"
    found.typed["stages"][0]["-"] = "true"
    assert len(build("Workflow", found.typed, names).spec.stages) == 1


def test_keys_made_from_names_are_taken_once():
    given = flow()
    given["stages"] += [dict(given["stages"][0]), {**given["stages"][0], "key": "bake-bread"}]
    found = build("Workflow", {**given, "name": "B", "value_stream": ""}, Names())
    assert [s["key"] for s in found.typed["stages"]] == [
        "bake-bread-2", "bake-bread-3", "bake-bread",
    ]  # fmt: skip
    assert key_of("Käse & Brot!") == "kaese-brot"
    assert check_key("", []) and check_key("Käse", []) and check_key("new", [])
    assert "already" in check_key("bread", ["bread"])
    assert check_key("bread", ["rolls"]) == ""


def test_each_wrong_field_says_what_to_do_and_keeps_what_was_typed():
    names = Names({"Team": {"bakers": "Bakers"}, "Role": {"baker": "Baker"}})
    stage = {
        "team": "Bakkers", "complete_s": "two days", "accountable_role": "baker",
        "responsible_roles": ["Baker", "Nobody"], "skills": [],
    }  # fmt: skip
    given = flow(**stage) | {"name": "Baking", "value_stream": "x", "review_due": "soon"}
    found = build("Workflow", given, names)
    assert found.spec is None
    assert found.typed["stages"][0]["team"] == "Bakkers"
    assert found.typed["stages"][0]["complete_s"] == "two days"
    form = form_of("Workflow", found.typed, names, errors=found.errors)
    said = dict(form.errors)
    assert said["f-stages-0-team"] == "There is no team called “Bakkers”; choose one of the list."
    assert "write it like '30 min', '4 h' or '8 bd'" in said["f-stages-0-complete_s"]
    assert "“Completed within”" in said["f-stages-0-complete_s"]
    assert "Nobody" in said["f-stages-0-responsible_roles"]
    assert "value stream" in said["f-value_stream"]
    assert set(said) == {
        "f-stages-0-team", "f-stages-0-complete_s", "f-stages-0-responsible_roles",
        "f-value_stream", "f-review_due",
    }  # fmt: skip
    assert next(n for n in form.nodes if n.name == "stages").items[0].open
    html = render_to_string("governance/editing/nodes.html", {"nodes": form.nodes})
    for shown in ('value="Bakkers"', 'value="two days"', 'value="Nobody"', 'value="soon"'):
        assert shown in html


@pytest.mark.parametrize(
    ("kind", "changes", "path", "says"),
    [
        ("Role", {"min_holders": "some"}, "min_holders", "whole number"),
        ("DecisionRight", {"max": "1,000"}, "max", "plain digits"),
        ("ClockPolicy", {"warn_at": "half"}, "warn_at", "whole numbers"),
        ("ClockPolicy", {"warn_at": "0"}, "warn_at", "greater than or equal to 1"),
        ("Organisation", {"terminology": "no colon"}, "terminology", "has no colon"),
        ("Organisation", {"terminology": "a: b\na: c"}, "terminology", "begins as another"),
        ("Calendar", {"weekly": "mon: 9-12", "name": "W", "zone": "UTC"}, "weekly", "time span"),
        ("Measure", {"target_due": "week 3, moon"}, "target_due", "mon, tue"),
        ("Measure", {"target_due": "tomorrow"}, "target_due", "2026-03-31"),
        ("Team", {"name": ""}, "name", "missing"),
        ("Site", {"zone": "Mars"}, "zone", "no time zone"),
    ],
)
def test_what_cannot_be_used_is_said_at_its_field(kind, changes, path, says):
    found = build(kind, blank(KINDS[kind], Names()) | changes, Names())
    assert found.spec is None
    said = " ".join(found.errors.get((path,), found.errors.get((), [])))
    assert says in said, found.errors
    assert found.typed[path] == changes[path]


def test_a_week_and_a_time_of_it_are_written_as_people_say_them():
    given = blank(KINDS["Benefit"], Names()) | {
        "title": "Faster", "promise_kind": "speed", "due": "Week 27 tuesday, 08:30",
    }  # fmt: skip
    spec = build("Benefit", given, Names()).spec
    assert spec.model_dump(mode="json")["due"] == {"week": 27, "day": "tue", "time": "08:30"}
    assert typed(KINDS["Benefit"], spec.model_dump(mode="json"), Names())["due"] == (
        "week 27, tue, 08:30"
    )


def test_names_that_two_share_are_told_apart():
    bp = model(MODELS[1])
    for kind in KINDS:
        for known in names_for(bp, kind, None).by_kind.values():
            assert len(set(known.values())) == len(known)
    names = Names({"Role": {"a": "Baker (a)", "b": "Baker (b)"}})
    assert names.key("Role", " Baker  (b) ") == "b"
    assert names.key("Role", "a") == "a"
    assert names.key("Role", "Baker") is None
    assert names.shown("Role", "gone") == "gone"
