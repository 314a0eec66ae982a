"""Process limits of a weekly series, each phase between two versions by itself."""

from collections.abc import Mapping, Sequence
from datetime import date
from itertools import pairwise

from valueflow.engine.statistics import Limits, xmr

# Weeks a phase needs before its limits mean something.
PHASE_WEEKS = 8


def phase_limits(values: Mapping[date, float], starts: Sequence[date]) -> dict[date, Limits]:
    """Limits (x̄ ± 2.66 · mean moving range) of each week from the weeks of its phase.

    ``values`` by Monday, ``starts`` the weeks in which versions came into force. Weeks of a phase
    shorter than eight have none.
    """
    found: dict[date, Limits] = {}
    edges = [date.min, *sorted(starts), date.max]
    for opens, closes in pairwise(edges):
        phase = [week for week in sorted(values) if opens <= week < closes]
        if len(phase) < PHASE_WEEKS:
            continue
        limits = xmr([values[week] for week in phase])
        if limits is not None:
            found |= dict.fromkeys(phase, limits)
    return found
