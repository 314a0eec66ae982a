"""Drawings of workflows: nothing lies on anything else, whatever is drawn."""

from itertools import combinations, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from esm.accounts.models import User
from esm.events.actors import SYSTEM
from esm.events.models import Event
from governance.blueprint.drawing import Drawn, Link, Shape, compared, layout
from governance.blueprint.drawing.layout import columns
from governance.models import ModelElement
from governance.services import drafting, drafts
from tests.depth import examples
from tests.governance.forms import sent
from tests.support import client

KINDS = ("work", "decision", "wait", "fork", "join", "start", "end")


@st.composite
def shapes(draw):
    keys = [f"s{n}" for n in range(draw(st.integers(1, 11)))]
    stages = [
        Drawn(
            key, key, draw(st.sampled_from(KINDS)), lane=draw(st.sampled_from(("", "a", "b", "c")))
        )
        for key in keys
    ]
    ends = st.sampled_from(keys)
    links = draw(st.lists(st.builds(Link, ends, ends, st.booleans()), max_size=18))
    return Shape.of(stages, links)


def pieces(way):
    return list(zip(way.points, way.points[1:], strict=False))


def inside(box, piece):
    """Whether a piece of a line runs through a box, not only along its edge."""
    (x1, y1), (x2, y2) = piece
    across = max(x1, x2) > box.x and min(x1, x2) < box.x + box.w
    return across and max(y1, y2) > box.y and min(y1, y2) < box.y + box.h


def on_top(one, other):
    """Whether two pieces have more than a point in common."""
    for axis in (0, 1):
        along = 1 - axis
        if {one[0][axis], one[1][axis]} == {other[0][axis], other[1][axis]} and (
            one[0][axis] == one[1][axis]
        ):
            low = max(min(p[along] for p in one), min(p[along] for p in other))
            return min(max(p[along] for p in one), max(p[along] for p in other)) > low
    return False


@given(shape=shapes())
@settings(max_examples=examples(150))
def test_nothing_lies_on_anything_else(shape):
    picture = layout(shape)
    assert [box.stage for box in picture.boxes] == list(shape.stages)
    for one, other in combinations(picture.boxes, 2):
        apart = one.x + one.w < other.x or other.x + other.w < one.x
        assert apart or one.y + one.h < other.y or other.y + other.h < one.y
    for box in picture.boxes:
        assert any(lane.y <= box.y and box.y + box.h <= lane.y + lane.h for lane in picture.lanes)
    for one, other in combinations(picture.lanes, 2):
        assert one.y + one.h <= other.y
    for way in picture.ways:
        for (x1, y1), (x2, y2) in pieces(way):
            assert x1 == x2 or y1 == y2
            assert all(0 <= x <= picture.w for x in (x1, x2))
            assert all(0 <= y <= picture.h for y in (y1, y2))
        assert not any(inside(box, piece) for box in picture.boxes for piece in pieces(way))
    for one, other in combinations(picture.ways, 2):
        if {one.link.source}.isdisjoint(
            {other.link.source}
        ) and one.link.target != other.link.target:
            assert not any(on_top(a, b) for a in pieces(one) for b in pieces(other))
    assert layout(shape) == picture


@given(shape=shapes())
@settings(max_examples=examples(60))
def test_work_goes_from_left_to_right(shape):
    column = columns(shape)
    back = {way.link.ends for way in layout(shape).ways if way.back}
    for link in shape.links:
        assert (column[link.source] >= column[link.target]) == (link.ends in back)
    forward = Shape.of(shape.stages, [one for one in shape.links if one.ends not in back])
    # What leads back moves nothing.
    moved = columns(forward)
    assert all(moved[key] <= at for key, at in column.items())


def line(*keys):
    stages = [Drawn(key, key.title(), "work", lane="a") for key in keys]
    return Shape.of(stages, [Link(a, b) for a, b in pairwise(keys)])


def test_a_straight_way_is_a_straight_line():
    picture = layout(line("one", "two", "three"))
    assert len({box.y for box in picture.boxes}) == 1
    assert [len(way.points) for way in picture.ways] == [2, 2]
    assert len(picture.lanes) == 1


