"""How far what happened follows the definition: simple conformance, and deviations by kind.

Conformance is 1 − (#directly-follows that the model does not allow + #mandatory stages that lack)
÷ (#directly-follows + #mandatory stages). A step that came back, because it was returned or the
request was reopened, is allowed: sending back is part of what teams agreed. Side by side branches
may be done in any order.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

Kind = Literal[
    "skipped", "out_of_order", "repeated", "unknown",
    "wrong_department", "wrong_team", "wrong_role", "incomplete",
]  # fmt: skip
KINDS: tuple[Kind, ...] = (
    "skipped", "out_of_order", "repeated", "unknown",
    "wrong_department", "wrong_team", "wrong_role", "incomplete",
)  # fmt: skip
SILENT = frozenset({"start", "end", "fork", "join"})


class StageSpec(Protocol):
    """What is asked of a stage of the model."""

    @property
    def key(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def when(self) -> str: ...


class FlowSpec(Protocol):
    """What is asked of a flow of the model."""

    @property
    def source(self) -> str: ...
    @property
    def target(self) -> str: ...
    @property
    def kind(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Shape:
    """What a definition allows: pairs that may follow one another, and stages nobody gets round."""

    stages: frozenset[str]
    follows: frozenset[tuple[str, str]]
    beside: frozenset[tuple[str, str]]
    mandatory: frozenset[str]

    def allows(self, a: str, b: str) -> bool:
        """Whether ``b`` may come next after ``a``."""
        return (a, b) in self.follows or (a, b) in self.beside


@dataclass(frozen=True, slots=True)
class Done:
    """One visit that was done, in the order in which they were entered."""

    stage: str
    rework: bool = False


@dataclass(frozen=True, slots=True)
class Deviation:
    """One thing that was otherwise, at a stage."""

    kind: Kind
    stage: str


@dataclass(frozen=True, slots=True)
class Fit:
    """How one way fits its definition."""

    pairs: int
    mandatory: int
    deviations: tuple[Deviation, ...]

    @property
    def wrong(self) -> int:
        """Deviations that the figure counts."""
        return len(self.deviations)

    @property
    def conformance(self) -> float | None:
        """1 where all of it follows the definition."""
        return conformance([self])


def conformance(fits: Iterable[Fit]) -> float | None:
    """Over many ways: sums first, then the ratio; None where there is nothing to follow."""
    rows = list(fits)
    whole = sum(fit.pairs + fit.mandatory for fit in rows)
    return 1 - sum(fit.wrong for fit in rows) / whole if whole else None


def shape(stages: Sequence[StageSpec], flows: Sequence[FlowSpec]) -> Shape:
    """What a workflow allows, conditions taken as either true or false."""
    by_key = {stage.key: stage for stage in stages}
    forward: dict[str, list[str]] = {key: [] for key in by_key}
    every: dict[str, list[str]] = {key: [] for key in by_key}
    for flow in flows:
        if flow.source in by_key and flow.target in by_key:
            every[flow.source].append(flow.target)
            if flow.kind == "forward":
                forward[flow.source].append(flow.target)
    loud = [stage.key for stage in stages if stage.kind not in SILENT]
    begin = next((stage.key for stage in stages if stage.kind == "start"), "")
    return Shape(
        stages=frozenset(loud),
        follows=frozenset((a, b) for a in loud for b in _next(a, by_key, every)),
        beside=_beside(by_key, forward),
        mandatory=frozenset(_must(begin, by_key, forward, frozenset()) or ()),
    )


def _next(
    source: str, stages: Mapping[str, StageSpec], ways: Mapping[str, Sequence[str]]
) -> set[str]:
    """Stages that can come next: what steers is passed through, what may be left out too."""
    found, seen, waiting = set(), {source}, list(ways[source])
    again = source in ways[source]
    while waiting:
        key = waiting.pop()
        if key in seen:
            continue
        seen.add(key)
        if stages[key].kind not in SILENT:
            found.add(key)
        if stages[key].kind in SILENT or stages[key].when:
            again = again or source in ways[key]
            waiting.extend(ways[key])
    return found | {source} if again else found


def _beside(
    stages: Mapping[str, StageSpec], ways: Mapping[str, Sequence[str]]
) -> frozenset[tuple[str, str]]:
    """Pairs of stages in different branches of one fork: what one branch reaches alone."""
    found = set()
    for key, stage in stages.items():
        if stage.kind != "fork":
            continue
        reached = [_reached(target, ways) for target in ways[key]]
        for n, here in enumerate(reached):
            for there in reached[n + 1 :]:
                pairs = [(a, b) for a in here - there for b in there - here]
                found |= {*pairs, *((b, a) for a, b in pairs)}
    return frozenset(found)


def _reached(start: str, ways: Mapping[str, Sequence[str]]) -> set[str]:
    found: set[str] = set()
    waiting = [start]
    while waiting:
        key = waiting.pop()
        if key not in found:
            found.add(key)
            waiting.extend(ways[key])
    return found


def _must(
    key: str,
    stages: Mapping[str, StageSpec],
    ways: Mapping[str, Sequence[str]],
    open_keys: frozenset[str],
) -> set[str] | None:
    """Stages that every way from here to the end passes; None where no way ends."""
    if key not in stages or key in open_keys:
        return None
    stage = stages[key]
    own = {key} if stage.kind not in SILENT and not stage.when else set()
    if not ways[key]:
        return own
    known = [_must(target, stages, ways, open_keys | {key}) for target in ways[key]]
    ends = [one for one in known if one is not None]
    if not ends:
        return None
    if stage.kind == "fork":
        return own.union(*ends)
    return own | set.intersection(*ends)


def fit(trace: Sequence[Done], allowed: Shape, former: Shape | None = None) -> Fit:
    """How one way fits; ``former`` is what it followed before it moved to another version."""
    shapes = [one for one in (allowed, former) if one is not None]
    found: list[Deviation] = []
    seen: set[str] = set()
    for place, done in enumerate(trace):
        known = any(done.stage in one.stages for one in shapes)
        if not known:
            found.append(Deviation("unknown", done.stage))
        elif place:
            before = trace[place - 1].stage
            back = done.rework and done.stage in seen
            if not back and not any(one.allows(before, done.stage) for one in shapes):
                kind: Kind = "repeated" if done.stage in seen else "out_of_order"
                found.append(Deviation(kind, done.stage))
        seen.add(done.stage)
    found += [Deviation("skipped", key) for key in sorted(allowed.mandatory - seen)]
    return Fit(max(0, len(trace) - 1), len(allowed.mandatory), tuple(found))
