"""Workflows for engine tests: the three specs and a short way to write a graph."""

import re
from dataclasses import dataclass, field
from itertools import pairwise

from workflows.engine import Graph, check, compile_workflow


@dataclass(frozen=True)
class Stage:
    key: str
    kind: str = "work"
    when: str = ""
    team: str | None = None


@dataclass(frozen=True)
class Flow:
    source: str
    target: str
    when: str = ""
    default: bool = False
    kind: str = "forward"


@dataclass(frozen=True)
class Workflow:
    stages: list[Stage] = field(default_factory=list)
    flows: list[Flow] = field(default_factory=list)


def graph(stages: str, *flows: str) -> Graph:
    """Stages as ``key``, ``key:kind`` or ``key?condition``; flows as ``a>b>c`` and options.

    ``a>b ? condition`` is conditional, ``a>b ~ condition`` is rework, ``a>b !`` is the default.
    """
    workflow = Workflow([Stage("begin", "start"), Stage("stop", "end")])
    for word in stages.split(";"):
        name, _, when = word.strip().partition("?")
        key, _, kind = name.partition(":")
        workflow.stages.append(Stage(key, kind or "work", when))
    for flow in flows:
        match = re.fullmatch(r"([\w>]+)(?: ([?~!]) ?(.*))?", flow)
        assert match is not None, flow
        path, sign, when = match.groups()
        kind = "rework" if sign == "~" else "forward"
        for source, target in pairwise(path.split(">")):
            workflow.flows.append(Flow(source, target, when or "", sign == "!", kind))
    compiled = compile_workflow(workflow)
    assert check(compiled) == []
    return compiled
