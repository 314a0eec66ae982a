"""A marking of one workflow in another: what it becomes, and why it cannot be moved."""

import json
from collections.abc import Iterator
from itertools import pairwise, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.depth import examples
from tests.workflows.flowcharts import Flow, Stage, Workflow, graph
from tests.workflows.test_engine_properties import CHOICES, Block, Builder, blocks
from workflows.engine import Graph, Marking, check, compile_workflow, complete, detour, start
from workflows.engine.migrating import Hindrance, Live, candidates, faults, move, vanished

VALUES = [dict(zip("pqr", drawn, strict=True)) for drawn in product((True, False), repeat=3)]
PLAIN = graph("intake;review;sign", "begin>intake>review>sign>stop")
SIDES = graph(
    "intake;legal;risk;both:fork;met:join;sign",
    "begin>intake>both>legal>met>sign>stop",
    "both>risk>met",
)


def live(marking: Marking) -> list[Live]:
    return [Live(token, stage) for token, stage in marking["tokens"].items()]


def teams(**of: str) -> Graph:
    stages = [Stage("begin", "start"), Stage("stop", "end")]
    stages += [
        Stage(key, "decision" if key == "ask" else "work", "", team) for key, team in of.items()
    ]
    keys = ["begin", *of, "stop"]
    flows = [Flow(a, b) for a, b in pairwise(keys)]
    return compile_workflow(Workflow(stages, flows))


def at(token: str, stage: str) -> Marking:
    return {"tokens": {token: stage}, "parked": {}, "n": 2}


def test_a_step_of_the_same_name_goes_on() -> None:
    longer = graph("intake;check;review;sign", "begin>intake>check>review>sign>stop")
    marking = at("1", "review")
    assert move(PLAIN, marking, live(marking), longer, {}).marking == marking


def test_a_step_that_is_gone_goes_on_where_it_is_mapped_to() -> None:
    short = graph("intake;sign", "begin>intake>sign>stop")
    marking = at("1", "review")
    assert vanished(PLAIN, short) == ["review"]
    assert candidates(PLAIN, "review", short) == ["intake", "sign"]
    stays = move(PLAIN, marking, live(marking), short, {})
    assert stays.marking is None and stays.hindrances == (Hindrance("gone", "review", "review"),)
    goes = move(PLAIN, marking, live(marking), short, {"review": "sign"})
    assert goes.marking == at("1", "sign") and goes.stages == {"1": "sign"}
    nowhere = move(PLAIN, marking, live(marking), short, {"review": "away"})
    assert nowhere.hindrances == (Hindrance("nowhere", "review", "away"),)


def test_another_kind_of_step_is_no_place_to_go_on() -> None:
    asks = graph("intake;review:decision;sign", "begin>intake>review>sign>stop")
    marking = at("1", "review")
    found = move(PLAIN, marking, live(marking), asks, {})
    assert found.hindrances == (Hindrance("kind", "review", "review"),)


def test_work_does_not_change_hands_by_itself() -> None:
    before, after = teams(read="law", write="law"), teams(read="law", write="sales")
    marking = at("1", "write")
    held = move(before, marking, [Live("1", "write")], after, {})
    assert held.hindrances == (Hindrance("team", "write", "write"),)
    offered = move(before, marking, [Live("1", "write", offered=True)], after, {})
    assert offered.hindrances == (Hindrance("offer", "write", "write"),)


def test_an_open_decision_goes_on_under_its_own_type_alone() -> None:
    before, after = teams(read="law", ask="law"), teams(ask="law", read="law")
    marking, open_ones = at("1", "ask"), [Live("1", "ask", decision="spend")]
    assert move(before, marking, open_ones, after, {}, {"ask": "spend"}).safe
    other = move(before, marking, open_ones, after, {}, {"ask": "hire"})
    assert other.hindrances == (Hindrance("decision", "ask", "ask"),)


@pytest.fixture
def beside() -> Marking:
    """Legal is in work; risk is done and waits."""
    step = complete(SIDES, start(SIDES, {}).marking, "1", {})
    return complete(SIDES, step.marking, "1.3", {}).marking


def test_branches_go_on_in_branches_of_the_same_fork(beside: Marking) -> None:
    longer = graph(
        "intake;legal;again;risk;both:fork;met:join;sign",
        "begin>intake>both>legal>again>met>sign>stop",
        "both>risk>met",
    )
    assert move(SIDES, beside, live(beside), longer, {}).marking == beside
    turned = graph(
        "intake;legal;risk;both:fork;met:join;sign",
        "begin>intake>both>risk>met>sign>stop",
        "both>legal>met",
    )
    assert move(SIDES, beside, live(beside), turned, {}).marking == beside


def test_a_fork_of_other_branches_is_not_entered_half_way(beside: Marking) -> None:
    wider = graph(
        "intake;legal;risk;tax;both:fork;met:join;sign",
        "begin>intake>both>legal>met>sign>stop",
        "both>risk>met",
        "both>tax>met",
    )
    found = move(SIDES, beside, live(beside), wider, {})
    assert found.hindrances == (
        Hindrance("branch", "legal", "legal"), Hindrance("join", "met", "met"),
    )  # fmt: skip
    line = graph("intake;legal;risk;sign", "begin>intake>legal>risk>sign>stop")
    found = move(SIDES, beside, live(beside), line, {})
    assert [one.code for one in found.hindrances] == ["branch", "join"]
    into = at("1", "legal")
    found = move(line, into, live(into), SIDES, {})
    assert found.hindrances == (Hindrance("branch", "legal", "legal"),)