def test_lanes_stand_in_the_order_of_the_work_and_steering_stays_with_it():
    stages = [
        Drawn("start", "Start", "start"),
        Drawn("ask", "Ask", "work", lane="b"),
        Drawn("do", "Do", "work", lane="a"),
        Drawn("end", "End", "end"),
    ]
    links = [Link("start", "ask"), Link("ask", "do"), Link("do", "end"), Link("do", "ask", True)]
    picture = layout(Shape.of(stages, links))
    assert [lane.key for lane in picture.lanes] == ["b", "a"]
    y = {box.stage.key: box.y for box in picture.boxes}
    assert (y["start"], y["end"]) == (y["ask"], y["do"])
    assert [way.back for way in picture.ways] == [False, False, False, True]


def test_nothing_is_drawn_of_nothing():
    assert layout(Shape.of([], [])).boxes == ()
    twice = Shape.of([Drawn("a", "A", "work"), Drawn("a", "B", "work")], [Link("a", "gone")])
    assert (len(twice.stages), twice.links) == (1, ())


def test_what_two_versions_differ_in_is_marked():
    before = line("one", "two", "three")
    after = Shape.of(
        [Drawn("one", "Other", "work", lane="a"), before.stages[2], Drawn("new", "New", "work")],
        [Link("one", "three"), Link("three", "new")],
    )
    both = compared(before, after)
    assert [(s.key, s.mark) for s in both.stages] == [
        ("one", "changed"), ("two", "removed"), ("three", ""), ("new", "added"),
    ]  # fmt: skip
    assert {(link.ends, link.mark) for link in both.links} == {
        (("one", "three"), "added"),
        (("three", "new"), "added"),
        (("one", "two"), "removed"),
        (("two", "three"), "removed"),
    }
    assert all(not s.mark for s in compared(before, before).stages)


DRAWN = "/model/OM-2/workflow/feast/"


@pytest.fixture
def olga(staff):
    User.objects.filter(username="olga").update(is_steward=True)
    return client("olga")


@pytest.fixture
def draft(published):
    return drafts.begin_draft(title="Shorter ways", actor=SYSTEM)


def words(response):
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


@pytest.mark.django_db
def test_the_drawing_follows_what_is_typed_before_it_is_saved(olga, draft):
    address = f"{DRAWN}edit/"
    html = olga.get(address).content.decode()
    assert html.count("<svg") >= 1 and ">Take the order</text>" in html
    before = Event.objects.count()
    more = {**sent(html, **{"stages.3.name": "Bake it twice", "stages.1.-": "true"}), "-do": "draw"}
    part = words(olga.post(address, more))
    assert part.startswith('<section id="picture"')
    assert ">Bake it twice</text>" in part and ">Take the order</text>" not in part
    assert 'id="outline" aria-labelledby="outline-t" hx-swap-oob="true"' in part
    assert Event.objects.count() == before
    assert ">Bake</text>" in words(olga.get(DRAWN))


@pytest.mark.django_db
def test_what_a_draft_changes_is_marked_on_its_drawing(olga, draft):
    row = ModelElement.objects.get(version=draft, kind="Workflow", key="feast")
    content = row.content
    content["stages"][1]["instructions"] = "Ask twice."
    content["stages"].insert(4, {**content["stages"][3], "key": "cool", "name": "Cool down"})
    content["flows"][3] = {"source": "bake", "target": "cool"}
    content["flows"].append({"source": "cool", "target": "end"})
    mark = bytes(row.content_hash)
    drafting.edit_element(draft, "Workflow", "feast", content, expected_hash=mark, actor=SYSTEM)
    for address in ("/model/OM-2/", DRAWN):
        page = words(olga.get(address))
        assert page.count('class="stage is-work is-changed"') == 1
        assert page.count('class="stage is-work is-added"') == 1
        assert page.count('class="way is-added"') == 2
        assert page.count('class="way is-removed"') == 1
        assert "Way: <ins>Cool down → End</ins>" in page
        assert "+ is new." in page and "− is gone." in page and "± is changed." in page
    assert "is-changed" not in words(olga.get("/model/OM-1/workflow/feast/"))
