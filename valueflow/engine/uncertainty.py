"""How sure a difference is: bootstrap of quantiles, intervals of shares, size of effect, survival.

Sources: Efron and Tibshirani, An Introduction to the Bootstrap (percentile interval); Wilson 1927;
Newcombe 1998, method 10; Cliff 1993; Kaplan and Meier 1958. Quantiles interpolate linearly, as
``statistics.percentile`` does.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

RESAMPLES = 2_000
SEED = 20_261_128
# Of the normal distribution, for 95 %.
Z95 = 1.959963984540054
# So many numbers at once while censored rows are drawn again.
AT_ONCE = 4_000_000


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate with the ends of its 95 % interval."""

    estimate: float
    lower: float
    upper: float

    @property
    def below(self) -> bool:
        """All of it lies under nothing."""
        return self.upper < 0

    @property
    def above(self) -> bool:
        """All of it lies over nothing."""
        return self.lower > 0


@dataclass(frozen=True, slots=True)
class Sample:
    """Durations of one side in ascending order; ``ended`` False where one still ran then.

    ``weights`` add up to 1: how much each row counts.
    """

    values: Floats
    ended: NDArray[np.bool_]
    weights: Floats

    @property
    def n(self) -> int:
        """How many rows it has, running ones too."""
        return len(self.values)

    @property
    def draws(self) -> int:
        """How many rows of equal weight know as much (Kish): how many are drawn again."""
        return max(1, round(1.0 / float((self.weights**2).sum()))) if self.n else 0

    @property
    def censored(self) -> bool:
        """Whether some of it still ran."""
        return not bool(self.ended.all())


def sample(
    values: Sequence[float],
    running: Sequence[float] = (),
    weights: Sequence[float] | None = None,
) -> Sample:
    """Rows that ended and rows that still run, each weighing the same unless said otherwise.

    ``weights`` are those of ``values`` then ``running``, of any sum above 0.
    """
    every = np.array([*values, *running], dtype=np.float64)
    ended = np.array([True] * len(values) + [False] * len(running), dtype=np.bool_)
    given = np.ones(len(every)) if weights is None else np.array(weights, dtype=np.float64)
    # Where both are at one moment the end comes first, as Kaplan and Meier have it.
    order = np.lexsort((~ended, every))
    whole = given.sum()
    share = given[order] / whole if whole else given[order]
    return Sample(every[order], ended[order], share)


def quantile(rows: Sample, share: float) -> float | None:
    """The value below which ``share`` lies; None where it is not reached yet, or nothing is there.

    Equal weights without running rows interpolate linearly; otherwise it is the first value at
    which that much has ended.
    """
    if not rows.n:
        return None
    if rows.censored:
        return _reached(rows.values, survival(rows), share)
    if np.allclose(rows.weights, rows.weights[0]):
        return float(np.quantile(rows.values, share))
    return float(rows.values[_place(rows, np.array([share]))[0]])


def survival(rows: Sample) -> Floats:
    """Of the product-limit estimate, the share that still ran just after each row."""
    at_risk = rows.weights[::-1].cumsum()[::-1]
    lost = np.where(rows.ended & (at_risk > 0), rows.weights / np.maximum(at_risk, 1e-300), 0.0)
    surviving: Floats = np.cumprod(1.0 - np.minimum(lost, 1.0), dtype=np.float64)
    return surviving


def _reached(values: Floats, surviving: Floats, share: float) -> float | None:
    places = np.flatnonzero(surviving <= 1.0 - share + 1e-12)
    return float(values[places[0]]) if len(places) else None


def difference(before: Sample, after: Sample, share: float) -> Interval | None:
    """The quantile after less that before, with its bootstrap interval; None without either.

    Each side is drawn again by itself, with replacement, ``RESAMPLES`` times from a fixed seed.
    """
    was, now = quantile(before, share), quantile(after, share)
    if was is None or now is None:
        return None
    generator = np.random.default_rng(SEED)
    drawn = _again(after, share, generator) - _again(before, share, generator)
    if not np.isfinite(drawn).all():
        # Where too much still runs the quantile is not reached in every draw: nothing is known.
        drawn = drawn[~np.isnan(drawn)]
        if not len(drawn):
            return None
    lower, upper = np.quantile(drawn, (0.025, 0.975), method="inverted_cdf")
    return Interval(now - was, float(lower), float(upper))


