"""Charts of two dimensions: matrices, scatters, mosaics."""

from collections.abc import Sequence
from math import sqrt

from django.template.loader import render_to_string
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from esm.common.ui.amounts import percent
from esm.common.ui.tags.figures import matrix as heat
from valueflow.engine.answers import Column, Row, Table
from valueflow.selectors import cells
from valueflow.selectors.naming import Side, spoken
from valueflow.views.plots.frame import (
    EMPTY,
    Axis,
    Drawing,
    joined,
    mark_link,
    picture,
    place,
)

PAIR = ">"
SIDES = 12
HEIGHT, PAD = 320, 26
NAMED = 15
SHARE_EDGES = (0.1, 0.2, 0.3)
NARROW, NAME_FROM = 0.16, 0.3
TONES = {"ok": "ok", "warn": "risk", "risk": "late"}


def matrix(table: Table, drawing: Drawing) -> SafeString:
    """Intensity in one warm sequence, the number in the cell: of pairs, or of rows by columns."""
    if all(PAIR in row.key for row in table.rows):
        return _pairs(table, drawing)
    return _grid(table, drawing)


def _level(value: float, top: float, unit: str) -> int:
    if unit == "share":
        return 1 + sum(value >= edge for edge in SHARE_EDGES)
    return 1 + min(int(4 * value / top), 3) if top > 0 else 1


def _short(value: float, unit: str, drawing: Drawing) -> str:
    """A figure as it fits a cell; what it is stands in the title."""
    if unit == "share":
        return str(round(value * 100))
    if unit == "duration":
        return cells.value_text(value / 3600, "days", drawing.basis, drawing.day_s)
    return cells.value_text(value, column_unit(unit), drawing.basis, drawing.day_s)


def column_unit(unit: str) -> "cells.Unit":
    """The unit a number is written in."""
    return "count" if unit == "count" else "days"


def _unit_text(column: Column) -> str:
    if column.unit == "share":
        return _("%(name)s, in per cent") % {"name": column.name}
    if column.unit == "duration":
        return _("%(name)s, in hours") % {"name": column.name}
    return str(column.name)


def _side(drawing: Drawing, key: str) -> dict[str, str]:
    side = drawing.sides.get(key) or Side(key, key[:4].upper(), spoken(key))
    return {"code": side.code, "name": side.name, "slot": side.slot}


def _pairs(table: Table, drawing: Drawing) -> SafeString:
    column = table.column(table.chart.value)
    found = {tuple(row.key.split(PAIR, 1)): row for row in table.rows}
    keys = {key for pair in found for key in pair}
    order = [key for key in drawing.sides if key in keys]
    order = [*order, *sorted(keys - set(order))][:SIDES]
    top = max((drawing.number(row, column.key) or 0 for row in table.rows), default=0)
    rows = [
        {
            "head": _side(drawing, giver),
            "cells": [
                "self" if giver == receiver
                else _cell(table, drawing, column, found.get((giver, receiver)), top)
                for receiver in order
            ],
        }
        for giver in order
    ]  # fmt: skip
    heads = [_side(drawing, key) for key in order]
    drawn = render_to_string("components/matrix.html", heat(heads, rows, str(table.title)))
    said = _("Rows give, columns receive. %(what)s.") % {"what": _unit_text(column)}
    return format_html('{}<p class="small muted mt2">{}</p>', drawn, said)


def _cell(
    table: Table, drawing: Drawing, column: Column, row: Row | None, top: float
) -> dict[str, object] | None:
    if row is None:
        return None
    cell = row.cells.get(column.key)
    label = drawing.spoken(table, row, column.key)
    if cell is None or cell.hidden:
        return {"text": "<5", "level": 1, "url": "", "label": label}
    value = drawing.number(row, column.key)
    if value is None:
        return None
    return {
        "text": _short(value, column.unit, drawing),
        "level": _level(value, top, column.unit),
        "url": drawing.link(row, column.key),
        "label": label,
    }


def _grid(table: Table, drawing: Drawing) -> SafeString:
    series = table.chart.series or (table.chart.value,)
    columns = [table.column(key) for key in series]
    heads = format_html_join("", '<th scope="col">{}</th>', ((c.name,) for c in columns))
    tops = {
        c.key: max((drawing.number(row, c.key) or 0 for row in table.rows), default=0)
        for c in columns
    }
    rows = []
    for row in table.rows:
        drawn = joined(_grid_cell(table, drawing, row, c, max(tops.values())) for c in columns)
        rows.append(format_html('<tr><th scope="row">{}</th>{}</tr>', row.name, drawn))
    return format_html(
        '<div class="scroll-x" tabindex="0" role="group" aria-label="{}"><table class="heat'
        ' heat-words"><thead><tr><td class="self"></td>{}</tr></thead><tbody>{}</tbody></table>'
        "</div>",
        table.title, heads, joined(rows),
    )  # fmt: skip


def _grid_cell(table: Table, drawing: Drawing, row: Row, column: Column, top: float) -> SafeString:
    found = _cell(table, drawing, column, row, top)
    if found is None or column.key not in row.cells:
        return format_html('<td><span class="sr">{}</span></td>', _("none"))
    inner = format_html(
        '<span aria-hidden="true">{}</span><span class="sr">{}</span>', found["text"],
        found["label"],
    )  # fmt: skip
    cell = row.cells[column.key]
    url = drawing.url(cell) if table.chart.series else drawing.link(row, column.key)
    if url:
        inner = format_html('<a href="{}" aria-label="{}">{}</a>', url, found["label"],
                            found["text"])  # fmt: skip
    return format_html('<td class="h{}">{}</td>', found["level"], inner)


