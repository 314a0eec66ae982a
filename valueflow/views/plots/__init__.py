"""Charts drawn on the server from the table that stands beside them."""

from valueflow.views.plots.draw import draw
from valueflow.views.plots.frame import Drawing

__all__ = ["Drawing", "draw"]
