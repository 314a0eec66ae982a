"""Charts of rows: bars, bullets, stacked bars, pareto, intervals, funnels."""

from collections.abc import Iterator

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from esm.common.ui.amounts import percent
from esm.common.ui.drawings import TIME_KINDS
from valueflow.engine.answers import Column, Row, Table
from valueflow.selectors import cells
from valueflow.views.plots.frame import (
    EMPTY,
    Axis,
    Drawing,
    joined,
    legend,
    mark_link,
    place,
    row_of,
    rows_of,
    shade,
)

# More rows than these are in the table alone.
MOST = 30
TONES = {"ok": "ok", "warn": "risk", "risk": "late"}
GAP = 0.003


def _rows(table: Table) -> tuple[Row, ...]:
    return table.rows[:MOST]


def _bar(axis: Axis, start: float, end: float, css: str) -> SafeString:
    low, high = sorted((axis.at(start), axis.at(end)))
    return format_html('<rect class="{}" x="{}" width="{}" y="3" height="16" rx="2"/>', css,
                       place(low), place(max(high - low, 0.004)))  # fmt: skip


def _tick(axis: Axis, value: float | None, css: str) -> SafeString:
    if value is None:
        return EMPTY
    at = place(axis.at(value))
    return format_html('<line class="{}" x1="{}" x2="{}" y1="0" y2="22"/>', css, at, at)


def bars(table: Table, drawing: Drawing) -> SafeString:
    """A bar from zero for each row; tones mark what wants attention."""
    key = table.chart.value
    axis = drawing.axis(table.column(key), [drawing.number(row, key) for row in table.rows])
    return rows_of("bars", _bars(table, drawing, axis))


def _bars(table: Table, drawing: Drawing, axis: Axis) -> Iterator[SafeString]:
    key = table.chart.value
    for row in _rows(table):
        value = drawing.number(row, key)
        inner = EMPTY
        if value:
            drawn = _bar(axis, 0, value, "s1")
            label = drawing.spoken(table, row, key)
            inner = mark_link(drawing.link(row, key), label, drawn)
        text = drawing.text(table, row, key)
        yield row_of(row.name, inner, text, TONES.get(row.tone, ""))


def bullet(table: Table, drawing: Drawing) -> SafeString:
    """A bar with its promise as a line across, and a whisker to ``upper`` where it is asked for."""
    chart = table.chart
    keys = (chart.value, chart.against, chart.upper)
    values = [drawing.number(row, key) for row in table.rows for key in keys if key]
    axis = drawing.axis(table.column(chart.value), values)
    drawn = rows_of("bullet", _bullets(table, drawing, axis))
    entries = [("s1", str(table.column(chart.value).name))]
    if chart.upper:
        entries.append(("whisker", str(table.column(chart.upper).name)))
    if chart.against:
        entries.append(("target", str(table.column(chart.against).name)))
    return joined([drawn, legend(entries, _("What is drawn"))])


def _bullets(table: Table, drawing: Drawing, axis: Axis) -> Iterator[SafeString]:
    chart = table.chart
    for row in _rows(table):
        value = drawing.number(row, chart.value)
        upper = drawing.number(row, chart.upper)
        inner = EMPTY
        if value is not None:
            parts = [_bar(axis, 0, value, "s1")]
            if upper is not None and upper > value:
                parts.insert(0, format_html(
                    '<rect class="whisker" x="{}" width="{}" y="9" height="4"/>',
                    place(axis.at(value)), place(axis.at(upper) - axis.at(value)),
                ))  # fmt: skip
            parts.append(_tick(axis, drawing.number(row, chart.against), "target"))
            keys = (chart.value, chart.upper, chart.against)
            label = drawing.spoken(table, row, *keys)
            inner = mark_link(drawing.link(row, chart.value), label, joined(parts))
        text = drawing.text(table, row, chart.value)
        yield row_of(row.name, inner, text, TONES.get(row.tone, ""))


def stacked(table: Table, drawing: Drawing) -> SafeString:
    """Parts on one another: of the whole where they are kinds of time, else of the largest row."""
    series = table.chart.series
    whole = all(key in TIME_KINDS or key == "blocked" for key in series)
    totals = [_total(drawing, row, series) for row in table.rows]
    axis = drawing.axis(table.column(series[0]), totals)
    rows = (
        _stack(table, drawing, row, axis, total if whole else None)
        for row, total in zip(_rows(table), totals, strict=False)
    )
    drawn = rows_of("stacked", rows)
    entries = [(shade(key, n), str(table.column(key).name)) for n, key in enumerate(series)]
    return joined([drawn, legend(entries, _("What is drawn"))])


def _total(drawing: Drawing, row: Row, series: tuple[str, ...]) -> float:
    return sum(drawing.number(row, key) or 0 for key in series)


