"""Completeness, support and strategy of a model: pure figures, each equal to the list behind it."""

from governance.blueprint.belonging import belongings, of_department, of_role, of_stream
from governance.blueprint.blueprint import Blueprint
from governance.blueprint.completeness import checks, score, scores
from governance.blueprint.elements import Element
from governance.blueprint.expectations import BY_CODE, EXPECTATIONS, PARTS, STAGE
from governance.blueprint.kinds import KINDS
from governance.blueprint.searching import find
from governance.blueprint.serialise import build_spec
from governance.blueprint.strategy import board
from governance.blueprint.support import (
    grid,
    leaving,
    recorded_twice,
    services_recorded_twice,
    supporting_nothing,
)
from tests.governance import small

TILL = {"name": "Till", "kind": "application", "lifecycle": "adopted"}


def model(**more):
    """The bakery with elements changed or added: ``Kind__some_key={…}``; None takes one out."""
    specs = small.specs()
    for name, content in more.items():
        kind, _, key = name.partition("__")
        place = (kind, key.replace("_", "-"))
        if content is None:
            del specs[place]
        else:
            specs[place] = {**specs.get(place, {}), **content}
    return Blueprint.from_elements(
        Element(kind, key, 1, build_spec(kind, content)) for (kind, key), content in specs.items()
    )


def missing(bp, code):
    return {(one.key, one.stage) for one in checks(bp) if one.code == code and not one.met}


def test_every_expectation_is_of_a_kind_and_has_a_code_of_its_own():
    assert len(BY_CODE) == len(EXPECTATIONS)
    assert {one.kind for one in EXPECTATIONS} <= {*KINDS, STAGE}
    assert {one.part for one in EXPECTATIONS} == set(PARTS)


def test_the_parts_and_the_departments_add_up_to_the_whole():
    bp = model()
    found = checks(bp)
    whole = score(found)
    assert whole.total == sum(one.total for one in scores(found).values()) > 20
    assert whole.met == sum(one.met for one in scores(found).values())
    homes = {one.department for one in found}
    assert homes <= {"", *bp.keys("Department")}
    assert sum(score(o for o in found if o.department == home).total for home in homes) == (
        whole.total
    )


def test_saying_what_is_missing_makes_one_check_met_and_changes_no_other():
    before = {(o.code, o.key, o.stage): o.met for o in checks(model())}
    after = {
        (o.code, o.key, o.stage): o.met
        for o in checks(model(Department__house={"head_role": "owner"}))
    }
    changed = {place for place in before if before[place] != after[place]}
    assert changed == {("department-head", "house", "")}
    assert after.keys() == before.keys()


def test_a_stage_is_done_by_hand_until_a_system_names_it():
    # The oven bakes.
    steps = {("feast", key) for key in ("take", "agree")}
    assert missing(model(), "stage-system") == steps
    till = {**TILL, "supports": [{"stage": "take", "mode": "records", "fit": 4}]}
    assert missing(model(Technology__till=till), "stage-system") == steps - {("feast", "take")}
    ungraded = missing(model(), "technology-fit")
    assert missing(model(Technology__till=till), "technology-fit") == ungraded
    till["supports"] = [{"stage": "take", "mode": "records"}]
    assert missing(model(Technology__till=till), "technology-fit") == ungraded | {("till", "")}
    assert missing(model(), "stage-output") == {("feast", "take"), ("feast", "bake")}


def test_who_answers_for_what_is_missing_is_named_up_to_the_head():
    bp = model(Department__oven={"head_role": "head-baker"})
    lead = next(o for o in checks(bp) if o.code == "team-lead" and o.key == "bakers")
    assert (lead.met, lead.owner, lead.department) == (False, "head-baker", "oven")
    nobody = next(o for o in checks(bp) if o.code == "team-lead" and o.key == "counter")
    assert (nobody.owner, nobody.department) == ("", "house")


def test_what_belongs_to_a_stream_a_department_and_a_role():
    bp = model(Technology__till={**TILL, "supports": [{"service": "big-order", "mode": "records"}]})
    (stream,) = bp.keys("ValueStream")
    inside = of_stream(bp, stream)
    assert {("ValueStream", stream), ("Workflow", "feast"), ("Technology", "till")} <= inside
    assert ("Service", "big-order") in inside and ("Outcome", "bread-on-time") in inside
    assert ("Team", "bakers") in of_department(bp, "oven")
    assert ("Team", "counter") not in of_department(bp, "oven")
    rights = {key for kind, key in of_role(bp, "buyer") if kind == "DecisionRight"}
    assert rights == {k for k, r in bp.find("DecisionRight").items() if r.role == "buyer"}
    assert of_role(bp, "nobody") == set()
    assert belongings(bp)["Team", "night-bakers"].department == "night-oven"