def _again(rows: Sample, share: float, generator: np.random.Generator) -> Floats:
    """The quantile of each draw; infinite where it is not reached."""
    if rows.censored:
        return _again_running(rows, share, generator)
    return _again_ended(rows, share, generator)


def _again_ended(rows: Sample, share: float, generator: np.random.Generator) -> Floats:
    """The same without drawing every row.

    The k-th of n rows drawn with replacement is the row at the k-th of n uniform numbers, and that
    has a beta distribution; its neighbour is the least of those that remain above it. So a draw
    costs two numbers however many rows there are.
    """
    size = rows.draws
    rank = share * (size - 1)
    k, rest = int(rank), rank - int(rank)
    low = generator.beta(k + 1, size - k, RESAMPLES)
    here = rows.values[_place(rows, low)]
    if not rest:
        return here
    above = generator.random(RESAMPLES) ** (1.0 / (size - k - 1))
    high = 1.0 - (1.0 - low) * above
    drawn: Floats = here + (rows.values[_place(rows, high)] - here) * rest
    return drawn


def _place(rows: Sample, uniform: Floats) -> NDArray[np.int64]:
    """The rows at these shares of the weight, ascending."""
    edges = rows.weights.cumsum()
    found = np.searchsorted(edges, uniform - 1e-12, side="left")
    return np.minimum(found, rows.n - 1).astype(np.int64)


def _again_running(rows: Sample, share: float, generator: np.random.Generator) -> Floats:
    """Rows are drawn with whether they ended; the product-limit estimate of each draw."""
    found: list[Floats] = []
    left, step = RESAMPLES, max(1, AT_ONCE // rows.n)
    while left:
        size = min(step, left)
        left -= size
        counts = generator.multinomial(rows.draws, rows.weights, size).astype(np.float64)
        at_risk = counts[:, ::-1].cumsum(axis=1)[:, ::-1]
        lost = np.where(rows.ended, counts / np.maximum(at_risk, 1.0), 0.0)
        reached = np.cumprod(1.0 - lost, axis=1) <= 1.0 - share + 1e-12
        place = reached.argmax(axis=1)
        found.append(np.where(reached.any(axis=1), rows.values[place], np.inf))
    return np.concatenate(found)


def wilson(part: int, whole: int) -> Interval | None:
    """Wilson's score interval of a share; None where there is nothing."""
    if not whole:
        return None
    share, z2 = part / whole, Z95 * Z95
    middle = (share + z2 / (2 * whole)) / (1 + z2 / whole)
    half = Z95 * sqrt(share * (1 - share) / whole + z2 / (4 * whole * whole)) / (1 + z2 / whole)
    return Interval(share, max(0.0, middle - half), min(1.0, middle + half))


def newcombe(before: tuple[int, int], after: tuple[int, int]) -> Interval | None:
    """Difference of two shares, after less before, by the score intervals of both.

    Each side is (part, whole).
    """
    was, now = wilson(*before), wilson(*after)
    if was is None or now is None:
        return None
    gap = now.estimate - was.estimate
    lower = gap - sqrt((now.estimate - now.lower) ** 2 + (was.upper - was.estimate) ** 2)
    upper = gap + sqrt((now.upper - now.estimate) ** 2 + (was.estimate - was.lower) ** 2)
    return Interval(gap, lower, upper)


def cliff(before: Sequence[float], after: Sequence[float]) -> float | None:
    """Cliff's delta: how much more often a row after is greater than one before than smaller."""
    if not len(before) or not len(after):
        return None
    ordered = np.sort(np.array(before, dtype=np.float64))
    now = np.array(after, dtype=np.float64)
    under = int(np.searchsorted(ordered, now, side="left").sum())
    over = len(ordered) * len(now) - int(np.searchsorted(ordered, now, side="right").sum())
    return (under - over) / (len(ordered) * len(now))


def size_of(delta: float | None) -> str:
    """The usual words for Cliff's delta (Romano 2006): negligible, small, medium, large."""
    if delta is None:
        return ""
    bounds = ((0.147, "negligible"), (0.33, "small"), (0.474, "medium"))
    return next((word for bound, word in bounds if abs(delta) < bound), "large")
