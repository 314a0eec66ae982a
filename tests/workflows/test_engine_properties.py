"""Any sound workflow, played in any order: compared with a second, structural interpreter.

Workflows are made from blocks (line, choice, loop, fork, end). ``Reference`` plays the *blocks*;
the engine plays the graph built from them. Both must agree after every step.
"""

import json
from collections import Counter
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.depth import examples
from tests.workflows.flowcharts import Flow, Stage, Workflow
from workflows.engine import (
    EngineError,
    Step,
    check,
    compile_workflow,
    complete,
    detour,
    send_back,
    send_back_targets,
    start,
)

SHAPES = ["task", "line", "choice", "choice", "loop", "fork", "fork", "nothing"]
CONDITIONS = ["p", "q", "r", "not p", "p and q"]
ARRIVED, ENDED = "arrived", "ended"
Values = dict[str, bool]


@dataclass(frozen=True)
class Block:
    """One of: task, line (parts in order), choice (a task, then one part), loop (part, then a task
    that may repeat both), fork (parts beside each other), ending (a task, then an end)."""

    shape: str
    key: str = ""
    when: str = ""
    parts: tuple["Block", ...] = ()
    conditions: tuple[str, ...] = ()


@st.composite
def blocks(draw: st.DrawFn) -> Block:
    """A random block whose stage keys are unique."""
    count = 0

    def key() -> str:
        nonlocal count
        count += 1
        return f"k{count}"

    def condition() -> str:
        return draw(st.sampled_from(["", *CONDITIONS]))

    def several(depth: int) -> tuple[Block, ...]:
        return tuple(block(depth - 1) for _ in range(draw(st.integers(2, 3))))

    def block(depth: int) -> Block:
        shape = draw(st.sampled_from(SHAPES)) if depth else "task"
        if shape == "task":
            return Block(shape, key(), condition())
        if shape == "nothing":
            return Block("line")
        if shape == "line":
            return Block(shape, parts=several(depth))
        if shape == "fork":
            return Block(shape, key(), parts=several(depth))
        if shape == "loop":
            again = draw(st.sampled_from("pqr"))
            return Block(shape, key(), condition(), (block(depth - 1),), (again,))
        # An end stands only in a choice and never last, so that what follows can be reached.
        parts = several(depth)
        if draw(st.booleans()):
            parts = (Block("ending", key(), condition()), *parts)
        tests = tuple(draw(st.sampled_from(CONDITIONS)) for _ in parts[1:])
        return Block(shape, key(), condition(), parts, tests)

    return Block("line", parts=(block(3), block(2), Block("task", key())))


class Builder:
    """Blocks to stages and flows; every block knows the stage that follows it."""

    def __init__(self, block: Block) -> None:
        self.stages = [Stage("begin", "start"), Stage("stop", "end"), Stage("out", "end")]
        self.flows: list[Flow] = []
        self.flows.append(Flow("begin", self.entry(block, "stop")))
        used = {flow.target for flow in self.flows} | {"begin"}
        self.workflow = Workflow([x for x in self.stages if x.key in used], self.flows)

    def entry(self, block: Block, after: str) -> str:
        """Build ``block`` in front of ``after``; the stage at which it is entered."""
        if block.shape == "line":
            for part in reversed(block.parts):
                after = self.entry(part, after)
            return after
        if block.shape == "fork":
            fork, join = f"{block.key}-fork", f"{block.key}-join"
            self.stages += [Stage(fork, "fork"), Stage(join, "join")]
            self.flows += [Flow(fork, self.entry(part, join)) for part in block.parts]
            self.flows.append(Flow(join, after))
            return fork
        self.stages.append(Stage(block.key, "work", block.when))
        if block.shape == "choice":
            targets = [self.entry(part, after) for part in block.parts]
            for target, condition in zip(targets, block.conditions, strict=False):
                self.flows.append(Flow(block.key, target, condition))
            self.flows.append(Flow(block.key, targets[-1], default=True))
            return block.key
        if block.shape == "loop":
            entry = self.entry(block.parts[0], block.key)
            self.flows.append(Flow(block.key, entry, block.conditions[0], kind="rework"))
            self.flows.append(Flow(block.key, after))
            return entry
        self.flows.append(Flow(block.key, "out" if block.shape == "ending" else after))
        return block.key


def true(condition: str, values: Values) -> bool:
    tests = {"not p": not values["p"], "p and q": values["p"] and values["q"]}
    return tests[condition] if condition in tests else values[condition]


@dataclass
class Active:
    """A task in work, and the blocks that follow it in its line."""

    block: Block
    rest: tuple[Block, ...]


