"""Steps from one event of a case to the next: the ground of every figure.

Order within a case is time, then file row. The *wait* of a step is the time between its two
events in hours; a step is a *handover* when both events name a group and the groups differ.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from valueflow.logs.frame import MICROS_PER_HOUR, LogFrame

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Moves:
    """All steps of a log, one element each, in the log's order.

    ``at`` is the position of the step's second event in the log's table; activities and groups are
    codes (-1: no group); ``hours`` is the wait.
    """

    at: Ints
    case: Ints
    from_activity: Ints
    to_activity: Ints
    from_group: Ints
    to_group: Ints
    hours: Floats

    @property
    def grouped(self) -> Bools:
        """Steps whose two events both name a group."""
        return np.asarray((self.from_group >= 0) & (self.to_group >= 0), dtype=bool)

    @property
    def handovers(self) -> Bools:
        """Steps from one group to another."""
        return np.asarray(self.grouped & (self.from_group != self.to_group), dtype=bool)


@dataclass(frozen=True)
class PairStat:
    """Steps between two codes: how many, and their waits in hours."""

    source: int
    target: int
    count: int
    median: float
    p90: float


def moves(frame: LogFrame) -> Moves:
    """The steps of a log."""
    case, activity, group = (frame.codes(name) for name in ("case", "activity", "group"))
    at = np.flatnonzero(case[1:] == case[:-1]) + 1
    hours = np.diff(frame.micros()) / MICROS_PER_HOUR
    return Moves(
        at,
        case[at],
        activity[at - 1],
        activity[at],
        group[at - 1],
        group[at],
        hours[at - 1],
    )


def pair_stats(source: Ints, target: Ints, hours: Floats) -> list[PairStat]:
    """Count, median and 90th percentile per pair, in the order of the codes."""
    if not len(source):
        return []
    base = int(max(source.max(), target.max())) + 1
    keys = source * base + target
    pairs, counts, (median, p90) = quantiles_by(keys, hours, (0.5, 0.9))
    return [
        PairStat(key // base, key % base, n, m, p)
        for key, n, m, p in zip(
            pairs.tolist(), counts.tolist(), median.tolist(), p90.tolist(), strict=True
        )
    ]


def quantiles_by(
    keys: Ints, values: Floats, shares: Sequence[float]
) -> tuple[Ints, Ints, list[Floats]]:
    """Per key (ascending): the key, how many values, and the quantiles by linear interpolation."""
    order = np.lexsort((values, keys))
    ranked, line = values[order], keys[order]
    first = np.concatenate(([0], np.flatnonzero(np.diff(line)) + 1))
    counts = np.diff(np.concatenate((first, [len(line)])))
    found = []
    for share in shares:
        place = (counts - 1) * share
        low = np.floor(place).astype(np.int64)
        gap = place - low
        a = ranked[first + low]
        b = ranked[first + np.minimum(low + 1, counts - 1)]
        # The nearer neighbour is the base, so that rounding is that of numpy.quantile.
        found.append(np.where(gap >= 0.5, b - (b - a) * (1 - gap), a + (b - a) * gap))
    return line[first], counts, found


def quantile(values: Floats, share: float) -> float | None:
    """One quantile by linear interpolation; None without values."""
    return float(np.quantile(values, share)) if len(values) else None


def case_hours(frame: LogFrame) -> Floats:
    """Duration of each case, last event − first event, in hours; cases in the log's order."""
    edges = frame.first_of_case()
    micros = frame.micros()
    spans = micros[edges[1:] - 1] - micros[edges[:-1]]
    return np.asarray(spans / MICROS_PER_HOUR, dtype=np.float64)
