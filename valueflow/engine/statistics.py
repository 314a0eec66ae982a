"""Small exact statistics. Percentiles are computed from rows, never averaged or summed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

# Constants of the individuals and moving-range chart for ranges of two neighbours.
XMR_VALUE = 2.66
XMR_RANGE = 3.27
RUN_OF_ONE_SIDE = 8


def percentile(values: Sequence[float], share: float) -> float | None:
    """Value below which ``share`` (0 to 1) lies, by linear interpolation; None without values.

    Rank ``share * (n - 1)`` between the ordered values, as in numpy's default and SQL's
    ``percentile_cont``.
    """
    if not values:
        return None
    ordered = sorted(values)
    rank = share * (len(ordered) - 1)
    low = int(rank)
    if low + 1 >= len(ordered):
        return float(ordered[-1])
    # Equal neighbours must give themselves: x + (x - x) * f, not x * (1 - f) + x * f.
    return ordered[low] + (ordered[low + 1] - ordered[low]) * (rank - low)


def median(values: Sequence[float]) -> float | None:
    """The 50th percentile."""
    return percentile(values, 0.5)


def ratio(part: float, whole: float) -> float | None:
    """A ratio of sums; None where the whole is nothing."""
    return part / whole if whole else None


@dataclass(frozen=True, slots=True)
class Limits:
    """Natural process limits of a series, and the positions that lie outside or in a long run."""

    centre: float
    lower: float
    upper: float
    moving_range: float
    range_limit: float
    signals: tuple[int, ...]


def xmr(values: Sequence[float]) -> Limits | None:
    """Individuals chart: mean ± 2.66 times the mean moving range; None under two values.

    A signal is a value outside the limits, or the eighth and later of a run on one side.
    """
    if len(values) < 2:
        return None
    centre = sum(values) / len(values)
    ranges = [abs(b - a) for a, b in pairwise(values)]
    mean_range = sum(ranges) / len(ranges)
    lower, upper = centre - XMR_VALUE * mean_range, centre + XMR_VALUE * mean_range
    signals: list[int] = []
    side, run = 0, 0
    for position, value in enumerate(values):
        now = (value > centre) - (value < centre)
        run = run + 1 if now and now == side else int(bool(now))
        side = now
        if value < lower or value > upper or run >= RUN_OF_ONE_SIDE:
            signals.append(position)
    return Limits(centre, lower, upper, mean_range, XMR_RANGE * mean_range, tuple(signals))


def little(in_flight: float, per_day: float, mean_days: float) -> float | None:
    """How well work in flight agrees with rate times mean lead time: 1 is a steady stream."""
    return ratio(in_flight, per_day * mean_days)


def shares(parts: Mapping[str, float]) -> dict[str, float]:
    """Each part of the sum, as shares that add up to 1 (empty where the sum is nothing)."""
    whole = sum(parts.values())
    return {key: part / whole for key, part in parts.items()} if whole else {}


def whole_percents(parts: Mapping[Any, float]) -> dict[str, int]:
    """Shares in whole per cent that add up to exactly 100, by largest remainder."""
    exact = {key: share * 100 for key, share in shares(parts).items()}
    whole = {key: int(value) for key, value in exact.items()}
    missing = (100 if exact else 0) - sum(whole.values())
    by_rest = sorted(exact, key=lambda key: (whole[key] - exact[key], key))
    for key in by_rest[:missing]:
        whole[key] += 1
    return whole