@dataclass
class Beside:
    """A fork in work: the state of each part, and the blocks behind its join."""

    key: str
    states: list[Any]
    rest: tuple[Block, ...]


class Reference:
    """Plays blocks by their meaning; notes what one step entered, skipped and joined."""

    def __init__(self, block: Block, values: Values) -> None:
        self._reset(values)
        self.state = self._run((block,))

    def _reset(self, values: Values) -> None:
        self.values = values
        self.entered: list[str] = []
        self.skipped: list[str] = []
        self.joined: list[str] = []

    def complete(self, key: str, values: Values) -> None:
        self._reset(values)
        self.state = self._completed(self.state, key)

    def active(self) -> list[str]:
        return sorted(self._active(self.state))

    def _active(self, state: Any) -> list[str]:
        if isinstance(state, Active):
            return [state.block.key]
        if isinstance(state, Beside):
            return [key for part in state.states for key in self._active(part)]
        return []

    def _run(self, line: tuple[Block, ...]) -> Any:
        if not line:
            return ARRIVED
        block, rest = line[0], line[1:]
        if block.shape == "line":
            return self._run(block.parts + rest)
        if block.shape == "fork":
            return self._met(Beside(block.key, [self._run((p,)) for p in block.parts], rest))
        if block.shape == "loop":
            return self._run((*block.parts, Block("tail", block.key, block.when, (block,)), *rest))
        if block.when and not true(block.when, self.values):
            self.skipped.append(block.key)
            return self._left(block, rest, skipped=True)
        self.entered.append(block.key)
        return Active(block, rest)

    def _left(self, block: Block, rest: tuple[Block, ...], *, skipped: bool) -> Any:
        if block.shape == "ending":
            return ENDED
        if block.shape == "choice":
            for part, condition in zip(block.parts, block.conditions, strict=False):
                if true(condition, self.values):
                    return self._run((part, *rest))
            return self._run((block.parts[-1], *rest))
        if block.shape == "tail" and not skipped:
            loop = block.parts[0]
            if true(loop.conditions[0], self.values):
                return self._run((loop, *rest))
        return self._run(rest)

    def _met(self, fork: Beside) -> Any:
        if any(state not in (ARRIVED, ENDED) for state in fork.states):
            return fork
        if ARRIVED not in fork.states:
            return ENDED
        self.joined.append(f"{fork.key}-join")
        return self._run(fork.rest)

    def _completed(self, state: Any, key: str) -> Any:
        if isinstance(state, Active):
            return self._left(state.block, state.rest, skipped=False)
        for number, part in enumerate(state.states):
            if key in self._active(part):
                state.states[number] = self._completed(part, key)
        return self._met(state)


CHOICES = st.lists(
    st.tuples(st.integers(0, 50), st.booleans(), st.booleans(), st.booleans()),
    min_size=1,
    max_size=30,
)


def agree(step: Step, reference: Reference) -> None:
    marking = step.marking
    assert Counter(e.stage for e in step.entered) == Counter(reference.entered)
    assert Counter(step.skipped) == Counter(reference.skipped)
    assert Counter(step.joined) == Counter(reference.joined)
    assert sorted(marking["tokens"].values()) == reference.active()
    assert step.ended == (reference.state in (ARRIVED, ENDED))


@settings(deadline=None, max_examples=examples(250))
@given(blocks(), CHOICES)
def test_the_engine_agrees_with_the_meaning_of_the_blocks(
    block: Block, choices: list[tuple[int, bool, bool, bool]]
) -> None:
    graph = compile_workflow(Builder(block).workflow)
    assert check(graph) == []
    values: Values = {"p": choices[0][1], "q": choices[0][2], "r": choices[0][3]}
    step, reference = start(graph, values), Reference(block, values)
    agree(step, reference)
    seen = {entry.token for entry in step.entered}
    # After the drawn moves all is false, so that every loop is left: then it must come to an end.
    for number, p, q, r in choices + [(0, False, False, False)] * (2 * len(graph.nodes) + 5):
        if step.ended:
            break
        values = {"p": p, "q": q, "r": r}
        tokens = step.marking["tokens"]
        token = sorted(tokens)[number % len(tokens)]
        stored = json.dumps(step.marking, sort_keys=True)
        reference.complete(tokens[token], values)
        step = complete(graph, json.loads(stored), token, values)
        agree(step, reference)
        assert complete(graph, json.loads(stored), token, values) == step
        assert all(source in seen for entry in step.entered for source in entry.sources)
        seen |= {entry.token for entry in step.entered}
    assert step.ended


