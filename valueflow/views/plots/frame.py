"""What all charts share: figures as numbers and words, an axis, links in a drawing.

Places across are shares of the width, so that text keeps its size on a phone. Nothing carries a
style of its own; what is drawn stands in the table beside it.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import ceil, floor, log10

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from esm.common.ui.amounts import number
from esm.common.ui.drawings import TIME_KINDS, pct
from valueflow.engine.answers import Cell, Column, Row, Table
from valueflow.engine.summary import Mark
from valueflow.selectors import cells
from valueflow.selectors.naming import Side

# Series that are no kinds of time have six shades; a seventh is drawn as the sixth.
SHADES = 6
EMPTY = SafeString("")


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

    def number(self, row: Row, key: str) -> float | None:
        """A figure as a number; None where it is not known, hidden or not asked for."""
        return cells.measured(row.cells.get(key), self.basis) if key else None

    def text(self, table: Table, row: Row, key: str) -> str:
        """A figure in words."""
        return cells.cell_text(row.cells.get(key), table.column(key), self.basis, self.day_s)

    def link(self, row: Row, *keys: str) -> str:
        """The list behind the first of some figures that has one, else behind any of the row."""
        found = [row.cells[key] for key in (*keys, *row.cells) if key in row.cells]
        return next((url for cell in found if (url := self.url(cell))), "")

    def spoken(self, table: Table, row: Row, *keys: str) -> str:
        """A row as it is read out: its name and the figures drawn."""
        known = [key for key in keys if key and key in row.cells]
        said = (f"{table.column(key).name} {self.text(table, row, key)}" for key in known)
        return f"{row.name}: {', '.join(said)}"

    def axis(self, column: Column, values: Iterable[float | None], *, zero: bool = True) -> "Axis":
        """An axis that holds the values."""
        known = [value for value in values if value is not None]
        step = 1.0
        if column.unit == "duration":
            day = cells.day_of(self.basis, self.day_s)
            step = day if max(map(abs, known), default=0) >= 2 * day else 3600
        return axis_of(known, column.unit, step, zero=zero)


@dataclass(frozen=True, slots=True)
class Axis:
    """Numbers along a line; ``step`` is what one of the shown units is of the values."""

    low: float
    high: float
    ticks: tuple[float, ...]
    unit: str
    step: float = 1.0

    def at(self, value: float) -> float:
        """Where a value stands, 0 to 1."""
        return (value - self.low) / ((self.high - self.low) or 1)

    def text(self, tick: float) -> str:
        """A tick in figures."""
        if self.unit == "share":
            return f"{number(round(tick * 100, 1))} %"
        shown = number(round(tick / self.step, 2))
        if self.unit == "duration":
            return f"{shown} h" if self.step == 3600 else f"{shown} d"
        return shown


def axis_of(known: Sequence[float], unit: str, step: float = 1.0, *, zero: bool = True) -> Axis:
    """Round ends and about four ticks; bars and counts begin at zero."""
    low, high = min(known, default=0.0), max(known, default=1.0)
    if zero:
        low, high = min(low, 0.0), max(high, 0.0)
    if high == low:
        high = low + step
    gap = (high - low) / step / 4
    size = 10 ** floor(log10(gap))
    gap = next(size * n for n in (1, 2, 2.5, 5, 10) if size * n >= gap * 0.999)
    if unit == "count":
        gap = max(1.0, ceil(gap))
    gap *= step
    first, last = floor(low / gap + 1e-9), ceil(high / gap - 1e-9)
    if unit == "share" and low >= 0 and last * gap > 1 >= high:
        return Axis(first * gap, 1.0, (first * gap, 0.5, 1.0), unit, step)
    ticks = tuple(round(n * gap, 9) for n in range(first, last + 1))
    return Axis(ticks[0], ticks[-1], ticks, unit, step)


def shade(key: str, place: int) -> str:
    """The class of a series: kinds of time have their own colour and pattern."""
    return f"k-{key}" if key in TIME_KINDS else f"s{min(place + 1, SHADES)}"


def mark_link(url: str, label: str, inner: SafeString) -> SafeString:
    """A mark that leads to the list behind it and says what it is."""
    if not url:
        return format_html("<g><title>{}</title>{}</g>", label, inner)
    return format_html('<a href="{}" aria-label="{}"><title>{}</title>{}</a>', url, label, label,
                       inner)  # fmt: skip


def joined(parts: Iterable[SafeString]) -> SafeString:
    """Parts after one another."""
    return format_html_join("", "{}", ((part,) for part in parts))


def legend(entries: Sequence[tuple[str, str]], label: str) -> SafeString:
    """Keys of series: (class, name)."""
    keys = format_html_join(
        "",
        '<li><svg aria-hidden="true"><rect class="{}" width="14" height="14"/></svg>{}</li>',
        entries,
    )
    return format_html('<ul class="legend mt3" aria-label="{}">{}</ul>', label, keys)


def picture(kind: str, height: int, label: str, inner: SafeString, css: str = "") -> SafeString:
    """A drawing as wide as its place; links in it can be reached one by one."""
    return format_html(
        '<svg class="plot plot-{}{}" height="{}" role="group" aria-label="{}">{}</svg>',
        kind, f" {css}" if css else "", height, label, inner,
    )  # fmt: skip


def row_of(label: str, drawing: SafeString, figure: str, tone: str = "") -> SafeString:
    """A line of a chart of rows: the name, the drawing, the figure."""
    state = format_html(' data-state="{}"', tone) if tone else EMPTY
    return format_html(
        '<span class="lab">{}</span><span class="num strong"{}>{}</span>'
        '<svg class="bar" height="22"{}>{}</svg>',
        label, state, figure, state, drawing,
    )  # fmt: skip


def rows_of(kind: str, rows: Iterable[SafeString]) -> SafeString:
    """A chart of rows under each other."""
    return format_html('<div class="timebars plot-rows plot-{}">{}</div>', kind, joined(rows))


def place(share: float) -> str:
    """A share as a place in a drawing."""
    return pct(share)
