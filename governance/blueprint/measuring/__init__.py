"""Measures: what is computed for them, what was observed, and what follows from it. Pure."""

from governance.blueprint.measuring.figures import FIGURES, Figure
from governance.blueprint.measuring.readings import (
    ENOUGH,
    Reading,
    period_of,
    periods,
    recent,
)
from governance.blueprint.measuring.verdicts import (
    Goal,
    Standing,
    Verdict,
    progress,
    standing,
    verdict,
)

__all__ = [
    "ENOUGH",
    "FIGURES",
    "Figure",
    "Goal",
    "Reading",
    "Standing",
    "Verdict",
    "period_of",
    "periods",
    "progress",
    "recent",
    "standing",
    "verdict",
]
