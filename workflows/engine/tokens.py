"""Playing: verbs that take a graph and a marking and return the next step. See the package."""

from collections import deque
from collections.abc import Mapping
from typing import NamedTuple, NotRequired, TypedDict

from workflows.engine.shapes import HOLDING, Choice, EngineError, Exit, Graph, Node

FIRST_TOKEN = "1"


class Marking(TypedDict):
    """Where a running request is; JSON-able, and the order of its keys means nothing.

    ``tokens`` maps a token to the stage it rests at, ``parked`` a join to the tokens that wait
    there in order of arrival, ``n`` is the next number for a child of a fork.
    ``via`` (only where it differs) names the tokens whose stages a waiting token stands for: those
    of an inner fork, or none where its whole branch was skipped. ``detours`` maps a lent token to
    the stage it comes back to. The last two are left out when empty.
    """

    tokens: dict[str, str]
    parked: dict[str, list[str]]
    n: int
    via: NotRequired[dict[str, list[str]]]
    detours: NotRequired[dict[str, str]]


class Entry(NamedTuple):
    """A token came to rest at a stage.

    ``sources`` are the tokens whose last stage led here: the one that moved, the one that was
    forked, or all that a join brought together, in order of arrival. ``rework`` says that a rework
    flow or a return led here.
    """

    token: str
    stage: str
    sources: tuple[str, ...]
    rework: bool = False


class Parked(NamedTuple):
    """A token began to wait at a join; ``sources`` as in ``Entry`` (none: all was skipped)."""

    token: str
    join: str
    sources: tuple[str, ...]


class Step(NamedTuple):
    """What one verb did. ``ended``: no token is left; ``parked``: who began to wait and still does.

    ``skipped`` are stages passed because their condition is false, ``joined`` joins that fired.
    """

    marking: Marking
    entered: tuple[Entry, ...]
    skipped: tuple[str, ...]
    joined: tuple[str, ...]
    ended: bool
    parked: tuple[Parked, ...] = ()


def start(graph: Graph, values: Mapping[str, object]) -> Step:
    """The first step of a request. Raises ``EngineError``."""
    if graph.faults or not graph.start:
        reason = graph.faults[0] if graph.faults else "There is no start."
        raise EngineError(f"This workflow cannot be played. {reason}", code="unsound")
    play = _Play(graph, {"tokens": {}, "parked": {}, "n": 2}, values)
    play.send(FIRST_TOKEN, graph.start, ())
    return play.step()


def complete(graph: Graph, marking: Marking, token: str, values: Mapping[str, object]) -> Step:
    """The stage at which ``token`` rests is done; move on. Raises ``EngineError``.

    A lent token (see ``detour``) goes back to the stage it was lent from.
    """
    node = _resting(graph, marking, token)
    play = _Play(graph, marking, values)
    home = play.take(token)
    if home is not None:
        play.send(token, home, (token,))
    else:
        way = play.choose(node, node.done)
        play.send(token, way.target, (token,), way.rework)
    return play.step(caused_by=token)


def send_back(graph: Graph, marking: Marking, token: str, to_stage: str) -> Step:
    """Return: the token moves back to ``to_stage``, whatever that stage's condition says.

    ``to_stage`` must lie upstream, in the same branch or inside a branch that was joined since; see
    ``send_back_targets``. In the latter case a child of the token goes back and the join, which it
    alone then passes, restores the token. Raises ``EngineError`` (``outside-branch``,
    ``not-upstream``, ``on-detour``, ``unknown-stage``, ``unknown-token``).
    """
    node = _resting(graph, marking, token)
    if token in marking.get("detours", {}):
        raise EngineError(
            f"“{node.key}” was asked for help and gives the work back by completing it.",
            code="on-detour",
        )
    _upstream(graph, node.key, to_stage)
    here, there = graph.scopes[node.key], graph.scopes[to_stage]
    if there[: len(here)] != here:
        raise EngineError(
            f"“{to_stage}” lies outside the branch of “{node.key}”; a return cannot leave the "
            "branch.",
            code="outside-branch",
            allowed=sorted(send_back_targets(graph, marking, token)),
        )
    play = _Play(graph, marking, {})
    play.take(token)
    moved = token
    for _ in there[len(here) :]:
        moved = play.child(moved)
    play.rest(moved, to_stage, (token,), rework=True)
    return play.step(caused_by=token)


