"""What the questions about strategy share: cells that count requests, and words."""

from django.utils.translation import gettext as _

from valueflow.engine.answers import Answer, Cell, Table, Value
from valueflow.engine.summary import FEW, Times

HIDDEN = Cell(None, hidden=True)


def counted(n: int, figure: str, **extra: str) -> Cell:
    """A count with the list of requests behind it."""
    return Cell(n, figure, {name: text for name, text in extra.items() if text})


def worked(seconds: int, n: int) -> Cell:
    """Seconds of work in requests; of fewer than five it would be somebody's."""
    return HIDDEN if 0 < n < FEW else Cell(Times(None, seconds))


def of_few(value: Value, n: int) -> Cell:
    """A figure that is hidden where it is made of fewer than five."""
    return HIDDEN if 0 < n < FEW else Cell(value)


def no_model(unit: str) -> Answer:
    """What is said before a model is in force."""
    said = _("No model is in force, so that nothing can be said about it.")
    return Answer(said, 0, unit, "", "", (Table("", (), ()),))
