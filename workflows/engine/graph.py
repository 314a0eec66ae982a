"""Compiling: from the workflow of a model to a ``Graph``."""

from collections.abc import Iterable, Mapping, Sequence

from esm.common.expressions import Expression, ExpressionError, parse
from workflows.engine.shapes import KINDS, Choice, Exit, Graph, Node, WorkflowSpec
from workflows.engine.soundness import check, scopes

__all__ = ["check", "compile_workflow"]


def compile_workflow(spec: WorkflowSpec) -> Graph:
    """Compile stages and flows; what is wrong with them becomes ``Graph.faults``, not an error.

    ``spec`` is the model's Workflow or anything with ``stages`` and ``flows`` of the same fields.
    A graph should be played only when ``check(graph)`` is empty.
    """
    return _Compiler(spec).graph()


class _Compiler:
    def __init__(self, spec: WorkflowSpec) -> None:
        self._spec = spec
        self._faults: list[str] = []
        self._variables: set[str] = set()

    def graph(self) -> Graph:
        exits = self._exits()
        nodes: dict[str, Node] = {}
        for stage in self._spec.stages:
            kind = _plain(stage.kind)
            if stage.key in nodes:
                self._faults.append(f"The key “{stage.key}” is used by two stages.")
                continue
            if kind not in KINDS:
                self._faults.append(f"“{stage.key}” is of the unknown kind “{kind}”.")
            when = self._condition(stage.when, f"“{stage.key}”")
            nodes[stage.key] = _node(stage.key, kind, stage.team, when, exits.get(stage.key, ()))
        begin = next((key for key, node in nodes.items() if node.kind == "start"), "")
        targets = {key: {way.target for way in node.exits} for key, node in nodes.items()}
        return Graph(
            nodes=nodes,
            start=begin,
            faults=tuple(self._faults),
            scopes=scopes(nodes, begin),
            upstream=_upstream(targets),
            variables=frozenset(self._variables),
        )

    def _exits(self) -> dict[str, list[Exit]]:
        keys = {stage.key for stage in self._spec.stages}
        exits: dict[str, list[Exit]] = {}
        for flow in self._spec.flows:
            unknown = [key for key in (flow.source, flow.target) if key not in keys]
            if unknown:
                self._faults.append(
                    f"The flow from “{flow.source}” to “{flow.target}” names the unknown stage "
                    f"“{unknown[0]}”."
                )
                continue
            when = self._condition(flow.when, f"the flow from “{flow.source}” to “{flow.target}”")
            exits.setdefault(flow.source, []).append(
                Exit(flow.target, when, flow.default, _plain(flow.kind) == "rework")
            )
        return exits

    def _condition(self, text: str | None, where: str) -> Expression | None:
        if not text or not text.strip():
            return None
        try:
            expression = parse(text)
        except ExpressionError as wrong:
            self._faults.append(f"The condition of {where} cannot be read: {wrong}")
            return None
        self._variables |= expression.variables
        return expression


def _plain(kind: object) -> str:
    """A kind as text, whether it is written as text or as a member of an enumeration."""
    return str(getattr(kind, "value", kind))


def _node(
    key: str, kind: str, team: str | None, when: Expression | None, exits: Sequence[Exit]
) -> Node:
    # Work that was skipped has no outcome, so a rework flow, which is one, is not open to it.
    return Node(
        key=key,
        kind=kind,
        team=team,
        when=when,
        exits=tuple(exits),
        done=_choice(exits),
        skipped=_choice([way for way in exits if not way.rework]),
    )


def _choice(exits: Iterable[Exit]) -> Choice:
    """The default is the flow marked so, else the one without a condition."""
    ways = tuple(exits)
    marked = [way for way in ways if way.default] or [way for way in ways if way.when is None]
    otherwise = marked[0] if marked else None
    return Choice(tuple(way for way in ways if way is not otherwise), otherwise)


def _upstream(targets: Mapping[str, set[str]]) -> dict[str, frozenset[str]]:
    """For each stage all stages from which it can be reached (itself only in a loop)."""
    before: dict[str, set[str]] = {key: set() for key in targets}
    for key, reached in targets.items():
        for target in reached:
            before[target].add(key)
    found = {}
    for key, direct in before.items():
        seen: set[str] = set()
        open_ends = list(direct)
        while open_ends:
            stage = open_ends.pop()
            if stage not in seen:
                seen.add(stage)
                open_ends.extend(before[stage])
        found[key] = frozenset(seen)
    return found
