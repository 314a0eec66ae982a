"""Which chart a table asks for."""

from collections.abc import Callable

from django.utils.safestring import SafeString

from valueflow.engine.answers import Table
from valueflow.views.plots.frame import Drawing

KINDS: dict[str, Callable[[Table, Drawing], SafeString]] = {}


def draw(table: Table, drawing: Drawing) -> SafeString:
    """The chart of a table; nothing where it asks for none or has no rows."""
    kind = KINDS.get(table.chart.kind)
    if kind is None or not table.rows:
        return SafeString("")
    return kind(table, drawing)
