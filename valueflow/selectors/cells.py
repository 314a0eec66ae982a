"""Figures of an answer as words and as numbers of one axis."""

from datetime import date

from django.utils import dateformat
from django.utils.translation import gettext as _

from esm.common.ui.amounts import money, number, percent
from esm.common.ui.durations import duration
from valueflow.engine.answers import Cell, Column, Unit, Value
from valueflow.engine.summary import Times

CALENDAR_DAY_S = 86_400
NUMERIC = frozenset({"count", "share", "duration", "days", "number", "money"})
# Under this share a decimal is worth reading.
SMALL = 0.1


def day_of(basis: str, day_s: int) -> int:
    """Seconds of a day in a kind of time."""
    return CALENDAR_DAY_S if basis == "calendar" else day_s


def hidden_text() -> str:
    """What stands where a figure is of fewer than five."""
    return _("fewer than five")


def cell_text(cell: Cell | None, column: Column, basis: str, day_s: int) -> str:
    """A figure in words; a dash where it is not known."""
    if cell is None:
        return "–"
    if cell.hidden:
        return hidden_text()
    return value_text(cell.value, column.unit, basis, day_s)


def value_text(value: Value, unit: Unit, basis: str, day_s: int) -> str:
    """A value of a unit in words."""
    if isinstance(value, Times):
        seconds = value.of(basis)
        return "–" if seconds is None else signed_duration(seconds, day_of(basis, day_s))
    if value is None:
        return "–"
    if isinstance(value, str):
        return _date_text(value) if unit == "date" else value
    if unit == "share":
        return percent(value, 1 if 0 < abs(value) < SMALL else 0)
    if unit == "duration":
        return signed_duration(float(value), day_of(basis, day_s))
    if unit == "money":
        return money(value)
    if unit == "count":
        return number(value)
    return number(round(float(value), 1 if unit == "days" else 2))


def signed_duration(seconds: float, day_s: int) -> str:
    """A span of time; less than nothing with a minus."""
    return f"{'−' if seconds < 0 else ''}{duration(seconds, day_s)}"


def _date_text(value: str) -> str:
    try:
        return dateformat.format(date.fromisoformat(value[:10]), "j M Y")
    except ValueError:
        return value


def measured(cell: Cell | None, basis: str) -> float | None:
    """A figure as a number: seconds, a share, a count; None where it is not known or hidden."""
    if cell is None or cell.hidden or cell.value is None:
        return None
    value = cell.value
    if isinstance(value, Times):
        return value.of(basis)
    return None if isinstance(value, str) else float(value)


def change_text(now: Cell | None, then: Cell | None, column: Column, basis: str, day_s: int) -> str:
    """How far a figure moved: ``+12``, ``−3 points``, ``+2 h``; empty where it cannot be said."""
    new, old = measured(now, basis), measured(then, basis)
    if new is None or old is None or column.unit not in NUMERIC:
        return ""
    moved = new - old
    if column.unit == "share":
        moved = round(moved * 100, 1)
        if not moved:
            return _("no change")
        return _("%(sign)s%(n)s points") % {
            "sign": "+" if moved > 0 else "−",
            "n": number(abs(moved)),
        }
    said = value_text(abs(moved), column.unit, basis, day_s)
    if not moved or said in ("0", "0 min"):
        return _("no change")
    return f"{'+' if moved > 0 else '−'}{said}"