def scatter(table: Table, drawing: Drawing) -> SafeString:
    """Rows by two figures; the area of a dot follows ``size``."""
    chart = table.chart
    across = drawing.axis(table.column(chart.against), _known(drawing, table, chart.against))
    up = drawing.axis(table.column(chart.value), _known(drawing, table, chart.value))
    most = max(_known(drawing, table, chart.size), default=0) if chart.size else 0
    inner = [_cross(across, up)]
    for row in table.rows:
        x, y = drawing.number(row, chart.against), drawing.number(row, chart.value)
        if x is None or y is None:
            continue
        size = drawing.number(row, chart.size) or 0
        r = 6 + 14 * sqrt(size / most) if most else 7
        at, top = across.at(x), PAD + (1 - up.at(y)) * (HEIGHT - 2 * PAD)
        side, shift = ("end", -r - 4) if at > 0.6 else ("start", r + 4)
        name = row.name if len(table.rows) <= NAMED else ""
        dot = format_html(
            '<circle class="dot {}" cx="{}" cy="{}" r="{}"/><text x="{}" dx="{}" y="{}"'
            ' class="name at-{}">{}</text>',
            f"t-{TONES[row.tone]}" if row.tone in TONES else "", place(at), f"{top:.1f}",
            f"{r:.1f}", place(at), f"{shift:.0f}", f"{top + 4:.1f}", side, name,
        )  # fmt: skip
        label = drawing.spoken(table, row, chart.against, chart.value, chart.size)
        inner.append(mark_link(drawing.link(row, chart.value, chart.size), label, dot))
    drawn = picture("scatter", HEIGHT, str(table.title), joined(inner))
    names = {"up": table.column(chart.value).name, "across": table.column(chart.against).name}
    said = _("Upwards: %(up)s. To the right: %(across)s.") % names
    if chart.size:
        more = _("Area: %(size)s.") % {"size": table.column(chart.size).name}
        said = f"{said} {more}"
    rows = [(PAD + (1 - up.at(t)) * (HEIGHT - 2 * PAD) + 4, up.text(t)) for t in up.ticks]
    scale = format_html(
        '<svg class="plot-scale" height="{}" aria-hidden="true">{}</svg>', HEIGHT,
        format_html_join("", '<text x="100%" y="{}">{}</text>', rows),
    )  # fmt: skip
    return format_html('<div class="plot-box">{}{}</div><p class="small muted mt2">{}</p>', scale,
                       drawn, said)  # fmt: skip


def _known(drawing: Drawing, table: Table, key: str) -> list[float]:
    found = (drawing.number(row, key) for row in table.rows)
    return [value for value in found if value is not None]


def _cross(across: Axis, up: Axis) -> SafeString:
    lines = []
    for tick in up.ticks:
        y = f"{PAD + (1 - up.at(tick)) * (HEIGHT - 2 * PAD):.1f}"
        lines.append(format_html('<line class="grid" x1="0" x2="100%" y1="{}" y2="{}"/>', y, y))
    for tick in across.ticks:
        share = across.at(tick)
        at, side = place(share), "end" if share > 0.98 else "start" if share < 0.02 else "middle"
        lines.append(format_html(
            '<line class="grid" x1="{}" x2="{}" y1="{}" y2="{}"/><text x="{}" y="{}"'
            ' class="at-{}">{}</text>',
            at, at, PAD, HEIGHT - PAD, at, HEIGHT - 6, side,
            across.text(tick),
        ))  # fmt: skip
    return joined(lines)


def mosaic(table: Table, drawing: Drawing) -> SafeString:
    """Four fields whose areas are what they count: two columns, each cut in two."""
    key = table.chart.value
    total = sum(drawing.number(row, key) or 0 for row in table.rows)
    if not total:
        return EMPTY
    inner, left = [], 0.0
    for column in _columns(table.rows):
        wide = sum(drawing.number(row, key) or 0 for row in column) / total
        top = 0.0
        for row in column:
            value = drawing.number(row, key) or 0
            high = value / (wide * total) if wide else 0.0
            if value:
                inner.append(_field(table, drawing, row, (left, wide, top, high), value / total))
            top += high
        left += wide
    return picture("mosaic", 260, str(table.title), joined(inner))


def _columns(rows: Sequence[Row]) -> list[list[Row]]:
    """Rows by the first half of their keys (``a>b``), else two and two."""
    if all(PAIR in row.key for row in rows):
        found: dict[str, list[Row]] = {}
        for row in rows:
            found.setdefault(row.key.split(PAIR, 1)[0], []).append(row)
        return list(found.values())
    half = (len(rows) + 1) // 2
    return [list(rows[:half]), list(rows[half:])]


def _field(
    table: Table, drawing: Drawing, row: Row, at: tuple[float, float, float, float], share: float
) -> SafeString:
    left, wide, top, high = at
    texts = EMPTY
    if wide > NARROW and high > NARROW:
        name = row.name if wide > NAME_FROM else ""
        texts = format_html(
            '<text x="10" y="22">{}</text><text class="v" x="10" y="46">{}</text>',
            name, f"{drawing.text(table, row, table.chart.value)} · {percent(share)}"
            if name else percent(share),
        )  # fmt: skip
    # What does not fit its field is cut off; the table has it.
    field = format_html(
        '<svg x="{}" y="{}" width="{}" height="{}"><rect class="field {}" width="100%"'
        ' height="100%"/>{}</svg>',
        place(left), place(top), place(wide), place(high),
        f"t-{TONES[row.tone]}" if row.tone in TONES else "", texts,
    )  # fmt: skip
    label = drawing.spoken(table, row, table.chart.value)
    return mark_link(drawing.link(row, table.chart.value), label, field)
