"""Which chart a table asks for."""

from collections.abc import Callable

from django.utils.safestring import SafeString

from valueflow.engine.answers import Table
from valueflow.views.plots import fields, rows, weeks
from valueflow.views.plots.frame import EMPTY, Drawing

KINDS: dict[str, Callable[[Table, Drawing], SafeString]] = {
    "bars": rows.bars,
    "bullet": rows.bullet,
    "stacked": rows.stacked,
    "pareto": rows.pareto,
    "intervals": rows.intervals,
    "funnel": rows.funnel,
    "line": weeks.line,
    "flow": weeks.flow,
    "matrix": fields.matrix,
    "scatter": fields.scatter,
    "mosaic": fields.mosaic,
}


def draw(table: Table, drawing: Drawing) -> SafeString:
    """The chart of a table; nothing where it asks for none or has no rows."""
    kind = KINDS.get(table.chart.kind)
    if kind is None or not table.rows:
        return EMPTY
    return kind(table, drawing)
