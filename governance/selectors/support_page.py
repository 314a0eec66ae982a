"""The support map of value streams and what is touched where a system goes, in words."""

from collections.abc import Iterable
from dataclasses import dataclass

from governance.blueprint.blueprint import Blueprint
from governance.blueprint.kinds import Technology, ValueStream, Workflow, folder_of
from governance.blueprint.support import (
    Cell,
    Place,
    Supported,
    grid,
    leaving,
    services_recorded_twice,
    support_of,
    supporting_nothing,
)
from governance.selectors.model_page import ElementLink
from governance.selectors.wording import element_name

SHOWS = ("hand", "twice")


@dataclass(frozen=True, slots=True)
class StageRow:
    """A stage with a cell for each system of the map; None where it does nothing there."""

    workflow: str
    workflow_name: str
    key: str
    code: str
    name: str
    kind: str
    team: str
    by_hand: bool
    twice: bool
    cells: tuple[Cell | None, ...]


@dataclass(frozen=True, slots=True)
class StreamRow:
    """A stream with how many of its stages are done by hand, and recorded more than once."""

    key: str
    name: str
    stages: int
    by_hand: int
    twice: int


@dataclass(frozen=True, slots=True)
class SupportMap:
    """One stream: systems as columns, stages as rows; ``all`` counts them before any is hidden."""

    stream: StreamRow
    systems: tuple[ElementLink, ...]
    rows: tuple[StageRow, ...]


@dataclass(frozen=True, slots=True)
class Touched:
    """A stage that a system stands behind: what it does there, and whether it is alone."""

    workflow: str
    workflow_name: str
    stage: str
    team: str
    role: str
    role_name: str
    modes: tuple[str, ...]
    others: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RetirePage:
    """What is touched where a system goes."""

    key: str
    name: str
    lifecycle: str
    owner: str
    owner_name: str
    stages: tuple[Touched, ...]
    alone: int
    services: tuple[ElementLink, ...]
    streams: tuple[ElementLink, ...]
    outcomes: tuple[ElementLink, ...]
    roles: tuple[ElementLink, ...]


def links_of(bp: Blueprint, kind: str, keys: Iterable[str]) -> tuple[ElementLink, ...]:
    """Elements of a kind by name."""
    found = [ElementLink(kind, folder_of(kind), key, element_name(bp, kind, key)) for key in keys]
    return tuple(sorted(found, key=lambda link: link.name.lower()))


def stream_rows(bp: Blueprint) -> list[StreamRow]:
    """Every stream with its stages counted."""
    return [
        _stream_row(key, spec.name, grid(bp, key))
        for key, spec in sorted(bp.find(ValueStream).items(), key=lambda one: one[1].name.lower())
    ]


def _stream_row(key: str, name: str, found: tuple[Supported, ...]) -> StreamRow:
    return StreamRow(
        key, name, len(found), sum(o.by_hand for o in found), sum(o.twice for o in found)
    )


def support_map(bp: Blueprint, stream: str, show: str = "") -> SupportMap:
    """The map of one stream; ``show`` leaves only stages done by hand, or recorded twice."""
    found = grid(bp, stream)
    named = dict.fromkeys(cell.technology for one in found for cell in one.cells)
    systems = links_of(bp, "Technology", named)
    rows = [
        _stage_row(bp, one, systems)
        for one in found
        if not show or (one.by_hand if show == "hand" else one.twice)
    ]
    name = element_name(bp, "ValueStream", stream)
    return SupportMap(_stream_row(stream, name, found), systems, tuple(rows))


def _stage_row(bp: Blueprint, one: Supported, systems: tuple[ElementLink, ...]) -> StageRow:
    cells = {cell.technology: cell for cell in one.cells}
    return StageRow(
        workflow=one.workflow,
        workflow_name=bp.get(Workflow, one.workflow).name,
        key=one.stage.key,
        code=one.stage.code,
        name=one.stage.name,
        kind=one.stage.kind,
        team=element_name(bp, "Team", one.stage.team) if one.stage.team else "",
        by_hand=one.by_hand,
        twice=one.twice,
        cells=tuple(cells.get(link.key) for link in systems),
    )


def for_nothing(bp: Blueprint) -> tuple[ElementLink, ...]:
    """Systems that support nothing."""
    return links_of(bp, "Technology", supporting_nothing(bp))


def services_twice(bp: Blueprint) -> list[tuple[ElementLink, tuple[ElementLink, ...]]]:
    """Services that several systems record, with these."""
    return [
        (links_of(bp, "Service", [service])[0], links_of(bp, "Technology", keys))
        for service, keys in services_recorded_twice(bp).items()
    ]


def retire_page(bp: Blueprint, key: str) -> RetirePage | None:
    """What is touched where a system goes; None where this version has none of this key."""
    spec = bp.peek(Technology, key)
    if spec is None:
        return None
    found = leaving(bp, key)
    owner = spec.owner_role or ""
    return RetirePage(
        key=key,
        name=spec.name,
        lifecycle=spec.lifecycle,
        owner=owner,
        owner_name=element_name(bp, "Role", owner) if owner else "",
        stages=tuple(_touched(bp, place, key) for place in found.stages),
        alone=len(found.alone),
        services=links_of(bp, "Service", found.services),
        streams=links_of(bp, "ValueStream", found.streams),
        outcomes=links_of(bp, "Outcome", found.outcomes),
        roles=links_of(bp, "Role", found.roles),
    )


def _touched(bp: Blueprint, place: Place, technology: str) -> Touched:
    stage = bp.stage(*place)
    cells = support_of(bp, place)
    role = stage.accountable_role or ""
    others = [c.technology for c in cells if c.technology != technology]
    return Touched(
        workflow=place[0],
        workflow_name=bp.get(Workflow, place[0]).name,
        stage=stage.name,
        team=element_name(bp, "Team", stage.team) if stage.team else "",
        role=role,
        role_name=element_name(bp, "Role", role) if role else "",
        modes=next(cell.modes for cell in cells if cell.technology == technology),
        others=tuple(element_name(bp, "Technology", other) for other in others),
    )
