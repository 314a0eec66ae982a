"""Charts over time: lines with limits and the lines of versions, cumulative flow."""

from collections.abc import Sequence

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from valueflow.engine.answers import Row, Table
from valueflow.engine.summary import Mark
from valueflow.views.plots.frame import (
    EMPTY,
    Axis,
    Drawing,
    joined,
    legend,
    mark_link,
    picture,
    place,
)

HEIGHT, TOP, BOTTOM = 240, 22, 24
LABELS = 5
Points = list[tuple[float, float] | None]


def _across(count: int, index: int) -> float:
    return index / (count - 1) if count > 1 else 0.5


def _up(axis: Axis, value: float) -> float:
    """Pixels from the top."""
    return round(TOP + (1 - axis.at(value)) * (HEIGHT - TOP - BOTTOM), 1)


def _points(table: Table, drawing: Drawing, axis: Axis, key: str) -> Points:
    found: Points = []
    for index, row in enumerate(table.rows):
        value = drawing.number(row, key)
        known = value is not None
        found.append((_across(len(table.rows), index), _up(axis, value or 0)) if known else None)
    return found


def _path(points: Points, css: str) -> SafeString:
    """A line through what is known, in a frame that stretches with the page; gaps stay gaps."""
    steps, pen = [], "M"
    for point in points:
        if point is None:
            pen = "M"
            continue
        steps.append(f"{pen}{point[0] * 1000:.1f} {point[1]}")
        pen = "L"
    return format_html('<path class="{}" d="{}"/>', css, " ".join(steps)) if steps else EMPTY


def _area(upper: Points, lower: Points, css: str) -> SafeString:
    both = [(a, b) for a, b in zip(upper, lower, strict=True) if a and b]
    if len(both) < 2:
        return EMPTY
    edge = [f"{a[0] * 1000:.1f} {a[1]}" for a, _b in both]
    edge += [f"{b[0] * 1000:.1f} {b[1]}" for _a, b in reversed(both)]
    return format_html('<path class="{}" d="M{}Z"/>', css, "L".join(edge))


def _frame(inner: Sequence[SafeString]) -> SafeString:
    return format_html(
        '<svg class="stretch" viewBox="0 0 1000 {}" height="{}" preserveAspectRatio="none"'
        ' aria-hidden="true">{}</svg>',
        HEIGHT, HEIGHT, joined(inner),
    )  # fmt: skip


def _grid(axis: Axis) -> SafeString:
    rows = [(_up(axis, tick), _up(axis, tick)) for tick in axis.ticks]
    return format_html_join("", '<line class="grid" x1="0" x2="100%" y1="{}" y2="{}"/>', rows)


def _scale(axis: Axis) -> SafeString:
    """The numbers at the left, in a column of their own."""
    rows = [(_up(axis, tick) + 4, axis.text(tick)) for tick in axis.ticks]
    texts = format_html_join("", '<text x="100%" y="{}">{}</text>', rows)
    return format_html('<svg class="plot-scale" height="{}" aria-hidden="true">{}</svg>', HEIGHT,
                       texts)  # fmt: skip


def _names(rows: Sequence[Row]) -> SafeString:
    """At most five names along the bottom, the first and the last at the edges."""
    count = len(rows)
    shown = min(LABELS, count)
    picked = sorted({round(n * (count - 1) / max(shown - 1, 1)) for n in range(shown)})
    found = []
    for index in picked:
        at = _across(count, index)
        side = "start" if at < 0.02 else "end" if at > 0.98 else "middle"
        found.append((place(at), HEIGHT - 6, f"at-{side}", rows[index].name))
    return format_html_join("", '<text x="{}" y="{}" class="{}">{}</text>', found)


