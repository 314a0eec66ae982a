"""How objectives, technology and value streams hang together, with what stands alone either way."""

from collections import defaultdict
from dataclasses import dataclass
from typing import Literal

from governance.blueprint.blueprint import Blueprint
from governance.blueprint.kinds import Objective, Outcome, Service, Technology, ValueStream

# Of technology: linked by a stance, none is needed and somebody said why, or nothing is said.
Position = Literal["linked", "none_needed", "open"]


@dataclass(frozen=True, slots=True)
class Link:
    """What a technology has to do with an objective."""

    technology: str
    stance: str
    note: str


@dataclass(frozen=True, slots=True)
class ObjectiveRow:
    """An objective with its technology, the streams and services that serve it, by key.

    ``why_none`` is the answer of who said that it needs no technology.
    """

    key: str
    links: tuple[Link, ...]
    why_none: str
    streams: tuple[str, ...]
    services: tuple[str, ...]
    outcomes: tuple[str, ...]

    @property
    def position(self) -> Position:
        """What is said about its technology."""
        if self.links:
            return "linked"
        return "none_needed" if self.why_none else "open"

    @property
    def served(self) -> bool:
        """Whether a stream or service serves it by an outcome."""
        return bool(self.streams or self.services)


@dataclass(frozen=True, slots=True)
class TechnologyRow:
    """A technology with the objectives it is for; ``why_none`` says why it is for none."""

    key: str
    objectives: tuple[str, ...]
    why_none: str

    @property
    def position(self) -> Position:
        """What is said about its objectives."""
        if self.objectives:
            return "linked"
        return "none_needed" if self.why_none else "open"


@dataclass(frozen=True, slots=True)
class Board:
    """Objectives and technologies with what links them; streams and services without objective."""

    objectives: tuple[ObjectiveRow, ...]
    technologies: tuple[TechnologyRow, ...]
    streams_alone: tuple[str, ...]
    services_alone: tuple[str, ...]

    @property
    def objectives_open(self) -> list[ObjectiveRow]:
        """Those of which nobody said what technology they need, or that they need none."""
        return [row for row in self.objectives if row.position == "open"]

    @property
    def technologies_open(self) -> list[TechnologyRow]:
        """Those of which nobody said what they are for, or why for nothing."""
        return [row for row in self.technologies if row.position == "open"]

    @property
    def unserved(self) -> list[ObjectiveRow]:
        """Objectives no stream and no service serves."""
        return [row for row in self.objectives if not row.served]


def board(bp: Blueprint) -> Board:
    """The whole of a model's strategy, read both ways."""
    found: Board = bp.memo("strategy board", lambda: _board(bp))
    return found


def _board(bp: Blueprint) -> Board:
    links: dict[str, list[Link]] = defaultdict(list)
    technologies = []
    for key, one in bp.find(Technology).items():
        for link in one.strategy:
            links[link.objective].append(Link(key, link.stance, link.note))
        named = tuple(dict.fromkeys(link.objective for link in one.strategy))
        technologies.append(TechnologyRow(key, named, one.no_strategy.strip()))
    outcomes = bp.find(Outcome)
    streams, services = bp.find(ValueStream), bp.find(Service)
    by_objective: dict[str, set[str]] = defaultdict(set)
    for key, outcome in outcomes.items():
        for objective in outcome.objectives:
            by_objective[objective].add(key)
    rows = tuple(
        ObjectiveRow(
            key,
            tuple(sorted(links.get(key, ()), key=lambda link: link.technology)),
            spec.no_technology.strip(),
            tuple(k for k, s in streams.items() if by_objective[key].intersection(s.outcomes)),
            tuple(k for k, s in services.items() if by_objective[key].intersection(s.outcomes)),
            tuple(sorted(by_objective[key])),
        )
        for key, spec in bp.find(Objective).items()
    )
    serving = {k for k, outcome in outcomes.items() if outcome.objectives}
    return Board(
        rows,
        tuple(technologies),
        tuple(k for k, s in streams.items() if not serving.intersection(s.outcomes)),
        tuple(
            k
            for k, s in services.items()
            if s.lifecycle != "retired" and not _serves(s, streams, serving)
        ),
    )


def _serves(service: Service, streams: dict[str, ValueStream], serving: set[str]) -> bool:
    """A service serves its own outcomes and those of its stream."""
    named = set(service.outcomes)
    if service.value_stream is not None and service.value_stream in streams:
        named |= set(streams[service.value_stream].outcomes)
    return bool(serving & named)
