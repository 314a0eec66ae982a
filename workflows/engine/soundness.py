"""The soundness check: a workflow without findings can always be played to an end.

What is asked for: one start and at least one end, every stage on a path from start to end, every
fork closed by exactly one join that closes nothing else, no flow into or out of a branch but
through them, choices with a default, and no loop in which nothing has to be done. In such a
block-structured graph no token is lost or doubled and no join waits for ever.
"""

from collections import deque
from collections.abc import Collection, Iterator, Mapping

from workflows.engine.shapes import HOLDING, Graph, Node, Scope


def check(graph: Graph) -> list[str]:
    """What is wrong, one sentence each, in a stable order; an empty list means sound."""
    if graph.faults:
        return list(graph.faults)
    nodes = graph.nodes
    starts = [key for key, node in nodes.items() if node.kind == "start"]
    found = []
    if len(starts) != 1:
        found.append(f"There are {len(starts)} starts; exactly one is needed.")
    if not any(node.kind == "end" for node in nodes.values()):
        found.append("There is no end.")
    if found:
        return found
    into = _sources(nodes)
    found.extend(_paths(graph))
    for node in nodes.values():
        found.extend(_shape(node, into[node.key]))
    found.extend(_branches(graph))
    found.extend(_idle_loops(nodes))
    return found


def scopes(nodes: Mapping[str, Node], start: str) -> dict[str, Scope]:
    """The scope of every stage that can be reached, by the first way that leads to it."""
    found: dict[str, Scope] = {start: ()} if start in nodes else {}
    waiting = deque(found)
    while waiting:
        node = nodes[waiting.popleft()]
        for target, arriving in _arrivals(node, found[node.key]):
            if target not in found:
                joins = nodes[target].kind == "join"
                found[target] = arriving[:-1] if joins else arriving
                waiting.append(target)
    return found


def _arrivals(node: Node, scope: Scope) -> Iterator[tuple[str, Scope]]:
    """Targets of a node with the scope in which a token arrives there."""
    for number, way in enumerate(node.exits):
        yield way.target, (*scope, (node.key, number)) if node.kind == "fork" else scope


def _sources(nodes: Mapping[str, Node]) -> dict[str, list[str]]:
    into: dict[str, list[str]] = {key: [] for key in nodes}
    for key, node in nodes.items():
        for way in node.exits:
            into[way.target].append(key)
    return into


def _paths(graph: Graph) -> Iterator[str]:
    ends = {key for key, node in graph.nodes.items() if node.kind == "end"}
    leading = ends.union(*(graph.upstream[end] for end in ends))
    for key in graph.nodes:
        if key not in graph.scopes:
            yield f"“{key}” cannot be reached from the start."
        elif key not in leading:
            yield f"From “{key}” no way leads to an end."


def _shape(node: Node, into: Collection[str]) -> Iterator[str]:
    """What one node, seen alone, needs."""
    if node.when is not None and node.kind not in HOLDING:
        yield f"“{node.key}” is of the kind {node.kind} and cannot have a condition."
    if node.kind == "start" and into:
        yield f"A flow leads back to the start “{node.key}”."
    if node.kind == "end":
        if node.exits:
            yield f"A flow leads out of the end “{node.key}”."
    elif node.kind == "fork":
        yield from _fork(node)
    else:
        if node.kind == "join" and len(into) < 2:
            yield f"The join “{node.key}” has fewer than two flows in."
        yield from _choices(node)


def _fork(node: Node) -> Iterator[str]:
    if len(node.exits) < 2:
        yield f"The fork “{node.key}” has fewer than two flows out."
    for way in node.exits:
        if way.when is not None or way.default or way.rework:
            yield (
                f"The flow from the fork “{node.key}” to “{way.target}” must be a plain one; put "
                "the condition on the stages of the branch."
            )


def _choices(node: Node) -> Iterator[str]:
    free = [way for way in node.exits if way.default or way.when is None]
    if not node.exits:
        yield f"“{node.key}” has no flow out."
    elif not free:
        yield f"“{node.key}” has no default flow for when no condition holds."
    elif len(free) > 1:
        yield f"“{node.key}” has {len(free)} flows that need no condition; one can be the default."
    for way in node.exits:
        if way.default and way.when is not None:
            yield f"The default flow from “{node.key}” to “{way.target}” carries a condition."
    if node.when is not None and node.done.otherwise and not node.skipped.otherwise:
        yield f"“{node.key}” may be skipped, but its default is no forward flow."


def _branches(graph: Graph) -> Iterator[str]:
    """Forks and joins in balance, and no flow across the edge of a branch."""
    closing: dict[str, list[str]] = {}
    for key, scope in graph.scopes.items():
        for target, arriving in _arrivals(graph.nodes[key], scope):
            kind = graph.nodes[target].kind
            if kind == "join" and not arriving:
                yield f"“{key}” leads to the join “{target}” outside of any fork."
            elif kind == "join":
                joins = closing.setdefault(arriving[-1][0], [])
                if target not in joins:
                    joins.append(target)
                if arriving[:-1] != graph.scopes[target]:
                    yield f"“{key}” leads to the join “{target}” from another depth of forks."
            elif kind != "end" and arriving != graph.scopes[target]:
                yield f"The flow from “{key}” to “{target}” crosses the edge of a branch."
    closed: dict[str, str] = {}
    for key in graph.scopes:
        if graph.nodes[key].kind != "fork":
            continue
        joins = closing.get(key, [])
        if len(joins) != 1:
            yield f"The fork “{key}” is closed by {len(joins) or 'no'} joins; one is needed."
        for join in joins:
            if join in closed:
                yield f"The join “{join}” closes two forks, “{closed[join]}” and “{key}”."
            closed.setdefault(join, key)


def _idle_loops(nodes: Mapping[str, Node]) -> Iterator[str]:
    """Loops of stages that are silent or may all be skipped: a token could run there for ever."""
    onward = {key: set(_unheld(node)) for key, node in nodes.items()}
    # Take away what leads nowhere or is led to from nowhere; what cannot be taken away is a loop.
    while onward:
        entered = set().union(*onward.values())
        loose = [key for key, after in onward.items() if not after & onward.keys()]
        loose.extend(key for key in onward if key not in entered)
        if not loose:
            stages = ", ".join(f"“{key}”" for key in onward)
            yield f"In the loop of {stages} there may be nothing to do."
            return
        for key in loose:
            onward.pop(key, None)


def _unheld(node: Node) -> list[str]:
    """Where a token may go from a node without resting at it."""
    if node.kind not in HOLDING:
        return [way.target for way in node.exits]
    if node.when is None:
        return []
    return [way.target for way in node.exits if not way.rework]