def _marks(rows: Sequence[Row], marks: Sequence[Mark]) -> SafeString:
    """A line where a version came into force, its name above."""
    found: list[SafeString] = []
    last = -1.0
    for mark in marks:
        week = mark.week.isoformat()
        index = next((n for n, row in enumerate(rows) if row.key >= week), None)
        if index is None or (index == 0 and rows[0].key > week):
            continue
        at = _across(len(rows), index)
        side = "end" if at > 0.9 else "start" if at < 0.1 else "middle"
        # Names that would cover each other: the line alone says where, the table which.
        name = mark.label if at - last > 0.12 else ""
        last = at if name else last
        found.append(format_html(
            '<g class="version"><title>{}</title><line x1="{}" x2="{}" y1="{}" y2="{}"/>'
            '<text x="{}" y="12" class="at-{}">{}</text></g>',
            mark.label, place(at), place(at), TOP - 4, HEIGHT - BOTTOM, place(at), side, name,
        ))  # fmt: skip
    return joined(found)


def _dots(table: Table, drawing: Drawing, axis: Axis, key: str, css: str) -> SafeString:
    found = []
    for row, point in zip(table.rows, _points(table, drawing, axis, key), strict=True):
        if point is None:
            continue
        dot = format_html(
            '<circle class="hit" cx="{}" cy="{}" r="12"/>'
            '<circle class="{}" cx="{}" cy="{}" r="3"/>',
            place(point[0]), point[1], css, place(point[0]), point[1],
        )  # fmt: skip
        limits = (table.chart.lower, table.chart.upper)
        label = drawing.spoken(table, row, key, *limits)
        found.append(mark_link(drawing.link(row, key), label, dot))
    return joined(found)


def _whole(
    kind: str, table: Table, axis: Axis, stretched: Sequence[SafeString],
    over: Sequence[SafeString],
) -> SafeString:  # fmt: skip
    inner = joined([_grid(axis), _frame(stretched), *over, _names(table.rows)])
    drawn = picture(kind, HEIGHT, str(table.title), inner)
    return format_html('<div class="plot-box">{}{}</div>', _scale(axis), drawn)


def line(table: Table, drawing: Drawing) -> SafeString:
    """One line or several over the weeks, dashed limits of each phase, versions as lines across."""
    chart = table.chart
    keys = chart.series or (chart.value,)
    limits = [key for key in (chart.lower, chart.upper) if key]
    values = [drawing.number(row, key) for row in table.rows for key in (*keys, *limits)]
    axis = drawing.axis(table.column(keys[0]), values)
    stretched = [_path(_points(table, drawing, axis, key), "limit") for key in limits]
    over = [_marks(table.rows, drawing.marks)]
    for order, key in enumerate(keys):
        css = f"l{min(order + 1, 4)}"
        stretched.append(_path(_points(table, drawing, axis, key), css))
        over.append(_dots(table, drawing, axis, key, f"d{min(order + 1, 4)}"))
    drawn = _whole("line", table, axis, stretched, over)
    entries = [(f"d{min(n + 1, 4)}", str(table.column(key).name)) for n, key in enumerate(keys)]
    if limits:
        entries.append(("limit-key", _("Limits of each phase")))
    return joined([drawn, legend(entries, _("What is drawn"))])


def flow(table: Table, drawing: Drawing) -> SafeString:
    """Sums over time on top of each other; the area between the first two is what is in flight."""
    keys = table.chart.series or (table.chart.value,)
    values = [drawing.number(row, key) for row in table.rows for key in keys]
    axis = drawing.axis(table.column(keys[0]), values)
    lines = [_points(table, drawing, axis, key) for key in keys]
    stretched = [_area(lines[0], lines[1], "between")] if len(lines) > 1 else []
    over = [_marks(table.rows, drawing.marks)]
    for order, key in enumerate(keys):
        stretched.append(_path(lines[order], f"l{min(order + 1, 4)}"))
        over.append(_dots(table, drawing, axis, key, f"d{min(order + 1, 4)}"))
    drawn = _whole("flow", table, axis, stretched, over)
    entries = [(f"d{min(n + 1, 4)}", str(table.column(key).name)) for n, key in enumerate(keys)]
    return joined([drawn, legend(entries, _("What is drawn"))])