def test_the_support_map_marks_what_is_done_by_hand_and_recorded_twice():
    plain = model()
    (stream,) = plain.keys("ValueStream")
    first, second = "take", "agree"
    by_hand = {row.stage.key: row.by_hand for row in grid(plain, stream)}
    assert by_hand == {"take": True, "agree": True, "bake": False}
    bp = model(
        Technology__till={**TILL, "supports": [
            {"stage": first, "mode": "records", "fit": 4}, {"stage": first, "mode": "informs",
                                                             "fit": 2}]},
        Technology__book={**TILL, "name": "Book", "supports": [
            {"stage": first, "mode": "records"}, {"service": "big-order", "mode": "records"}]},
        Technology__idea={**TILL, "name": "Idea", "lifecycle": "idea", "supports": [
            {"stage": second, "mode": "records"}]},
        Technology__drawer={**TILL, "name": "Drawer"},
    )  # fmt: skip
    rows = {row.stage.key: row for row in grid(bp, stream)}
    assert rows[first].twice and not rows[first].by_hand
    assert rows[first].recorders == ("book", "till")
    till = next(cell for cell in rows[first].cells if cell.technology == "till")
    assert (till.modes, till.fit) == (("records", "informs"), 2)
    # What is only an idea does nothing yet.
    assert rows[second].by_hand and not rows[second].cells
    assert recorded_twice(bp) == {("feast", first): ["book", "till"]}
    assert services_recorded_twice(bp) == {}
    assert supporting_nothing(bp) == ["drawer"]


def test_what_goes_with_a_system():
    first, second = "take", "agree"
    bp = model(
        Technology__till={**TILL, "supports": [{"stage": first, "mode": "records"},
                                               {"stage": second, "mode": "supports"}]},
        Technology__book={**TILL, "supports": [{"stage": first, "mode": "informs"},
                                               {"role": "buyer", "mode": "informs"}]},
        Technology__drawer=TILL,
    )  # fmt: skip
    found = leaving(bp, "till")
    assert found.stages == (("feast", first), ("feast", second))
    assert found.alone == (("feast", second),)
    assert found.services == ("big-order",)
    assert found.streams == tuple(bp.keys("ValueStream"))
    assert found.outcomes == ("bread-on-time",)
    answering = {bp.stage("feast", key).accountable_role for key in (first, second)} - {None}
    assert answering <= set(found.roles)
    assert "buyer" in leaving(bp, "book").roles
    assert leaving(bp, "drawer").nothing


def test_the_strategy_board_takes_none_needed_for_an_answer():
    goal = {"code": "O2", "title": "Cheaper", "owner_role": "owner"}
    bp = model(
        Technology__till={**TILL, "strategy": [{"objective": "fresh", "stance": "enables"}]},
        Technology__book={**TILL, "no_strategy": "The law asks for it."},
        Technology__drawer=TILL,
        Technology__oven_one=None,
        Objective__cheaper=goal,
        Objective__kinder={**goal, "code": "O3", "no_technology": "People are."},
    )  # fmt: skip
    found = board(bp)
    positions = {row.key: row.position for row in (*found.objectives, *found.technologies)}
    assert positions == {
        "fresh": "linked", "cheaper": "open", "kinder": "none_needed",
        "till": "linked", "book": "none_needed", "drawer": "open",
    }  # fmt: skip
    assert [row.key for row in found.objectives_open] == ["cheaper"]
    assert [row.key for row in found.technologies_open] == ["drawer"]
    assert [row.key for row in found.unserved] == ["cheaper", "kinder"]
    assert found.streams_alone == found.services_alone == ()


def test_words_are_found_in_names_keys_and_texts_best_first():
    bp = model(
        Skill__weaving={"name": "Weaving", "description": "Baskets for bread, by hand."},
        Skill__basket_weaving={"name": "Willow"},
    )
    hits = find(bp, "weaving")
    assert [(hit.key, hit.rank) for hit in hits] == [("weaving", 0), ("basket-weaving", 2)]
    (text,) = find(bp, "BASKETS  bread")
    assert (text.key, text.rank) == ("weaving", 3)
    assert text.passage is not None
    assert (text.passage.field, text.passage.match) == ("description", "Baskets")
    assert text.passage.after.startswith(" for bread")
    assert find(bp, "") == find(bp, "   ") == find(bp, "weaving bicycle") == []
    assert find(bp, "İstanbul") == []
