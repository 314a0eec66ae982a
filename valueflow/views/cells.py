"""Words of figures, for pages; they are made where mails find them, too."""

from valueflow.selectors.cells import (
    NUMERIC,
    cell_text,
    change_text,
    day_of,
    hidden_text,
    measured,
    signed_duration,
    value_text,
)

__all__ = [
    "NUMERIC",
    "cell_text",
    "change_text",
    "day_of",
    "hidden_text",
    "measured",
    "signed_duration",
    "value_text",
]
