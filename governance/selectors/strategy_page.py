"""The strategy linkage board in words: objectives with their technology, streams and services, and
technologies with their objectives."""

from dataclasses import dataclass

from governance.blueprint.blueprint import Blueprint
from governance.blueprint.strategy import ObjectiveRow, TechnologyRow, board
from governance.selectors.model_page import ElementLink
from governance.selectors.support_page import links_of
from governance.selectors.wording import element_name


@dataclass(frozen=True, slots=True)
class Linked:
    """An element at the other end of a link, how it is linked, and a note."""

    link: ElementLink
    stance: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class ObjectiveLine:
    """An objective with what serves it; ``position`` is linked, none_needed or open."""

    link: ElementLink
    code: str
    owner: str
    owner_name: str
    position: str
    why_none: str
    technologies: tuple[Linked, ...]
    streams: tuple[ElementLink, ...]
    services: tuple[ElementLink, ...]
    served: bool

    @property
    def open(self) -> bool:
        """Whether something about it is not answered."""
        return self.position == "open" or not self.served


@dataclass(frozen=True, slots=True)
class TechnologyLine:
    """A technology with the objectives it is for."""

    link: ElementLink
    position: str
    why_none: str
    objectives: tuple[Linked, ...]


@dataclass(frozen=True, slots=True)
class StrategyPage:
    """Both ways, and what serves no objective."""

    objectives: tuple[ObjectiveLine, ...]
    technologies: tuple[TechnologyLine, ...]
    streams_alone: tuple[ElementLink, ...]
    services_alone: tuple[ElementLink, ...]

    @property
    def without_technology(self) -> list[ObjectiveLine]:
        """Objectives of which nobody said what technology they need."""
        return [one for one in self.objectives if one.position == "open"]

    @property
    def unserved(self) -> list[ObjectiveLine]:
        """Objectives no stream and no service serves."""
        return [one for one in self.objectives if not one.served]

    @property
    def without_objective(self) -> list[TechnologyLine]:
        """Technologies of which nobody said what they are for."""
        return [one for one in self.technologies if one.position == "open"]

    @property
    def orphans(self) -> int:
        """All that stands alone, either way."""
        alone = len(self.streams_alone) + len(self.services_alone)
        unsaid = len(self.without_technology) + len(self.without_objective)
        return alone + unsaid + len(self.unserved)


def strategy_page(bp: Blueprint) -> StrategyPage:
    """The board of a version."""
    found = board(bp)
    stances = {
        (row.key, link.technology): (link.stance, link.note)
        for row in found.objectives
        for link in row.links
    }
    return StrategyPage(
        tuple(_objective(bp, row) for row in found.objectives),
        tuple(_technology(bp, row, stances) for row in found.technologies),
        links_of(bp, "ValueStream", found.streams_alone),
        links_of(bp, "Service", found.services_alone),
    )


def _objective(bp: Blueprint, row: ObjectiveRow) -> ObjectiveLine:
    spec = bp.get("Objective", row.key)
    return ObjectiveLine(
        link=links_of(bp, "Objective", [row.key])[0],
        code=spec.code,
        owner=spec.owner_role,
        owner_name=element_name(bp, "Role", spec.owner_role),
        position=row.position,
        why_none=row.why_none,
        technologies=tuple(
            Linked(links_of(bp, "Technology", [one.technology])[0], one.stance, one.note)
            for one in row.links
        ),
        streams=links_of(bp, "ValueStream", row.streams),
        services=links_of(bp, "Service", row.services),
        served=row.served,
    )


def _technology(
    bp: Blueprint, row: TechnologyRow, stances: dict[tuple[str, str], tuple[str, str]]
) -> TechnologyLine:
    return TechnologyLine(
        link=links_of(bp, "Technology", [row.key])[0],
        position=row.position,
        why_none=row.why_none,
        objectives=tuple(
            Linked(links_of(bp, "Objective", [key])[0], *stances.get((key, row.key), ("", "")))
            for key in row.objectives
        ),
    )
