"""What the questions about decisions share: cells with the list behind them, and words for time."""

from django.urls import reverse
from django.utils.translation import gettext as _

from esm.common.ui.durations import DAY_S, duration
from valueflow.engine.answers import Cell, Value
from valueflow.engine.summary import FEW, Times
from valueflow.selectors.scope import FlowScope
from valueflow.selectors.sentences import CALENDAR_DAY_S

HIDDEN = Cell(None, hidden=True)


def listed(scope: FlowScope, figure: str, kind: str = "", **extra: str) -> str:
    """The address of the decisions behind a figure."""
    asked = {"figure": figure, "type": kind, "time": "", "source": ""} | extra
    return reverse("flow-decisions-list") + scope.query(**asked)


def count(n: int, url: str, *, hidden: bool = False) -> Cell:
    """A count with the list behind it."""
    return HIDDEN if hidden else Cell(n, url=url)


def cell(value: Value, *, hidden: bool = False) -> Cell:
    """A figure that is no count."""
    return HIDDEN if hidden else Cell(value)


def too_few(n: int, wide: bool) -> bool:
    """A group that only those see who see all."""
    return not wide and 0 < n < FEW


def spoken(scope: FlowScope, times: Times, day_s: int = DAY_S) -> str:
    """A duration in the time that is asked for; empty where it is not known."""
    seconds = times.of(scope.basis)
    if seconds is None:
        return ""
    return duration(seconds, CALENDAR_DAY_S if scope.basis == "calendar" else day_s)


def calendar_words() -> str:
    """Whose working time is counted."""
    return _("Working time of the team that decides, in the version it was decided under.")
