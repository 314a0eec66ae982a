"""Walking workflows by example: choices, skips, forks, loops, ends, returns, detours."""

import copy
import json

import pytest

from tests.workflows.flowcharts import Flow, Stage, Workflow, graph
from workflows.engine import (
    EngineError,
    Entry,
    Graph,
    Marking,
    Parked,
    Step,
    compile_workflow,
    complete,
    detour,
    send_back,
    send_back_targets,
    start,
)


def stages(step: Step) -> dict[str, str]:
    return step.marking["tokens"]


def walk(compiled: Graph, marking: Marking, *moves: str, **values: object) -> Step:
    """Complete tokens one after the other; what is stored in between is JSON."""
    for token in moves:
        stored = json.dumps(marking, sort_keys=True)
        step = complete(compiled, json.loads(stored), token, values)
        assert json.dumps(marking, sort_keys=True) == stored
        marking = step.marking
    return step


LINE = graph("intake; check; sign:decision", "begin>intake>check>sign>stop", "sign>intake ~ back")


def test_a_line_is_walked_stage_by_stage() -> None:
    step = start(LINE, {})
    assert step == Step({"tokens": {"1": "intake"}, "parked": {}, "n": 2}, step[1], (), (), False)
    assert step.entered == (Entry("1", "intake", ()),)
    step = complete(LINE, step.marking, "1", {})
    assert step.entered == (Entry("1", "check", ("1",)),)
    step = walk(LINE, step.marking, "1", "1")
    assert (step.ended, step.entered) == (True, ())
    assert step.marking == {"tokens": {}, "parked": {}, "n": 2}


def test_a_rework_flow_is_taken_when_its_condition_holds() -> None:
    begun = walk(LINE, start(LINE, {}).marking, "1", "1")
    step = complete(LINE, begun.marking, "1", {"back": True})
    assert step.entered == (Entry("1", "intake", ("1",), rework=True),)
    step = walk(LINE, step.marking, "1", "1", "1", back=False)
    assert step.ended


CHOICE = graph(
    "ask:decision; big; small; usual",
    "begin>ask",
    "ask>big ? amount >= 100000",
    "ask>small ? amount < 1000",
    "ask>usual !",
    "big>stop",
    "small>stop",
    "usual>stop",
)


@pytest.mark.parametrize(
    ("amount", "stage"),
    [
        ("100000", "big"),
        ("99999.99", "usual"),
        ("1000", "usual"),
        ("999", "small"),
        (None, "usual"),
    ],
)
def test_exactly_one_way_is_chosen(amount: str | None, stage: str) -> None:
    step = complete(CHOICE, start(CHOICE, {}).marking, "1", {"amount": amount})
    assert stages(step) == {"1": stage}


def test_the_first_way_that_holds_wins() -> None:
    both = graph("a; b; c", "begin>a", "a>b ? x", "a>c ? x", "a>stop !", "b>stop", "c>stop")
    assert stages(complete(both, start(both, {}).marking, "1", {"x": True})) == {"1": "b"}


def test_a_condition_out_of_the_start_chooses_the_first_stage() -> None:
    compiled = graph("a; b", "begin>a ? fast", "begin>b", "a>stop", "b>stop")
    assert stages(start(compiled, {"fast": True})) == {"1": "a"}
    assert stages(start(compiled, {})) == {"1": "b"}


OPTIONAL = graph("a; b?x; c:wait?y; d", "begin>a>b>c>d>stop", "b>a ~ true", "c>stop ? y == false")


def test_stages_whose_condition_is_false_are_skipped() -> None:
    begun = start(OPTIONAL, {}).marking
    step = complete(OPTIONAL, begun, "1", {})
    assert (step.skipped, step.entered) == (("b", "c"), (Entry("1", "d", ("1",)),))
    step = complete(OPTIONAL, begun, "1", {"x": True})
    assert (step.skipped, step.entered) == ((), (Entry("1", "b", ("1",)),))


def test_a_skipped_stage_takes_forward_flows_only_and_their_conditions_count() -> None:
    step = complete(OPTIONAL, start(OPTIONAL, {}).marking, "1", {"y": False})
    assert (step.skipped, step.ended) == (("b", "c"), True)


