"""The answer to a question about value flow: tables of figures that all shown is read from.

The sentence, the chart, the table beside it, CSV, XLSX and JSON are made of the same cells. A cell
names the list behind it; the length of that list is the cell's count.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from valueflow.engine.summary import Mark, Times

# What a column holds. ``duration`` is Times in seconds, ``share`` 0 to 1, ``days`` business days.
Unit = Literal["text", "count", "share", "duration", "days", "number", "money", "date"]
Value = str | int | float | Times | None
ChartKind = Literal[
    "bars", "bullet", "stacked", "line", "matrix", "pareto", "scatter", "mosaic", "flow", "funnel",
    "intervals", "none",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Column:
    """A column of an answer; ``definition`` is what stands on hover: formula, population, unit."""

    key: str
    name: str
    unit: Unit
    definition: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """One figure. ``figure`` and ``extra`` name the list behind it (``/flow/requests/``).

    ``url`` leads elsewhere where the things behind are not requests. ``hidden`` figures have no
    value: they are of fewer than five, or would give such a figure away.
    """

    value: Value
    figure: str = ""
    extra: Mapping[str, str] = field(default_factory=dict)
    url: str = ""
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One row: ``key`` is stable (of the model, a Monday, a pair ``a>b``), cells by column key.

    ``tone`` is ok, warn or risk where the row wants attention.
    """

    key: str
    name: str
    cells: Mapping[str, Cell]
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Chart:
    """How the rows are drawn: which columns are read, by their keys.

    ``value`` is the length of bars, the line, the number in a matrix; ``series`` several of them on
    one another; ``against`` the other axis of a scatter, the promise of a bullet, the lower end of
    intervals; ``upper`` and ``lower`` the limits of a line; ``size`` the area of dots.
    """

    kind: ChartKind
    value: str = ""
    series: tuple[str, ...] = ()
    against: str = ""
    upper: str = ""
    lower: str = ""
    size: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A table of figures with its chart; the first column of every table is the row's name."""

    title: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    chart: Chart = Chart("none")
    sentence: str = ""

    def column(self, key: str) -> Column:
        """A column by its key."""
        return next(column for column in self.columns if column.key == key)


@dataclass(frozen=True, slots=True)
class Answer:
    """What one question is answered with; ``tables[0]`` is *the* chart, the others stand below.

    ``n`` counts ``unit`` (requests, handoffs, decisions, people …) the answer is made of;
    ``population`` says in words which they are, ``calendar`` whose working time is counted.
    """

    sentence: str
    n: int
    unit: str
    population: str
    calendar: str
    tables: tuple[Table, ...]
    marks: Sequence[Mark] = ()
    notes: tuple[str, ...] = ()
    day_s: int = 28_800
