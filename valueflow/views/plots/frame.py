"""What all charts share: how they are asked for, numbers on an axis, links in a drawing.

Places across are shares of the width, so that text keeps its size on a phone; nothing carries a
style of its own.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from valueflow.engine.answers import Cell
from valueflow.engine.summary import Mark
from valueflow.selectors.naming import Side


def _nowhere(cell: Cell) -> str:
    return cell.url


@dataclass(frozen=True, slots=True)
class Drawing:
    """How a table is drawn: the kind of time, where a figure leads, names of departments."""

    basis: str = "business"
    day_s: int = 28_800
    url: Callable[[Cell], str] = _nowhere
    sides: Mapping[str, Side] = field(default_factory=dict)
    marks: tuple[Mark, ...] = ()
    id: str = "plot"