FORKED = graph(
    "a; f:fork; b; b2; c?c; d?d; j:join; e",
    "begin>a>f>b>b2>j",
    "f>c>j",
    "f>d>j",
    "j>e>stop",
    "b2>b ~ again",
    "e>a ~ again",
)


def test_branches_run_beside_each_other_and_the_join_fires_once() -> None:
    step = walk(FORKED, start(FORKED, {}).marking, "1", c=True, d=True)
    assert stages(step) == {"1.2": "b", "1.3": "c", "1.4": "d"}
    assert [entry.sources for entry in step.entered] == [("1",)] * 3
    step = walk(FORKED, step.marking, "1.4", c=True, d=True)
    assert step.parked == (Parked("1.4", "j", ("1.4",)),)
    assert (step.joined, step.entered) == ((), ())
    step = walk(FORKED, step.marking, "1.2", "1.2", c=True, d=True)
    assert step.marking["parked"] == {"j": ["1.4", "1.2"]}
    step = walk(FORKED, step.marking, "1.3", c=True, d=True)
    assert (step.joined, step.parked) == (("j",), ())
    assert step.entered == (Entry("1", "e", ("1.4", "1.2", "1.3")),)
    assert step.marking == {"tokens": {"1": "e"}, "parked": {}, "n": 5}


def test_a_branch_in_which_all_is_skipped_reaches_its_join() -> None:
    step = walk(FORKED, start(FORKED, {}).marking, "1", d=True)
    assert step.skipped == ("c",)
    assert stages(step) == {"1.2": "b", "1.4": "d"}
    assert step.parked == (Parked("1.3", "j", ()),)
    step = walk(FORKED, step.marking, "1.4", "1.2", "1.2")
    assert step.entered == (Entry("1", "e", ("1.4", "1.2")),)


def test_a_fork_in_which_all_is_skipped_is_passed_at_once() -> None:
    compiled = graph("a; f:fork; b?x; c?x; j:join; d", "begin>a>f>b>j", "f>c>j>d>stop")
    step = walk(compiled, start(compiled, {}).marking, "1")
    assert (step.skipped, step.joined) == (("b", "c"), ("j",))
    assert step.entered == (Entry("1", "d", ("1",)),)


def test_a_loop_inside_a_branch_and_one_around_the_fork() -> None:
    step = walk(FORKED, start(FORKED, {}).marking, "1")
    step = walk(FORKED, step.marking, "1.2", "1.2", again=True)
    assert step.entered == (Entry("1.2", "b", ("1.2",), rework=True),)
    step = walk(FORKED, step.marking, "1.2", "1.2")
    assert stages(step) == {"1": "e"}
    step = walk(FORKED, step.marking, "1", again=True)
    assert step.entered == (Entry("1", "a", ("1",), rework=True),)
    step = walk(FORKED, step.marking, "1")
    assert stages(step) == {"1.5": "b"}


NESTED = graph(
    "f:fork; g:fork; a; b; k:join; c; j:join; d",
    "begin>f>g>a>k",
    "g>b>k>j",
    "f>c>j>d>stop",
)


def test_forks_may_be_nested() -> None:
    step = start(NESTED, {})
    assert stages(step) == {"1.3": "c", "1.2.4": "a", "1.2.5": "b"}
    step = walk(NESTED, step.marking, "1.2.5", "1.2.4")
    assert (step.joined, stages(step)) == (("k",), {"1.3": "c"})
    assert step.parked == (Parked("1.2", "j", ("1.2.5", "1.2.4")),)
    step = walk(NESTED, step.marking, "1.3")
    assert step.joined == ("j",)
    assert step.entered == (Entry("1", "d", ("1.2.5", "1.2.4", "1.3")),)


def test_an_inner_fork_in_which_all_is_skipped_joins_before_the_outer_one() -> None:
    compiled = graph(
        "a; f:fork; g:fork; b?x; c?x; k:join; d?x; j:join; e",
        "begin>a>f>g>b>k",
        "g>c>k>j",
        "f>d>j>e>stop",
    )
    step = walk(compiled, start(compiled, {}).marking, "1")
    assert (step.skipped, step.joined) == (("d", "b", "c"), ("k", "j"))
    assert step.entered == (Entry("1", "e", ("1",)),)


ENDING = graph(
    "f:fork; a:decision; b; c; j:join; d; quit:end",
    "begin>f>a",
    "a>quit ? no",
    "a>j !",
    "f>b>j",
    "f>c>j",
    "c>quit ? none",
    "j>d>stop",
)