def send_back_targets(graph: Graph, marking: Marking, token: str) -> frozenset[str]:
    """The stages to which ``send_back`` may move ``token``; none while it is lent."""
    stage = _resting(graph, marking, token).key
    if token in marking.get("detours", {}):
        return frozenset()
    here = graph.scopes[stage]
    return frozenset(
        key
        for key in graph.upstream[stage]
        if key != stage
        and graph.nodes[key].kind in HOLDING
        and graph.scopes.get(key, ())[: len(here)] == here
    )


def detour(graph: Graph, marking: Marking, token: str, to_stage: str) -> Step:
    """Lend the token to any stage upstream, also outside its branch; completing brings it back.

    For a return to a giver in front of the fork: the other branches are not touched. Lending a lent
    token moves it further; it still comes back to the first stage. Raises ``EngineError``.
    """
    stage = _resting(graph, marking, token).key
    home = marking.get("detours", {}).get(token, stage)
    _upstream(graph, home, to_stage)
    play = _Play(graph, marking, {})
    play.take(token)
    play.rest(token, to_stage, (token,), rework=True)
    play.detours[token] = home
    return play.step(caused_by=token)


def reopen(graph: Graph, marking: Marking, stage: str) -> Step:
    """What had ended goes on at ``stage``, as rework; only where no token is left.

    Inside a fork the token is the child of its branch alone: the join, which nobody else waits
    for, restores the token. Raises ``EngineError`` (``still-open``, ``unknown-stage``).
    """
    if marking["tokens"] or marking["parked"]:
        raise EngineError("This request is still open.", code="still-open")
    node = graph.nodes.get(stage)
    if node is None or node.kind not in HOLDING or stage not in graph.scopes:
        raise EngineError(f"“{stage}” is no stage at which somebody works.", code="unknown-stage")
    play = _Play(graph, {"tokens": {}, "parked": {}, "n": marking["n"]}, {})
    token = FIRST_TOKEN
    for _ in graph.scopes[stage]:
        token = play.child(token)
    play.rest(token, stage, (), rework=True)
    return play.step()


def _resting(graph: Graph, marking: Marking, token: str) -> Node:
    stage = marking["tokens"].get(token)
    if stage is None:
        raise EngineError("This piece of work is not open any more.", code="unknown-token")
    node = graph.nodes.get(stage)
    if node is None:
        raise EngineError(f"The workflow has no stage “{stage}”.", code="unknown-stage")
    return node


def _upstream(graph: Graph, stage: str, to_stage: str) -> None:
    node = graph.nodes.get(to_stage)
    if node is None or node.kind not in HOLDING:
        raise EngineError(
            f"“{to_stage}” is no stage at which somebody works.", code="unknown-stage"
        )
    if to_stage == stage or to_stage not in graph.upstream[stage] & graph.scopes.keys():
        raise EngineError(f"“{to_stage}” does not come before “{stage}”.", code="not-upstream")


def _parent(token: str) -> str:
    """The token that was forked into this one and its siblings; "" for the first."""
    return token.rpartition(".")[0]


class _Move(NamedTuple):
    token: str
    target: str
    sources: tuple[str, ...]
    rework: bool


