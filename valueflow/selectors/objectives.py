"""From objectives down to work in flight: outcomes, measures, streams, services, technologies."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Count

from catalog.selectors import measures
from governance.blueprint import kinds
from governance.blueprint.blueprint import Blueprint
from valueflow.selectors import population, promises
from valueflow.selectors.promises import Measured
from valueflow.selectors.scope import FlowScope
from valueflow.selectors.why import supported


@dataclass(frozen=True, slots=True)
class Link:
    """Something with a key and a name."""

    key: str
    name: str


@dataclass(frozen=True, slots=True)
class StreamBranch:
    """A stream that serves an outcome, with what it is made of and what is in flight."""

    key: str
    name: str
    in_flight: int
    services: tuple[Link, ...]
    technologies: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class OutcomeBranch:
    """An outcome with its measures and the streams that serve it."""

    key: str
    statement: str
    beneficiary: str
    measures: tuple[Measured, ...]
    streams: tuple[StreamBranch, ...]

    @property
    def in_flight(self) -> int:
        """Open requests of its streams."""
        return sum(stream.in_flight for stream in self.streams)


@dataclass(frozen=True, slots=True)
class ObjectiveBranch:
    """An objective with what it is to come true by."""

    key: str
    code: str
    title: str
    owner: str
    owner_key: str
    parent: str
    outcomes: tuple[OutcomeBranch, ...]
    initiatives: tuple[Link, ...]
    no_technology: str

    @property
    def in_flight(self) -> int:
        """Open requests that serve it; a stream of two outcomes counts once."""
        streams = {s.key: s.in_flight for outcome in self.outcomes for s in outcome.streams}
        return sum(streams.values())


def tree(scope: FlowScope) -> list[ObjectiveBranch]:
    """All objectives of the version in force, by their code."""
    found = measures.in_force()
    if found is None:
        return []
    bp = found[1]
    flying = _flying(scope)
    known: dict[str, list[Measured]] = {}
    for one in promises.measured_all():
        known.setdefault(str(one.spec.outcome), []).append(one)
    streams = _streams(bp, flying)
    objectives = bp.find(kinds.Objective)
    branches = [_objective(bp, key, spec, known, streams) for key, spec in objectives.items()]
    return sorted(branches, key=lambda one: (one.code, one.title))


def _flying(scope: FlowScope) -> dict[str, int]:
    """Open requests by stream; one query."""
    rows = population.in_flight(scope).order_by().values_list("stream")
    return dict(rows.annotate(n=Count("pk")))


def _streams(bp: Blueprint, flying: Mapping[str, int]) -> dict[str, StreamBranch]:
    used: dict[str, list[Link]] = {}
    for key, technology in sorted(bp.find(kinds.Technology).items()):
        for stream in supported(bp, key, technology):
            used.setdefault(stream, []).append(Link(key, technology.name))
    offered: dict[str, list[Link]] = {}
    for key, service in sorted(bp.find(kinds.Service).items()):
        if service.value_stream:
            offered.setdefault(str(service.value_stream), []).append(Link(key, service.name))
    return {
        key: StreamBranch(
            key=key,
            name=spec.name,
            in_flight=flying.get(key, 0),
            services=tuple(offered.get(key, ())),
            technologies=tuple(used.get(key, ())),
        )
        for key, spec in bp.find(kinds.ValueStream).items()
    }


def _objective(
    bp: Blueprint,
    key: str,
    spec: kinds.Objective,
    known: Mapping[str, list[Measured]],
    streams: Mapping[str, StreamBranch],
) -> ObjectiveBranch:
    outcomes = []
    for name, outcome in sorted(bp.find(kinds.Outcome).items()):
        if key not in (str(ref) for ref in outcome.objectives):
            continue
        serving = [
            streams[stream]
            for stream, one in sorted(bp.find(kinds.ValueStream).items())
            if name in (str(ref) for ref in one.outcomes)
        ]
        outcomes.append(
            OutcomeBranch(
                key=name,
                statement=outcome.statement,
                beneficiary=outcome.beneficiary,
                measures=tuple(known.get(name, ())),
                streams=tuple(serving),
            )
        )
    owner = bp.peek(kinds.Role, spec.owner_role)
    parent = bp.peek(kinds.Objective, spec.parent) if spec.parent else None
    return ObjectiveBranch(
        key=key,
        code=spec.code,
        title=spec.title,
        owner=owner.name if owner else "",
        owner_key=str(spec.owner_role) if owner else "",
        parent=parent.title if parent else "",
        outcomes=tuple(outcomes),
        initiatives=tuple(
            Link(name, technology.name)
            for name, technology in sorted(bp.find(kinds.Technology).items())
            if key in (str(link.objective) for link in technology.strategy)
        ),
        no_technology=spec.no_technology,
    )