def test_an_end_inside_a_branch_ends_that_branch_only() -> None:
    step = walk(ENDING, start(ENDING, {}).marking, "1.2", no=True)
    assert (step.ended, stages(step)) == (False, {"1.3": "b", "1.4": "c"})
    step = walk(ENDING, step.marking, "1.3", "1.4")
    assert step.entered == (Entry("1", "d", ("1.3", "1.4")),)


def test_a_join_fires_when_the_last_branch_it_waits_for_ends_elsewhere() -> None:
    step = walk(ENDING, start(ENDING, {}).marking, "1.3", "1.4")
    assert step.joined == ()
    step = walk(ENDING, step.marking, "1.2", no=True)
    assert (step.joined, step.entered) == (("j",), (Entry("1", "d", ("1.3", "1.4")),))


def test_a_skipped_branch_passes_the_join_when_all_others_end_elsewhere() -> None:
    compiled = graph(
        "f:fork; a; b?x; j:join; d; quit:end", "begin>f>a", "a>quit ? no", "a>j !", "f>b>j>d>stop"
    )
    step = walk(compiled, start(compiled, {}).marking, "1.2", no=True)
    assert step.entered == (Entry("1", "d", ("1.2",)),)


def test_when_all_branches_end_elsewhere_nothing_is_left() -> None:
    compiled = graph(
        "f:fork; a; b; j:join; d; quit:end",
        "begin>f>a",
        "f>b",
        "a>quit ? no",
        "b>quit ? no",
        "a>j",
        "b>j>d>stop",
    )
    step = walk(compiled, start(compiled, {}).marking, "1.2", "1.3", no=True)
    assert (step.ended, step.joined) == (True, ())


def test_an_inner_fork_that_ends_frees_the_outer_join() -> None:
    compiled = graph(
        "f:fork; g:fork; a; b; k:join; k2; c; j:join; d; quit:end",
        "begin>f>g>a",
        "g>b",
        "a>k !",
        "b>k>k2>j",
        "a>quit ? no",
        "b>quit ? no",
        "f>c>j>d>stop",
    )
    step = walk(compiled, start(compiled, {}).marking, "1.3", "1.2.4", "1.2.5", no=True)
    assert step.entered == (Entry("1", "d", ("1.3",)),)


def test_a_return_moves_the_token_back_whatever_the_condition_says() -> None:
    marking = walk(OPTIONAL, start(OPTIONAL, {}).marking, "1").marking
    assert stages(start(OPTIONAL, {})) == {"1": "a"}
    step = send_back(OPTIONAL, marking, "1", "b")
    assert step.entered == (Entry("1", "b", ("1",), rework=True),)
    assert marking == {"tokens": {"1": "d"}, "parked": {}, "n": 2}


def test_a_return_stays_in_its_branch() -> None:
    marking = walk(FORKED, start(FORKED, {}).marking, "1", "1.2", d=True).marking
    assert stages(Step(marking, (), (), (), False)) == {"1.2": "b2", "1.4": "d"}
    assert send_back_targets(FORKED, marking, "1.2") == {"b"}
    step = send_back(FORKED, marking, "1.2", "b")
    assert stages(step) == {"1.2": "b", "1.4": "d"}
    with pytest.raises(EngineError, match="“a” lies outside the branch of “b2”") as refused:
        send_back(FORKED, marking, "1.2", "a")
    assert (refused.value.code, refused.value.extra) == ("outside-branch", {"allowed": ["b"]})
    with pytest.raises(EngineError, match="“c” lies outside the branch of “d”"):
        send_back(FORKED, marking, "1.4", "c")


def test_a_return_from_behind_a_join_reopens_one_branch() -> None:
    marking = walk(FORKED, start(FORKED, {}).marking, "1", "1.4", "1.2", "1.2", d=True).marking
    assert send_back_targets(FORKED, marking, "1") == {"a", "b", "b2", "c", "d"}
    step = send_back(FORKED, marking, "1", "b2")
    assert step.entered == (Entry("1.5", "b2", ("1",), rework=True),)
    assert stages(step) == {"1.5": "b2"}
    step = walk(FORKED, step.marking, "1.5")
    assert (step.joined, step.entered) == (("j",), (Entry("1", "e", ("1.5",)),))