class _Play:
    """A working copy of a marking during one step."""

    __slots__ = (
        "_arrived",
        "_budget",
        "_cause",
        "_entered",
        "_graph",
        "_joined",
        "_moves",
        "_next",
        "_parked",
        "_skipped",
        "_tokens",
        "_unsettled",
        "_values",
        "_via",
        "detours",
    )

    def __init__(self, graph: Graph, marking: Marking, values: Mapping[str, object]) -> None:
        self._graph = graph
        self._values = values
        self._tokens = dict(marking["tokens"])
        self._parked = {join: list(waiting) for join, waiting in marking["parked"].items()}
        self._next = marking["n"]
        self._via = dict(marking.get("via", {}))
        self.detours = dict(marking.get("detours", {}))
        self._moves: deque[_Move] = deque()
        self._unsettled: set[str] = set()
        self._budget = 4 * len(graph.nodes) + 8
        self._entered: list[Entry] = []
        self._skipped: list[str] = []
        self._joined: list[str] = []
        self._arrived: list[Parked] = []
        self._cause: tuple[str, ...] = ()

    def take(self, token: str) -> str | None:
        """Lift a token from its stage; the stage it has to come back to if it is lent."""
        del self._tokens[token]
        return self.detours.pop(token, None)

    def send(self, token: str, target: str, sources: tuple[str, ...], rework: bool = False) -> None:
        self._moves.append(_Move(token, target, sources, rework))

    def rest(self, token: str, stage: str, sources: tuple[str, ...], rework: bool) -> None:
        self._tokens[token] = stage
        self._entered.append(Entry(token, stage, sources, rework))

    def child(self, token: str) -> str:
        name = f"{token}.{self._next}"
        self._next += 1
        return name

    def choose(self, node: Node, choice: Choice) -> Exit:
        way = choice.pick(self._values)
        if way is None:
            raise EngineError(
                f"After “{node.key}” no condition holds and there is no default.", code="no-way"
            )
        return way

    def step(self, caused_by: str = "") -> Step:
        """Run until every token rests, waits or has ended."""
        self._cause = (caused_by,) if caused_by else ()
        while self._moves or self._settle():
            while self._moves:
                self._advance(self._moves.popleft())
        marking: Marking = {"tokens": self._tokens, "parked": self._parked, "n": self._next}
        if self._via:
            marking["via"] = self._via
        if self.detours:
            marking["detours"] = self.detours
        return Step(
            marking=marking,
            entered=tuple(self._entered),
            skipped=tuple(self._skipped),
            joined=tuple(self._joined),
            ended=not self._tokens and not self._parked,
            parked=tuple(self._arrived),
        )

    def _advance(self, move: _Move) -> None:
        token, key, rework = move.token, move.target, move.rework
        while True:
            self._budget -= 1
            if self._budget < 0:
                raise EngineError(
                    "This workflow runs in a loop with nothing to do.", code="endless"
                )
            node = self._graph.nodes[key]
            kind = node.kind
            if kind in HOLDING:
                if node.when is None or node.when.holds(self._values):
                    self.rest(token, key, move.sources, rework)
                    return
                self._skipped.append(key)
                way = self.choose(node, node.skipped)
            elif kind == "start":
                way = self.choose(node, node.done)
            else:
                self._meet(node, move, rework)
                return
            key, rework = way.target, rework or way.rework

    def _meet(self, node: Node, move: _Move, rework: bool) -> None:
        """A token arrives at a node that multiplies, gathers or takes it."""
        if node.kind == "fork":
            for way in node.exits:
                self.send(self.child(move.token), way.target, move.sources, rework)
        elif node.kind == "join":
            self._park(move.token, node.key, move.sources)
        else:
            self._unsettled.add(_parent(move.token))

    def _park(self, token: str, join: str, sources: tuple[str, ...]) -> None:
        """Wait at a join. Only stages of the token and of forks inside its branch count as its."""
        group = _parent(token)
        if not group:
            raise EngineError(f"The join “{join}” is reached outside of any fork.", code="unsound")
        inner = token + "."
        own = [source for source in sources if source == token or source.startswith(inner)]
        if own != [token]:
            self._via[token] = own
        self._parked.setdefault(join, []).append(token)
        self._arrived.append(Parked(token, join, tuple(own)))
        self._unsettled.add(group)

    def _settle(self) -> bool:
        """Fire one join that has become complete, innermost first; False when there is none."""
        while self._unsettled:
            group = max(self._unsettled, key=lambda token: (token.count("."), token))
            self._unsettled.discard(group)
            inside = group + "."
            if not group or any(token.startswith(inside) for token in self._tokens):
                continue
            waiting = [
                (join, token)
                for join, tokens in self._parked.items()
                for token in tokens
                if token.startswith(inside)
            ]
            if not waiting:  # every branch ended elsewhere, and so did the line they came from
                self._unsettled.add(_parent(group))
                continue
            join = waiting[0][0]
            if any(other != join or _parent(token) != group for other, token in waiting):
                raise EngineError(
                    f"The branches that meet at “{join}” do not fit together.", code="unsound"
                )
            self._fire(join, group, [token for _, token in waiting])
            return True
        return False

    def _fire(self, join: str, group: str, tokens: list[str]) -> None:
        sources = tuple(source for token in tokens for source in self._via.pop(token, [token]))
        left = [token for token in self._parked[join] if token not in tokens]
        if left:
            self._parked[join] = left
        else:
            del self._parked[join]
        self._arrived = [parked for parked in self._arrived if parked.token not in tokens]
        self._joined.append(join)
        node = self._graph.nodes[join]
        way = self.choose(node, node.done)
        self.send(group, way.target, sources or self._cause, way.rework)
