"""The workshop table of a workflow: read, put in order, written; what is wrong is told by cell."""

from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from esm.events.actors import SYSTEM
from governance.blueprint import canvas as core
from governance.blueprint.canvas import Names, Row
from governance.blueprint.files import read_directory
from governance.blueprint.serialise import build_spec
from governance.models import ModelElement
from governance.selectors.versions import load_blueprint
from governance.services import drafting, drafts
from tests.depth import examples
from tests.support import CLINIC, client

NAMES = Names({"ward": "Ward", "theatre": "Theatre"}, {"slit-log": "SlitLog", "scan": "Scans"})


def chain(*keys, **more):
    """Start, some stages of the ward, end."""
    way = ["start", *keys, "end"]
    stages = [{"key": "start", "name": "Start", "kind": "start"}]
    stages += [{"key": key, "name": key.title(), "kind": "work", "team": "ward"} for key in keys]
    stages += [{"key": "end", "name": "End", "kind": "end"}]
    flows = [{"source": a, "target": b} for a, b in pairwise(way)]
    content = {"name": "Way", "value_stream": "s", "stages": stages, "flows": flows, **more}
    return build_spec("Workflow", content)


def ways(workflow):
    return [(flow.source, flow.target, flow.kind) for flow in workflow.flows]


def keys(workflow):
    return [stage.key for stage in workflow.stages]


def test_a_table_without_a_change_changes_nothing():
    for workflow in (
        chain("a", "b", "c"),
        read_directory(CLINIC / "model").blueprint.get("Workflow", "lens-surgery-path"),
    ):
        teams = {stage.team: stage.team for stage in workflow.stages if stage.team}
        names = replace(NAMES, teams=teams)
        rows = core.rows_of(workflow, names)
        assert core.written(workflow, rows, names) == (workflow, {})


def test_guesses_are_read_as_people_write_them():
    rows = core.rows_of(chain("a", "b"), NAMES)
    rows[0] = replace(rows[0], touch="40", wait="2 h", accurate="80 %", systems="scans, SlitLog,")
    rows[1] = replace(rows[1], name=" Second  stage ", team="theatre", touch="1.5 h", wait="3 bd")
    new, errors = core.written(chain("a", "b"), rows, NAMES)
    first, second = new.stages[1:3]
    assert errors == {}
    assert (first.est_touch_s, first.est_wait_s, first.est_accurate) == (2400, 7200, 80)
    assert first.technologies == ("scan", "slit-log")
    assert (second.name, second.team, second.est_touch_s) == ("Second stage", "theatre", 5400)
    sums = core.totals(new)
    assert (sums.touch_s, sums.wait_s) == (7800, 7200 + 3 * 28800)
    assert (sums.efficiency, sums.accurate) == (Fraction(7800, 101400), Fraction(4, 5))
    shown = [(row.touch, row.wait, row.accurate, row.systems) for row in core.rows_of(new, NAMES)]
    assert shown == [("40 min", "2 h", "80", "Scans, SlitLog"), ("90 min", "24 h", "", "")]


def test_stages_come_go_and_change_places():
    workflow = chain("a", "b", "c")
    back = {"source": "c", "target": "a", "kind": "rework", "when": ""}
    flows = [*workflow.model_dump()["flows"], back]
    workflow = build_spec("Workflow", {**workflow.model_dump(), "flows": flows})
    a, b, c = core.rows_of(workflow, NAMES)
    rows = [replace(a, order="3"), replace(b, gone=True), c, Row(order="3.5", name="Call them")]
    new, errors = core.written(workflow, rows, NAMES)
    assert errors == {}
    assert keys(new) == ["start", "a", "c", "call-them", "end"]
    assert ways(new) == [
        ("start", "a", "forward"),
        ("a", "c", "forward"),
        ("c", "call-them", "forward"),
        ("call-them", "end", "forward"),
        ("c", "a", "rework"),
    ]
    again = core.written(new, [Row(order="0", name="Call them")], NAMES)[0]
    assert keys(again) == ["start", "call-them-2", "a", "c", "call-them", "end"]


def test_what_somebody_else_added_meanwhile_stays():
    rows = core.rows_of(chain("a", "c"), NAMES)
    assert keys(core.written(chain("a", "b", "c"), rows, NAMES)[0]) == [
        "start",
        "a",
        "b",
        "c",
        "end",
    ]


def test_a_way_with_branches_keeps_its_shape():
    workflow = read_directory(CLINIC / "model").blueprint.get("Workflow", "lens-surgery-path")
    assert core.in_order(workflow) is None
    names = replace(NAMES, teams={stage.team: "" for stage in workflow.stages if stage.team})
    rows = core.rows_of(workflow, names)
    rows[0] = replace(rows[0], wait="4 h", order="9", gone=True)
    new, errors = core.written(workflow, rows, names)
    assert errors == {} and new.flows == workflow.flows and keys(new) == keys(workflow)
    assert new.stages[1].est_wait_s == 14400
    _, errors = core.written(workflow, [*rows, Row(name="More")], names)
    assert errors == {(len(rows), "name"): "This way has branches: add stages in its outline."}