def test_a_return_into_a_nested_branch_passes_both_joins_again() -> None:
    marking = walk(NESTED, start(NESTED, {}).marking, "1.2.5", "1.2.4", "1.3").marking
    step = send_back(NESTED, marking, "1", "b")
    assert stages(step) == {"1.6.7": "b"}
    step = walk(NESTED, step.marking, "1.6.7")
    assert (step.joined, step.entered) == (("k", "j"), (Entry("1", "d", ("1.6.7",)),))


@pytest.mark.parametrize(
    ("to_stage", "code"),
    [
        ("sign", "not-upstream"),
        ("elsewhere", "unknown-stage"),
        ("begin", "unknown-stage"),
        ("stop", "unknown-stage"),
    ],
)
def test_impossible_returns_are_refused(to_stage: str, code: str) -> None:
    compiled = graph("intake; sign", "begin>intake>sign>stop")
    marking = start(compiled, {}).marking
    before = copy.deepcopy(marking)
    for verb in (send_back, detour):
        with pytest.raises(EngineError) as refused:
            verb(compiled, marking, "1", to_stage)
        assert refused.value.code == code
    with pytest.raises(EngineError, match="“intake” does not come before “intake”"):
        send_back(compiled, marking, "1", "intake")
    assert marking == before


def test_a_detour_lends_the_token_and_brings_it_back() -> None:
    marking = walk(FORKED, start(FORKED, {}).marking, "1", "1.2", d=True).marking
    step = detour(FORKED, marking, "1.2", "a")
    assert step.entered == (Entry("1.2", "a", ("1.2",), rework=True),)
    assert stages(step) == {"1.2": "a", "1.4": "d"}
    assert send_back_targets(FORKED, step.marking, "1.2") == frozenset()
    with pytest.raises(EngineError, match="gives the work back by completing it"):
        send_back(FORKED, step.marking, "1.2", "b")
    further = detour(FORKED, step.marking, "1.2", "b")
    assert further.marking["detours"] == {"1.2": "b2"}
    step = walk(FORKED, step.marking, "1.2", again=True)
    assert step.entered == (Entry("1.2", "b2", ("1.2",)),)
    assert "detours" not in step.marking
    step = walk(FORKED, step.marking, "1.2", "1.4")
    assert stages(step) == {"1": "e"}


def test_work_that_is_not_open_cannot_be_completed() -> None:
    marking = start(LINE, {}).marking
    for token in ("2", "1.1", ""):
        with pytest.raises(EngineError) as refused:
            complete(LINE, marking, token, {})
        assert refused.value.code == "unknown-token"
    with pytest.raises(EngineError) as refused:
        complete(CHOICE, marking, "1", {})
    assert refused.value.code == "unknown-stage"


def test_an_unsound_workflow_stops_with_a_reason_instead_of_running_wild() -> None:
    two = [Stage("begin", "start"), Stage("stop", "end")]
    with pytest.raises(EngineError, match="There is no start") as refused:
        start(compile_workflow(Workflow([])), {})
    assert refused.value.code == "unsound"
    with pytest.raises(EngineError, match="names the unknown stage “x”"):
        start(compile_workflow(Workflow(two, [Flow("begin", "x")])), {})
    no_way = compile_workflow(Workflow(two, [Flow("begin", "stop", "x")]))
    with pytest.raises(EngineError) as refused:
        start(no_way, {})
    assert refused.value.code == "no-way"
    loop = compile_workflow(
        Workflow([*two, Stage("a", when="x")], [Flow("begin", "a"), Flow("a", "a")])
    )
    with pytest.raises(EngineError) as refused:
        start(loop, {})
    assert refused.value.code == "endless"
    lone = compile_workflow(
        Workflow([*two, Stage("j", "join")], [Flow("begin", "j"), Flow("j", "stop")])
    )
    with pytest.raises(EngineError) as refused:
        start(lone, {})
    assert refused.value.code == "unsound"


def test_the_names_its_conditions_read_are_known() -> None:
    assert FORKED.variables == {"c", "d", "again"}
    assert FORKED.nodes["c"].kind == "work"
    assert FORKED.upstream["b2"] == {"begin", "a", "f", "b", "b2", "c", "d", "j", "e"}
    assert FORKED.scopes["b2"] == (("f", 0),)