def test_two_branches_do_not_go_on_in_one() -> None:
    both = complete(SIDES, start(SIDES, {}).marking, "1", {}).marking
    found = move(SIDES, both, live(both), SIDES, {"risk": "legal"})
    assert found.hindrances == (Hindrance("branch", "legal"),)


def test_what_was_lent_still_has_its_way_back() -> None:
    lent = detour(PLAIN, at("1", "sign"), "1", "intake").marking
    assert move(PLAIN, lent, live(lent), PLAIN, {}).marking == lent
    short = graph("intake;review", "begin>intake>review>stop")
    found = move(PLAIN, lent, live(lent), short, {})
    assert found.hindrances == (Hindrance("lent", "sign", "sign"),)
    turned = graph("sign;review;intake", "begin>sign>review>intake>stop")
    found = move(PLAIN, lent, live(lent), turned, {})
    assert found.hindrances == (Hindrance("lent", "sign", "intake"),)


def test_nothing_moves_to_a_workflow_that_cannot_be_played() -> None:
    broken = compile_workflow(Workflow([Stage("a", "odd")], []))
    marking = at("1", "intake")
    found = move(PLAIN, marking, live(marking), broken, {})
    assert found.marking is None and found.hindrances == (Hindrance("unsound"),)


def played(flow: Graph, choices: list[tuple[int, bool, bool, bool]]) -> Iterator[Marking]:
    step = start(flow, VALUES[0])
    for number, p, q, r in choices:
        if step.ended:
            return
        yield json.loads(json.dumps(step.marking))
        token = sorted(step.marking["tokens"])[number % len(step.marking["tokens"])]
        step = complete(flow, step.marking, token, {"p": p, "q": q, "r": r})


def renamed(block: Block) -> Block:
    parts = tuple(renamed(part) for part in block.parts)
    key = f"new-{block.key}" if block.key else ""
    return Block(block.shape, key, block.when, parts, block.conditions)


def edited(block: Block, data: st.DataObject, n: list[int]) -> Block:
    """The same with steps more or less in its lines."""
    parts = tuple(edited(part, data, n) for part in block.parts)
    if block.shape == "line" and data.draw(st.booleans()):
        n[0] += 1
        place = data.draw(st.integers(0, len(parts)))
        parts = (*parts[:place], Block("task", f"more{n[0]}"), *parts[place:])
    elif block.shape == "line" and len(parts) > 1 and data.draw(st.booleans()):
        place = data.draw(st.integers(0, len(parts) - 1))
        if parts[place].shape == "task":
            parts = (*parts[:place], *parts[place + 1 :])
    return Block(block.shape, block.key, block.when, parts, block.conditions)


@settings(deadline=None, max_examples=examples(200))
@given(blocks(), CHOICES)
def test_nothing_changes_in_an_unchanged_workflow(
    block: Block, choices: list[tuple[int, bool, bool, bool]]
) -> None:
    flow = compile_workflow(Builder(block).workflow)
    for marking in played(flow, choices):
        assert faults(flow, marking) == []
        assert move(flow, marking, live(marking), flow, {}).marking == marking


@settings(deadline=None, max_examples=examples(200))
@given(blocks(), CHOICES)
def test_a_mapping_and_its_inverse_lead_back(
    block: Block, choices: list[tuple[int, bool, bool, bool]]
) -> None:
    old = compile_workflow(Builder(block).workflow)
    new = compile_workflow(Builder(renamed(block)).workflow)
    there = {key: f"new-{key}" for key in old.nodes.keys() - new.nodes.keys()}
    back = {new_key: key for key, new_key in there.items()}
    for marking in played(old, choices):
        moved = move(old, marking, live(marking), new, there).marking
        assert moved is not None and moved["tokens"] != marking["tokens"]
        assert move(new, moved, live(moved), old, back).marking == marking


def sign_of(marking: Marking) -> str:
    parked = {join: len(waiting) for join, waiting in marking["parked"].items()}
    return json.dumps([sorted(marking["tokens"].values()), parked], sort_keys=True)


MOST = 1500


def reached(flow: Graph) -> set[str] | None:
    """All that playing forward can lead to; None where that is too much to look at."""
    found: dict[str, Marking] = {}
    todo = [start(flow, values).marking for values in VALUES]
    while todo:
        marking = todo.pop()
        if (sign := sign_of(marking)) in found:
            continue
        found[sign] = marking
        if len(found) > MOST:
            return None
        todo += [
            complete(flow, marking, token, values).marking
            for token in marking["tokens"]
            for values in VALUES
        ]
    return set(found)


@settings(deadline=None, max_examples=examples(160))
@given(blocks(), CHOICES, st.data())
def test_what_is_moved_could_have_come_there_and_comes_to_its_end(
    block: Block, choices: list[tuple[int, bool, bool, bool]], data: st.DataObject
) -> None:
    old = compile_workflow(Builder(block).workflow)
    new = compile_workflow(Builder(edited(block, data, [0])).workflow)
    assert check(new) == []
    ways = reached(new)
    for marking in played(old, choices[:8]):
        gone = [key for key in marking["tokens"].values() if key not in new.nodes]
        found = move(old, marking, live(marking), new, {})
        assert found.safe == (not gone), found
        if found.marking is None:
            assert {one.code for one in found.hindrances} == {"gone"}
            continue
        assert faults(new, found.marking) == []
        assert ways is None or sign_of(found.marking) in ways
        step = None
        now = found.marking
        for _ in range(3 * len(new.nodes) + 20):
            step = complete(new, now, min(now["tokens"]), dict.fromkeys("pqr", False))
            now = step.marking
            if step.ended:
                break
        assert step is not None and step.ended and not now["parked"]