@pytest.mark.parametrize(
    ("cell", "text", "said"),
    [
        ("touch", "soon", "“soon” is no time; write 40, 2 h or 3 bd."),
        ("wait", "-3 h", "“-3 h” is no time; write 40, 2 h or 3 bd."),
        ("accurate", "101", "“101” is no share; write 0 to 100."),
        ("systems", "Fax", "The draft has no technology “Fax”; add it first, or leave it out."),
        ("team", "nobody", "Choose a team of the draft."),
        ("name", " ", "Say what is done there."),
    ],
)
def test_what_cannot_be_read_is_told_by_cell(cell, text, said):
    first, second = core.rows_of(chain("a", "b"), NAMES)
    _, errors = core.written(chain("a", "b"), [first, replace(second, **{cell: text})], NAMES)
    assert errors == {(1, cell): said}


ROWS = st.builds(
    Row,
    key=st.sampled_from(["", "a", "b", "c", "gone"]),
    order=st.text("0123456789.,x", max_size=5),
    name=st.text(max_size=8),
    team=st.sampled_from(["", "ward", "theatre", "nobody"]),
    systems=st.text(max_size=8),
    touch=st.text("0123456789hmind .", max_size=6),
    wait=st.text("0123456789hbd ", max_size=6),
    accurate=st.text("0123456789%", max_size=4),
    gone=st.booleans(),
)


@given(rows=st.lists(ROWS, max_size=6))
@settings(max_examples=examples(300))
def test_whatever_is_typed_a_chain_stays_a_chain(rows):
    workflow = chain("a", "b", "c")
    new, errors = core.written(workflow, rows, NAMES)
    found = core.in_order(new)
    assert found is not None
    assert not errors or new == workflow
    firsts = {row.key: row for row in reversed(rows)}
    kept = {key for key in "abc" if key not in firsts or not firsts[key].gone}
    assert kept <= {stage.key for stage in found}
    assert len(found) == len({stage.key for stage in found})


# --- the page ---


@pytest.fixture
def draft(clinic):
    """A draft of the clinic with a workflow that is a chain."""
    version = drafts.begin_draft(title="Mapping", actor=SYSTEM)
    spec = chain("a", "b").model_copy(update={"value_stream": "referral-to-theatre"})
    drafting.edit_element(version, "Workflow", "plain", spec, expected_hash=None, actor=SYSTEM)
    return version


def address(draft):
    return f"/model/{draft.code}/workflow/plain/canvas/"


def sent(page):
    """What the form of the page would send."""
    rows = [one.row for one in page.context["page"].rows]
    fields = ("key", "order", "name", "team", "systems", "touch", "wait", "accurate")
    form = {name: [getattr(row, name) for row in rows] for name in fields}
    return {**form, "mark": page.context["mark"]}


def stages(draft):
    spec = load_blueprint(draft.pk).get("Workflow", "plain")
    return [(one.key, one.est_touch_s, one.est_wait_s) for one in spec.stages[1:-1]]


@pytest.mark.django_db
def test_a_table_is_typed_saved_and_gone_on_with(draft):
    livia = client("livia")
    page = livia.get(address(draft))
    assert page.status_code == 200
    assert (
        "Estimated" in page.content.decode() and "Nothing is measured yet." in page.content.decode()
    )
    form = sent(page)
    assert form["key"] == ["a", "b", "", "", ""] and form["order"] == list("12345")
    form["touch"][0], form["wait"][1], form["name"][2] = "40", "2 h", "Call"
    form["order"][2] = "1.5"
    done = livia.post(address(draft), form)
    assert done["Location"] == address(draft)
    assert stages(draft) == [("a", 2400, None), ("call", 0, None), ("b", 0, 7200)]
    assert (
        "<b>40 min</b> of work and <b>2 h</b> of wait" in livia.get(address(draft)).content.decode()
    )


@pytest.mark.django_db
def test_bad_cells_and_somebody_faster_lose_nothing(draft):
    livia = client("livia")
    form = sent(livia.get(address(draft)))
    form["touch"][0], form["wait"][0], form["name"][2] = "soon", "2 h", "Call"
    bad = livia.post(address(draft), form)
    text = bad.content.decode()
    assert bad.status_code == 400 and "“soon” is no time" in text
    assert all(f'value="{word}"' in text for word in ("soon", "2 h", "Call"))
    form["touch"][0] = "40"
    other = chain("a", "x", "b").model_copy(update={"value_stream": "referral-to-theatre"})
    row = ModelElement.objects.get(version=draft, kind="Workflow", key="plain")
    drafting.edit_element(
        draft, "Workflow", "plain", other, expected_hash=bytes(row.content_hash), actor=SYSTEM
    )
    late = livia.post(address(draft), form)
    assert late.status_code == 409 and "What you typed is kept" in late.content.decode()
    assert stages(draft) == [("a", 0, None), ("x", 0, None), ("b", 0, None)]
    again = {**form, "mark": late.context["mark"]}
    assert livia.post(address(draft), again).status_code == 302
    assert stages(draft) == [("a", 2400, 7200), ("x", 0, None), ("b", 0, None), ("call", 0, None)]


@pytest.mark.django_db
def test_only_stewards_and_only_drafts(draft):
    assert client("jost").get(address(draft)).status_code == 404
    assert client("livia").get("/model/CL-1/workflow/plain/canvas/").status_code == 409
    assert client("livia").get(f"/model/{draft.code}/workflow/none/canvas/").status_code == 404
