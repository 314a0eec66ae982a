"""A spread of durations that can be merged: exact while it knows its rows, else in log buckets.

Buckets grow by 5 %: bucket 1 holds one second, bucket k up to ``GAMMA ** (k - 1)`` seconds, bucket
0 nothing at all. A quantile from buckets takes the middle of a bucket, so it is at most
(GAMMA - 1) / (GAMMA + 1), that is 2.5 %, off; counts and sums are exact either way. The buckets are
those of DDSketch (Masson, Rim, Lee: VLDB 2019), which keep this bound under merging.
"""

from collections.abc import Iterable, Mapping
from math import ceil, log

from valueflow.engine.statistics import percentile, ratio

GAMMA = 1.05
ERROR = 0.025
_LOG_GAMMA = log(GAMMA)


def bucket_of(seconds: float) -> int:
    """The bucket of a duration; under a second counts as none."""
    return 1 + ceil(log(seconds) / _LOG_GAMMA - 1e-9) if seconds >= 1 else 0


def middle(bucket: int) -> float:
    """The duration a bucket stands for."""
    return 2 * GAMMA ** (bucket - 1) / (GAMMA + 1) if bucket > 0 else 0.0


class Tally:
    """How many, their sum, and how they are spread; ``values`` are kept while all are known."""

    __slots__ = ("buckets", "n", "total", "values")

    def __init__(self, values: Iterable[float] = ()) -> None:
        self.values: list[float] | None = list(values)
        self.n = len(self.values)
        self.total: float = sum(self.values)
        self.buckets: Mapping[int, int] | None = None

    @classmethod
    def of_buckets(cls, buckets: Mapping[int, int], total: float) -> "Tally":
        """From counts by bucket and the exact sum."""
        found = cls()
        found.values, found.buckets, found.total = None, buckets, total
        found.n = sum(buckets.values())
        return found

    @property
    def exact(self) -> bool:
        """Quantiles are those of the rows."""
        return self.values is not None or not self.n

    def counts(self) -> Mapping[int, int]:
        """How many in each bucket."""
        if self.buckets is not None:
            return self.buckets
        found: dict[int, int] = {}
        for value in self.values or ():
            bucket = bucket_of(value)
            found[bucket] = found.get(bucket, 0) + 1
        return found

    def quantile(self, share: float) -> float | None:
        """Value below which a share (0 to 1) lies, interpolated as in rows; None without any."""
        if self.values is not None or not self.n:
            return percentile(self.values or (), share)
        rank = share * (self.n - 1)
        low, seen = int(rank), 0
        lower: float | None = None
        for bucket, count in sorted(self.counts().items()):
            seen += count
            if lower is None and seen > low:
                lower = middle(bucket)
                if seen > low + 1 or rank == low:
                    return lower
            elif lower is not None and count:
                return lower + (middle(bucket) - lower) * (rank - low)
        return lower

    @property
    def mean(self) -> float | None:
        """The exact mean."""
        return ratio(self.total, self.n)

    @property
    def sum(self) -> float | None:
        """The exact sum; None where nothing was measured."""
        return self.total if self.n else None

    def __add__(self, other: "Tally") -> "Tally":
        """Both together; exact only if both are."""
        if not other.n:
            return self
        if not self.n:
            return other
        if self.values is not None and other.values is not None:
            return Tally([*self.values, *other.values])
        merged = dict(self.counts())
        for bucket, count in other.counts().items():
            merged[bucket] = merged.get(bucket, 0) + count
        return Tally.of_buckets(merged, self.total + other.total)

    def __sub__(self, other: "Tally") -> "Tally":
        """Without those of another that was added before."""
        if not other.n:
            return self
        if self.values is not None and other.values is not None:
            rest = list(self.values)
            for value in other.values:
                rest.remove(value)
            return Tally(rest)
        left = dict(self.counts())
        for bucket, count in other.counts().items():
            left[bucket] = left.get(bucket, 0) - count
        return Tally.of_buckets({b: n for b, n in left.items() if n}, self.total - other.total)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Tally):
            return NotImplemented
        return (self.total, dict(self.counts())) == (other.total, dict(other.counts()))

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"Tally(n={self.n}, total={self.total}, exact={self.exact})"


def merged(tallies: Iterable[Tally]) -> Tally:
    """Many together, in one pass."""
    found = list(tallies)
    if all(tally.values is not None or not tally.n for tally in found):
        return Tally(value for tally in found for value in tally.values or ())
    buckets: dict[int, int] = {}
    for tally in found:
        for bucket, count in tally.counts().items():
            buckets[bucket] = buckets.get(bucket, 0) + count
    return Tally.of_buckets(buckets, sum(tally.total for tally in found))
