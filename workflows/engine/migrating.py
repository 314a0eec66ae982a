"""Moving a running request to another version of its workflow: the new marking, or why not.

Nothing runs here: every token keeps its id, its line of work and its siblings, and only the stages
change their names. So what comes out is what playing the new workflow could have led to, or
nothing comes out. Rules:

- A stage that the new workflow has under the same key, or that ``mapping`` names another one for,
  goes on there. The kind must be the same, and the team: work does not change hands without an
  offer.
- A fork goes on where the new workflow has it with as many branches, closed by the same join, and
  where each token still lies in a branch of its own.
- A token that was lent comes back to the stage it was lent from, which must still come after it.
- A decision that is open goes on where the new stage asks for the same type of decision.

``mapping`` may name forks and joins as well. With an identity mapping on an unchanged workflow
nothing changes; a mapping that gives every stage another one is undone by its inverse.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from workflows.engine.shapes import HOLDING, Graph, Scope
from workflows.engine.tokens import Marking


@dataclass(frozen=True, slots=True)
class Live:
    """A live visit: its token and stage, whether it is an open offer, which decision is open."""

    token: str
    stage: str
    offered: bool = False
    decision: str = ""


class Hindrance(NamedTuple):
    """Why a request cannot be moved as it is.

    ``code``: ``unsound``, ``gone`` (the stage is neither there nor mapped), ``nowhere`` (mapped to
    a stage that is not there), ``kind``, ``team``, ``offer`` (offered, and of another team now),
    ``decision`` (open under another type), ``branch`` (the branches around it differ), ``join``
    (what it waits for there differs), ``lent`` (where it has to come back to differs).
    ``stage`` is of the old workflow, ``other`` what stands for it in the new one.
    """

    code: str
    stage: str = ""
    other: str = ""


@dataclass(frozen=True, slots=True)
class Moved:
    """The new marking, and by token the stage it rests at; hindrances, and then no marking."""

    marking: Marking | None
    stages: dict[str, str]
    hindrances: tuple[Hindrance, ...]

    @property
    def safe(self) -> bool:
        """It can be moved without anybody deciding anything."""
        return self.marking is not None


def move(
    old: Graph,
    marking: Marking,
    live: Sequence[Live],
    new: Graph,
    mapping: Mapping[str, str],
    decides: Mapping[str, str] | None = None,
) -> Moved:
    """What a marking of ``old`` is in ``new``.

    ``decides`` gives the type of decision of each decision stage of ``new``. Stages without an
    entry in ``mapping`` keep their key.
    """
    if new.faults or not new.start:
        return Moved(None, {}, (Hindrance("unsound"),))
    found = dict.fromkeys(_hindrances(old, marking, live, new, mapping, decides or {}))
    stages = {token: mapping.get(key, key) for token, key in marking["tokens"].items()}
    if found:
        return Moved(None, stages, tuple(found))
    moved: Marking = {
        "tokens": stages,
        "parked": {mapping.get(j, j): list(waiting) for j, waiting in marking["parked"].items()},
        "n": marking["n"],
    }
    if "via" in marking:
        moved["via"] = {token: list(own) for token, own in marking["via"].items()}
    if "detours" in marking:
        moved["detours"] = {t: mapping.get(home, home) for t, home in marking["detours"].items()}
    wrong = faults(new, moved)
    if wrong:
        return Moved(None, stages, tuple(dict.fromkeys(wrong)))
    return Moved(moved, stages, ())


def vanished(old: Graph, new: Graph) -> list[str]:
    """Stages at which work rests that the new workflow does not have, or has of another kind."""
    return [
        key
        for key, node in old.nodes.items()
        if node.kind in HOLDING and (key not in new.nodes or new.nodes[key].kind != node.kind)
    ]


def candidates(old: Graph, stage: str, new: Graph) -> list[str]:
    """Stages of the new workflow at which the work of an old one could go on."""
    node = old.nodes[stage]
    return [
        key
        for key, other in new.nodes.items()
        if other.kind == node.kind and other.team == node.team and key in new.scopes
    ]


def faults(graph: Graph, marking: Marking) -> list[Hindrance]:
    """What keeps a marking from being one of this workflow; a sound one has none.

    Every token rests at a stage where work is done, as deep inside forks as its id says; tokens of
    one fork lie in branches of their own; what waits, waits at the join that closes its fork.
    """
    found = []
    detours = marking.get("detours", {})
    homes = {token: detours.get(token, key) for token, key in marking["tokens"].items()}
    for token, key in homes.items():
        at = marking["tokens"][token]
        if _rests(graph, key) and _rests(graph, at):
            if len(graph.scopes[key]) != token.count("."):
                found.append(Hindrance("branch", key))
            elif token in detours and at not in graph.upstream[key]:
                found.append(Hindrance("lent", key, at))
        else:
            found.append(Hindrance("gone", at))
    closed = closes(graph)
    places = {t: graph.scopes[key] for t, key in homes.items() if key in graph.scopes}
    forks: dict[str, str] = {}
    for token, scope in places.items():
        for depth, (fork, _number) in enumerate(scope):
            forks.setdefault(_ancestor(token, depth), fork)
    for join, waiting in marking["parked"].items():
        for token in waiting:
            around = graph.scopes.get(join, ())
            group = token.rpartition(".")[0]
            fits = join in closed and len(around) == group.count(".")
            if not fits or forks.setdefault(group, closed[join]) != closed[join]:
                found.append(Hindrance("join", join))
    found += [Hindrance("branch", homes[token]) for token in _crossing(places)]
    return found


def closes(graph: Graph) -> dict[str, str]:
    """By join, the fork that it closes."""
    found: dict[str, str] = {}
    for key, scope in graph.scopes.items():
        node = graph.nodes[key]
        for number, way in enumerate(node.exits):
            if graph.nodes[way.target].kind != "join":
                continue
            around = (*scope, (key, number)) if node.kind == "fork" else scope
            if around:
                found.setdefault(way.target, around[-1][0])
    return found


def _rests(graph: Graph, key: str) -> bool:
    node = graph.nodes.get(key)
    return node is not None and node.kind in HOLDING and key in graph.scopes


def _ancestor(token: str, depth: int) -> str:
    """The token that was replaced at a depth: of ``1.2.4`` at 0 it is ``1``."""
    return ".".join(token.split(".")[: depth + 1])


def _crossing(places: Mapping[str, Scope]) -> Iterator[str]:
    """Tokens of one fork that do not lie in branches of their own, or not in one fork at all."""
    branches: dict[str, tuple[str, int]] = {}
    forks: dict[str, str] = {}
    taken: dict[tuple[str, tuple[str, int]], str] = {}
    for token, scope in sorted(places.items()):
        if len(scope) != token.count("."):
            continue
        for depth, branch in enumerate(scope):
            parent, child = _ancestor(token, depth), _ancestor(token, depth + 1)
            wrong = forks.setdefault(parent, branch[0]) != branch[0]
            wrong = wrong or branches.setdefault(child, branch) != branch
            wrong = wrong or taken.setdefault((parent, branch), child) != child
            if wrong:
                yield token
                break


def _hindrances(
    old: Graph,
    marking: Marking,
    live: Sequence[Live],
    new: Graph,
    mapping: Mapping[str, str],
    decides: Mapping[str, str],
) -> Iterator[Hindrance]:
    homes = marking.get("detours", {})
    for one in live:
        yield from _of_stage(old, one, new, mapping, decides)
        if one.token in homes:
            home = Live(one.token, homes[one.token])
            for found in _of_stage(old, home, new, mapping, {}):
                yield Hindrance("lent", found.stage, found.other)
    for token, key in marking["tokens"].items():
        home_key = homes.get(token, key)
        there = mapping.get(home_key, home_key)
        if not _rests(new, there) or home_key not in old.scopes:
            continue
        if not _same_forks(old, old.scopes[home_key], new, new.scopes[there], mapping):
            yield Hindrance("branch", home_key, there)
    for join in marking["parked"]:
        if not _same_join(old, join, new, mapping):
            yield Hindrance("join", join, mapping.get(join, join))


def _of_stage(
    old: Graph,
    one: Live,
    new: Graph,
    mapping: Mapping[str, str],
    decides: Mapping[str, str],
) -> Iterator[Hindrance]:
    there = mapping.get(one.stage, one.stage)
    node, before = new.nodes.get(there), old.nodes.get(one.stage)
    if node is None or there not in new.scopes:
        yield Hindrance("nowhere" if one.stage in mapping else "gone", one.stage, there)
        return
    if before is None or node.kind != before.kind or node.kind not in HOLDING:
        yield Hindrance("kind", one.stage, there)
        return
    if node.team != before.team:
        yield Hindrance("offer" if one.offered else "team", one.stage, there)
    if one.decision and decides.get(there) != one.decision:
        yield Hindrance("decision", one.stage, there)


def _same_join(old: Graph, join: str, new: Graph, mapping: Mapping[str, str]) -> bool:
    """The join that closes the same fork, with as many branches and the same forks around it."""
    there, fork = mapping.get(join, join), closes(old).get(join, "")
    other = closes(new).get(there)
    if other is None or other != mapping.get(fork, fork) or not _as_wide(old, fork, new, other):
        return False
    return _same_forks(old, old.scopes[join], new, new.scopes[there], mapping)


def _same_forks(
    old: Graph, before: Scope, new: Graph, after: Scope, mapping: Mapping[str, str]
) -> bool:
    """The same forks around a stage, each with as many branches."""
    if len(before) != len(after):
        return False
    return all(
        mapping.get(fork, fork) == other and _as_wide(old, fork, new, other)
        for (fork, _i), (other, _j) in zip(before, after, strict=True)
    )


def _as_wide(old: Graph, fork: str, new: Graph, other: str) -> bool:
    there = new.nodes.get(other)
    return there is not None and len(old.nodes[fork].exits) == len(there.exits)
