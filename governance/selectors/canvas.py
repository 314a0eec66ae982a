"""The workshop table of a workflow in a draft: guesses, their sums, and what is measured."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from governance.blueprint import canvas as core
from governance.blueprint.blueprint import Blueprint
from governance.blueprint.canvas import Names, Row, Totals
from governance.blueprint.kinds import Team, Technology, Workflow
from governance.registries import Measured, measured

SPARE = 3


@dataclass(frozen=True, slots=True)
class CanvasRow:
    """A row with what is wrong in it by column, and what events say of its stage."""

    row: Row
    errors: Mapping[str, str]
    measured: Measured | None


@dataclass(frozen=True, slots=True)
class CanvasPage:
    """All rows; ``chain`` where stages may be added, ordered and taken out here."""

    rows: tuple[CanvasRow, ...]
    chain: bool
    totals: Totals
    measured_url: str

    @property
    def efficiency(self) -> float | None:
        """The share of work in the time, as guessed."""
        share = self.totals.efficiency
        return None if share is None else float(share)

    @property
    def accurate(self) -> float | None:
        """The share of requests that go through all stages without coming back, as guessed."""
        share = self.totals.accurate
        return None if share is None else float(share)

    @property
    def with_measured(self) -> bool:
        """Whether there are events to compare with."""
        return bool(self.measured_url)


def names_of(bp: Blueprint) -> Names:
    """What teams and technologies of a draft are called."""
    return Names(
        {key: spec.name for key, spec in bp.find(Team).items()},
        {key: spec.name for key, spec in bp.find(Technology).items()},
    )


def canvas_page(
    user: Any,
    key: str,
    workflow: Workflow,
    rows: list[Row],
    errors: Mapping[tuple[int, str], str],
) -> CanvasPage:
    """The table with these rows, which are what was typed or what is stored."""
    found, url = measured(user, key)
    chain = core.in_order(workflow) is not None
    shown = core.numbered(rows, SPARE) if chain else rows
    return CanvasPage(
        rows=tuple(
            CanvasRow(
                row,
                {field: said for (at, field), said in errors.items() if at == number},
                found.get(row.key),
            )
            for number, row in enumerate(shown)
        ),
        chain=chain,
        totals=core.totals(workflow),
        measured_url=url,
    )