def _stack(table: Table, drawing: Drawing, row: Row, axis: Axis, whole: float | None) -> SafeString:
    parts, at = [], 0.0
    for order, key in enumerate(table.chart.series):
        value = drawing.number(row, key) or 0
        wide = value / whole if whole else (0.0 if whole == 0 else axis.at(value))
        if wide > GAP:
            part = format_html(
                '<rect class="{}" x="{}" width="{}" height="22"/>',
                shade(key, order), place(at), place(wide - GAP),
            )  # fmt: skip
            label = drawing.spoken(table, row, key)
            cell = row.cells.get(key)
            parts.append(mark_link(drawing.url(cell) if cell else "", label, part))
        at += wide
    total = table.chart.value
    text = drawing.text(table, row, total) if total else _sum_text(table, drawing, row)
    return row_of(row.name, joined(parts), text, TONES.get(row.tone, ""))


def _sum_text(table: Table, drawing: Drawing, row: Row) -> str:
    column: Column = table.column(table.chart.series[0])
    total = _total(drawing, row, table.chart.series)
    if column.unit == "duration":
        return cells.signed_duration(total, cells.day_of(drawing.basis, drawing.day_s))
    return cells.value_text(total, column.unit, drawing.basis, drawing.day_s)


def pareto(table: Table, drawing: Drawing) -> SafeString:
    """Shares of the whole, most first, with the share of all so far as a line across."""
    key = table.chart.value
    total = sum(drawing.number(row, key) or 0 for row in table.rows)
    axis, so_far, rows = Axis(0, 1, (0, 0.5, 1), "share"), 0.0, []
    for row in _rows(table):
        value = drawing.number(row, key)
        inner = EMPTY
        if value is not None and total:
            so_far += value / total
            parts = [_bar(axis, 0, value / total, "s1"), _tick(axis, so_far, "target")]
            said = drawing.spoken(table, row, key)
            label = _("%(said)s; so far %(share)s") % {"said": said, "share": percent(so_far)}
            inner = mark_link(drawing.link(row, key), label, joined(parts))
        text = drawing.text(table, row, key)
        rows.append(row_of(row.name, inner, text, TONES.get(row.tone, "")))
    entries = [("s1", _("Share of all")), ("target", _("Share so far"))]
    return joined([rows_of("pareto", rows), legend(entries, _("What is drawn"))])


def intervals(table: Table, drawing: Drawing) -> SafeString:
    """A figure with its interval; what lies on one side of zero is sure to have moved."""
    chart = table.chart
    keys = (chart.value, chart.against or chart.lower, chart.upper)
    values = [drawing.number(row, key) for row in table.rows for key in keys]
    axis = drawing.axis(table.column(chart.value), values)
    rows = []
    for row in _rows(table):
        value, low, high = (drawing.number(row, key) for key in keys)
        parts = [_tick(axis, 0, "zero")]
        if low is not None and high is not None:
            parts.append(format_html(
                '<rect class="whisker" x="{}" width="{}" y="9" height="4"/>',
                place(axis.at(low)), place(axis.at(high) - axis.at(low)),
            ))  # fmt: skip
        if value is not None:
            parts.append(format_html('<circle class="dot" cx="{}" cy="11" r="5"/>',
                                     place(axis.at(value))))  # fmt: skip
        label = drawing.spoken(table, row, *keys)
        inner = mark_link(drawing.link(row, chart.value), label, joined(parts))
        text = drawing.text(table, row, chart.value)
        rows.append(row_of(row.name, inner, text, TONES.get(row.tone, "")))
    entries = [("dot-key", str(table.column(chart.value).name)), ("whisker", _("95 % interval")),
               ("zero-key", _("No difference"))]  # fmt: skip
    return joined([rows_of("intervals", rows), legend(entries, _("What is drawn"))])


def funnel(table: Table, drawing: Drawing) -> SafeString:
    """Bars of what is left of the first: rows of one figure, or the series of each row."""
    series = table.chart.series
    if not series:
        first = next((drawing.number(row, table.chart.value) for row in table.rows), None)
        rows = [_step(table, drawing, row, table.chart.value, first, row.name) for row in
                _rows(table)]  # fmt: skip
        return rows_of("funnel", rows)
    rows = []
    for row in table.rows[:6]:
        rows.append(format_html('<span class="lab strong group">{}</span>', row.name))
        first = drawing.number(row, series[0])
        rows += [
            _step(table, drawing, row, key, first, str(table.column(key).name)) for key in series
        ]
    return rows_of("funnel", rows)


def _step(
    table: Table, drawing: Drawing, row: Row, key: str, first: float | None, name: str
) -> SafeString:
    value = drawing.number(row, key)
    inner = EMPTY
    if value is not None and first:
        bar = _bar(Axis(0, 1, (0, 1), "share"), 0, min(value / first, 1.0), "s1")
        cell = row.cells.get(key)
        inner = mark_link(drawing.url(cell) if cell else "", drawing.spoken(table, row, key), bar)
    return row_of(name, inner, drawing.text(table, row, key))
