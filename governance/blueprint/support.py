"""What systems do for the work: by stage, with what is done by hand and what is recorded twice."""

from collections import defaultdict
from dataclasses import dataclass

from governance.blueprint.blueprint import Blueprint
from governance.blueprint.kinds import Offering, Service, Technology, ValueStream, Workflow
from governance.blueprint.kinds.value import Support
from governance.blueprint.kinds.workflows import Stage

# In the order in which they stand: what does most for the work first. «uses» is a stage that names
# a system which does not say what it does there.
MODES = ("automates", "supports", "records", "informs", "uses")
# Stages at which somebody works.
BY_PEOPLE = frozenset({"work", "decision"})
Place = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Cell:
    """What one system does at one stage; ``fit`` is the least that is stated, from 1 to 5."""

    technology: str
    modes: tuple[str, ...]
    fit: int | None


@dataclass(frozen=True, slots=True)
class Supported:
    """A stage with the systems that stand behind it, by key."""

    workflow: str
    stage: Stage
    cells: tuple[Cell, ...]

    @property
    def by_hand(self) -> bool:
        """Somebody works here, and no system is named."""
        return self.stage.kind in BY_PEOPLE and not self.cells

    @property
    def recorders(self) -> tuple[str, ...]:
        """Systems that record it; more than one is work done twice."""
        return tuple(cell.technology for cell in self.cells if "records" in cell.modes)

    @property
    def twice(self) -> bool:
        """Whether more than one system records it."""
        return len(self.recorders) > 1


@dataclass(frozen=True, slots=True)
class Leaving:
    """What is touched where a system goes: stages, services, streams, outcomes and roles by key.

    ``alone`` are the stages at which no other system stands.
    """

    stages: tuple[Place, ...]
    alone: tuple[Place, ...]
    services: tuple[str, ...]
    streams: tuple[str, ...]
    outcomes: tuple[str, ...]
    roles: tuple[str, ...]

    @property
    def nothing(self) -> bool:
        """Whether it goes without anybody noticing."""
        return not (self.stages or self.services or self.roles)


def supported_stages(bp: Blueprint, support: Support) -> list[Place]:
    """Workflow and stage of a support; of every workflow with that stage where it names none."""
    if support.stage is None:
        return []
    workflows = bp.find(Workflow)
    named = [support.workflow] if support.workflow is not None else list(workflows)
    return [
        (key, stage.key)
        for key in named
        if key in workflows
        for stage in workflows[key].stages
        if stage.key == support.stage
    ]


def recorded_twice(bp: Blueprint) -> dict[Place, list[str]]:
    """Stages that several systems record, with these by key; what is only an idea records nothing
    yet."""
    recording: dict[Place, dict[str, None]] = defaultdict(dict)
    for key, one in bp.find(Technology).items():
        for support in one.supports if one.lifecycle != "idea" else ():
            for place in supported_stages(bp, support) if support.mode == "records" else ():
                recording[place][key] = None
    return {place: list(keys) for place, keys in sorted(recording.items()) if len(keys) > 1}


def services_recorded_twice(bp: Blueprint) -> dict[str, list[str]]:
    """Services that several systems record as a whole, with these by key."""
    recording: dict[str, dict[str, None]] = defaultdict(dict)
    for key, one in bp.find(Technology).items():
        for support in one.supports if one.lifecycle != "idea" else ():
            if support.mode == "records" and support.service is not None:
                recording[support.service][key] = None
    return {service: list(keys) for service, keys in sorted(recording.items()) if len(keys) > 1}


def supporting_nothing(bp: Blueprint) -> list[str]:
    """Systems no stage, service or role has anything of, by key."""
    named = {
        key for flow in bp.find(Workflow).values() for s in flow.stages for key in s.technologies
    }
    return [k for k, one in bp.find(Technology).items() if not one.supports and k not in named]


def support_of(bp: Blueprint, place: Place) -> tuple[Cell, ...]:
    """The systems at a stage, those that do most first."""
    return _index(bp).get(place, ())