def waits_for_nobody(step: Step) -> bool:
    """A group of siblings waits although none of them, nor a descendant, is in work."""
    for waiting in step.marking["parked"].values():
        for token in waiting:
            group = token.rpartition(".")[0] + "."
            if not any(other.startswith(group) for other in step.marking["tokens"]):
                return True
    return False


@settings(deadline=None, max_examples=examples(250))
@given(blocks(), CHOICES, st.data())
def test_returns_and_detours_never_break_the_balance(
    block: Block, choices: list[tuple[int, bool, bool, bool]], data: st.DataObject
) -> None:
    graph = compile_workflow(Builder(block).workflow)
    step = start(graph, {"p": True, "q": True, "r": False})
    for number, p, q, r in choices + [(0, False, False, False)] * (3 * len(graph.nodes) + 40):
        if step.ended:
            break
        assert not waits_for_nobody(step)
        marking = json.loads(json.dumps(step.marking))
        token = sorted(marking["tokens"])[number % len(marking["tokens"])]
        verb = data.draw(st.sampled_from(["complete", "complete", "send_back", "detour"]))
        home = marking.get("detours", {}).get(token, marking["tokens"][token])
        back = sorted(send_back_targets(graph, marking, token))
        held = sorted(k for k in graph.upstream[home] - {home} if graph.nodes[k].kind == "work")
        drawn = (p, q, r) != (False, False, False)
        if verb == "send_back" and back and drawn:
            target = data.draw(st.sampled_from(back))
            step = send_back(graph, marking, token, target)
            assert [entry.stage for entry in step.entered] == [target]
            assert len(step.marking["tokens"]) == len(marking["tokens"])
        elif verb == "detour" and held and drawn:
            step = detour(graph, marking, token, data.draw(st.sampled_from(held)))
            assert step.marking["tokens"].keys() == marking["tokens"].keys()
        else:
            step = complete(graph, marking, token, {"p": p, "q": q, "r": r})
    assert step.ended
    assert step.marking["parked"] == {}


@settings(deadline=None, max_examples=examples(250))
@given(blocks(), st.data(), CHOICES)
def test_what_the_check_lets_pass_never_gets_stuck(
    block: Block, data: st.DataObject, choices: list[tuple[int, bool, bool, bool]]
) -> None:
    workflow = Builder(block).workflow
    stages = st.sampled_from([stage.key for stage in workflow.stages])
    flows = list(workflow.flows)
    if data.draw(st.booleans()):  # a further way, which may lead across branches or in circles
        kind = data.draw(st.sampled_from(["forward", "rework"]))
        flows.insert(0, Flow(data.draw(stages), data.draw(stages), "p", kind=kind))
    else:  # a flow that leads elsewhere
        number = data.draw(st.integers(0, len(flows) - 1))
        old = flows[number]
        flows[number] = Flow(old.source, data.draw(stages), old.when, old.default, old.kind)
    graph = compile_workflow(Workflow(workflow.stages, flows))
    if check(graph):
        return
    step = start(graph, {"p": True, "q": False, "r": True})
    for index, p, q, r in choices:
        if step.ended:
            return
        assert step.marking["tokens"]
        assert not waits_for_nobody(step)
        token = sorted(step.marking["tokens"])[index % len(step.marking["tokens"])]
        step = complete(graph, step.marking, token, {"p": p, "q": q, "r": r})


ODD_STAGES = st.builds(
    Stage,
    st.sampled_from("abcdef"),
    st.sampled_from(["start", "end", "work", "fork", "join", "odd"]),
    st.sampled_from(["", "p", "("]),
)
ODD_FLOWS = st.builds(
    Flow,
    st.sampled_from("abcdefx"),
    st.sampled_from("abcdefx"),
    st.sampled_from(["", "p", ")"]),
    st.booleans(),
    st.sampled_from(["forward", "rework"]),
)


@given(st.lists(ODD_STAGES, max_size=6), st.lists(ODD_FLOWS, max_size=10))
def test_any_workflow_is_checked_and_played_or_refused(
    stages: list[Stage], flows: list[Flow]
) -> None:
    graph = compile_workflow(Workflow(stages, flows))
    findings = check(graph)
    try:
        step = start(graph, {"p": True})
        for _ in range(8):
            if step.ended or not step.marking["tokens"]:
                break
            step = complete(graph, step.marking, min(step.marking["tokens"]), {})
    except EngineError:
        assert findings
    if not findings:
        with pytest.raises(EngineError):
            complete(graph, step.marking, "none", {})
