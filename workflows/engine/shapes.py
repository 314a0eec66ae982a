"""The parts of a compiled workflow; immutable, without behaviour but choosing a way out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from esm.common.errors import InvalidState
from esm.common.expressions import Expression

HOLDING = frozenset(("work", "decision", "wait"))
"""Kinds of stages at which a token rests until it is completed."""

KINDS = HOLDING | {"start", "end", "fork", "join"}

Scope = tuple[tuple[str, int], ...]
"""Where a stage lies: the forks around it, outermost first, each with the number of the branch."""


class EngineError(InvalidState):
    """The engine refuses. ``code`` is one of: ``unsound`` (the workflow cannot be played),
    ``unknown-token``, ``no-way`` (no condition holds and there is no default), ``endless`` (a loop
    without a stage to do), ``unknown-stage``, ``not-upstream``, ``outside-branch``, ``on-detour``.
    """

    code = "engine"


class StageSpec(Protocol):
    """What compiling reads of a stage."""

    @property
    def key(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def team(self) -> str | None: ...
    @property
    def when(self) -> str: ...


class FlowSpec(Protocol):
    """What compiling reads of a flow."""

    @property
    def source(self) -> str: ...
    @property
    def target(self) -> str: ...
    @property
    def when(self) -> str: ...
    @property
    def default(self) -> bool: ...
    @property
    def kind(self) -> str: ...


class WorkflowSpec(Protocol):
    """What compiling reads of a workflow."""

    @property
    def stages(self) -> Sequence[StageSpec]: ...
    @property
    def flows(self) -> Sequence[FlowSpec]: ...


@dataclass(frozen=True, slots=True)
class Exit:
    """A flow out of a node; ``when`` is None where no condition is written."""

    target: str
    when: Expression | None
    default: bool
    rework: bool


@dataclass(frozen=True, slots=True)
class Choice:
    """An exclusive choice: the first exit whose condition holds, else ``otherwise``."""

    ways: tuple[Exit, ...]
    otherwise: Exit | None

    def pick(self, values: Mapping[str, object]) -> Exit | None:
        for way in self.ways:
            if way.when is not None and way.when.holds(values):
                return way
        return self.otherwise


@dataclass(frozen=True, slots=True)
class Node:
    """A stage: its ``exits`` as written, the choice when it is done and the one when skipped."""

    key: str
    kind: str
    team: str | None
    when: Expression | None
    exits: tuple[Exit, ...]
    done: Choice
    skipped: Choice


@dataclass(frozen=True, slots=True)
class Graph:
    """A compiled workflow.

    ``faults`` says why it cannot be compiled fully (empty: it can be played); ``scopes`` and
    ``upstream`` (the stages from which a stage can be reached) cover all stages that a token
    reaches; ``variables`` are the names its conditions read.
    """

    nodes: Mapping[str, Node]
    start: str
    faults: tuple[str, ...]
    scopes: Mapping[str, Scope]
    upstream: Mapping[str, frozenset[str]]
    variables: frozenset[str]