def _index(bp: Blueprint) -> dict[Place, tuple[Cell, ...]]:
    found: dict[Place, tuple[Cell, ...]] = bp.memo("support by stage", lambda: _by_stage(bp))
    return found


def _by_stage(bp: Blueprint) -> dict[Place, tuple[Cell, ...]]:
    modes: dict[Place, dict[str, dict[str, None]]] = defaultdict(lambda: defaultdict(dict))
    fits: dict[tuple[Place, str], list[int]] = defaultdict(list)
    for key, one in bp.find(Technology).items():
        for support in one.supports if one.lifecycle != "idea" else ():
            for place in supported_stages(bp, support):
                modes[place][key][support.mode] = None
                if support.fit is not None:
                    fits[place, key].append(support.fit)
    for flow_key, flow in bp.find(Workflow).items():
        for stage in flow.stages:
            for key in stage.technologies:
                if not modes[flow_key, stage.key][key]:
                    modes[flow_key, stage.key][key]["uses"] = None
    return {
        place: tuple(
            sorted(
                (
                    Cell(key, _ordered(said), min(fits.get((place, key), ()), default=None))
                    for key, said in by_key.items()
                ),
                key=lambda cell: (MODES.index(cell.modes[0]), cell.technology),
            )
        )
        for place, by_key in modes.items()
        if by_key
    }


def _ordered(said: dict[str, None]) -> tuple[str, ...]:
    return tuple(mode for mode in MODES if mode in said)


def grid(bp: Blueprint, stream: str) -> tuple[Supported, ...]:
    """The stages of a stream at which something is done, in the order of its workflows."""
    return tuple(
        Supported(key, stage, support_of(bp, (key, stage.key)))
        for key, flow in bp.find(Workflow).items()
        if flow.value_stream == stream
        for stage in flow.stages
        if stage.kind in BY_PEOPLE or stage.kind == "wait"
    )


def leaving(bp: Blueprint, technology: str) -> Leaving:
    """What is touched where this system goes; what it supports and what follows from that."""
    one = bp.get(Technology, technology)
    places = [p for p, cells in _index(bp).items() if technology in {c.technology for c in cells}]
    alone = [place for place in places if len(support_of(bp, place)) == 1]
    flows, streams = bp.find(Workflow), bp.find(ValueStream)
    touched = {flow for flow, _ in places}
    services: dict[str, None] = dict.fromkeys(s.service for s in one.supports if s.service)
    for offering in bp.find(Offering).values():
        if offering.workflow in touched:
            services[offering.service] = None
    in_streams = {flows[flow].value_stream for flow in touched}
    known = bp.find(Service)
    in_streams |= {known[k].value_stream or "" for k in services if k in known}
    outcomes: dict[str, None] = {}
    for key in services:
        outcomes |= dict.fromkeys(known[key].outcomes if key in known else ())
    for key in sorted(in_streams & set(streams)):
        outcomes |= dict.fromkeys(streams[key].outcomes)
    roles: dict[str, None] = dict.fromkeys(s.role for s in one.supports if s.role)
    for flow, stage_key in places:
        stage = bp.stage(flow, stage_key)
        named = (stage.accountable_role, *stage.responsible_roles)
        roles |= dict.fromkeys(role for role in named if role is not None)
    return Leaving(
        stages=tuple(sorted(places, key=lambda place: _order(bp, place))),
        alone=tuple(sorted(alone, key=lambda place: _order(bp, place))),
        services=tuple(sorted(key for key in services if key in known)),
        streams=tuple(sorted(in_streams & set(streams))),
        outcomes=tuple(sorted(key for key in outcomes if ("Outcome", key) in bp)),
        roles=tuple(sorted(roles)),
    )


def _order(bp: Blueprint, place: Place) -> tuple[str, int]:
    stages = [stage.key for stage in bp.get(Workflow, place[0]).stages]
    return place[0], stages.index(place[1])
