"""Before and after: what changed, how sure that is, whether the two may be held against each other.

*Before* are requests that finished in a window, *after* those sent once something took effect. Some
of these still run: unless nine of ten have ended the product-limit estimate stands for their lead
times. A difference is always after less before, so that below nothing is faster.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from valueflow.engine.statistics import RUN_OF_ONE_SIDE, Limits, xmr
from valueflow.engine.summary import ENOUGH, Times
from valueflow.engine.uncertainty import (
    Interval,
    Sample,
    cliff,
    difference,
    newcombe,
    quantile,
    sample,
    wilson,
)

Word = Literal["better", "no_change", "worse", "not_comparable"]
Method = Literal["ended", "survival"]
Stratum = tuple[str, ...]

# So much of what was sent since must have ended before the rest can be left out.
CLOSED = 0.9
# So much of what was there before must be there after, so that weights can make up for the rest.
OVERLAP = 0.8
BASES = ("business", "calendar")


@dataclass(frozen=True, slots=True)
class Item:
    """One request of a side. ``lead`` is its lead time, or its age while it runs.

    ``kept`` None where no promise fell due; ``back`` it was sent back, ``reopened`` came back.
    """

    lead: Times
    stratum: Stratum
    kept: bool | None
    back: bool = False
    reopened: bool = False
    running: bool = False


@dataclass(frozen=True, slots=True)
class Between:
    """A difference of one quantile in both times; None where it cannot be told."""

    calendar: Interval | None
    business: Interval | None

    def of(self, basis: str) -> Interval | None:
        """In ``calendar`` or ``business`` time."""
        return self.calendar if basis == "calendar" else self.business


@dataclass(frozen=True, slots=True)
class Side:
    """What one side is: how many ended and still run, its quantiles and its shares."""

    n: int
    running: int
    p50: Times
    p85: Times
    kept: Interval | None
    back: Interval | None
    reopened: Interval | None
    promised: int

    @property
    def closed(self) -> float | None:
        """The share that ended."""
        whole = self.n + self.running
        return self.n / whole if whole else None


@dataclass(frozen=True, slots=True)
class Verdict:
    """One of four words, and the codes of why it is not another."""

    word: Word
    why: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Compared:
    """Before and after. ``weighted50`` is the difference had the mix stayed as it was."""

    before: Side
    after: Side
    method: Method
    p50: Between
    p85: Between
    weighted50: Between
    overlap: float
    mix: float
    kept: Interval | None
    back: Interval | None
    reopened: Interval | None
    delta: float | None
    verdict: Verdict


def compare(
    before: Sequence[Item], after: Sequence[Item], *, unfair: Sequence[str] = ()
) -> Compared:
    """Hold two sides against each other; ``unfair`` are codes that forbid a verdict."""
    ended = [item for item in after if not item.running]
    closed = len(ended) / len(after) if after else 1.0
    method: Method = "ended" if closed >= CLOSED else "survival"
    counted = ended if method == "ended" else list(after)
    weights, overlap = _weights(before, counted)
    sides = _side(before, before), _side(after, counted)
    p50, p85 = (_between(before, counted, share) for share in (0.5, 0.85))
    weighted = _between(before, counted, 0.5, weights)
    kept = newcombe(_kept(before), _kept(after))
    # How often work came back is known of what ended alone.
    back, reopened = (newcombe(_part(before, of), _part(ended, of)) for of in ("back", "reopened"))
    stops = [*unfair, *([] if overlap >= OVERLAP or not ended else ["mix"])]
    return Compared(
        before=sides[0],
        after=sides[1],
        method=method,
        p50=p50,
        p85=p85,
        weighted50=weighted,
        overlap=overlap,
        mix=moved(before, counted),
        kept=kept,
        back=back,
        reopened=reopened,
        delta=cliff(
            [item.lead.business for item in before if item.lead.business is not None],
            [item.lead.business for item in ended if item.lead.business is not None],
        ),
        verdict=verdict(
            (len(before), len(ended)),
            speed=p50.business,
            tail=p85.business,
            weighted=weighted.business,
            kept=kept,
            worse=(back, reopened),
            unfair=stops,
        ),
    )


def verdict(
    n: tuple[int, int],
    *,
    speed: Interval | None,
    tail: Interval | None,
    weighted: Interval | None,
    kept: Interval | None,
    worse: Sequence[Interval | None],
    unfair: Sequence[str] = (),
) -> Verdict:
    """One of four words. Under twenty on a side there is none, nor where it would not be fair.

    *Better* needs a gain that is sure, in speed or in promises kept, with nothing that is surely
    worse beside it: faster while more is sent back is not better.
    """
    few = [code for code, count in zip(("before", "after"), n, strict=True) if count < ENOUGH]
    if few:
        return Verdict("not_comparable", tuple(f"few_{side}" for side in few))
    if unfair:
        return Verdict("not_comparable", tuple(unfair))
    if speed is None:
        return Verdict("not_comparable", ("running",))
    if (speed.below or speed.above) and (
        weighted is None or (weighted.below, weighted.above) != (speed.below, speed.above)
    ):
        return Verdict("not_comparable", ("mix",))
    good = [speed.below, kept is not None and kept.above]
    found = {
        "slower": speed.above,
        "tail": tail is not None and tail.above and not speed.above,
        "promises": kept is not None and kept.below,
        "returns": any(one is not None and one.above for one in worse),
    }
    bad = tuple(code for code, is_so in found.items() if is_so)
    if any(good):
        return Verdict("not_comparable", bad) if bad else Verdict("better")
    return Verdict("worse", bad) if bad else Verdict("no_change")


def _between(
    before: Sequence[Item], after: Sequence[Item], share: float, weights: Sequence[float] = ()
) -> Between:
    found = {
        basis: difference(_sample(before, basis), _sample(after, basis, weights), share)
        for basis in BASES
    }
    return Between(found["calendar"], found["business"])


def _sample(items: Sequence[Item], basis: str, weights: Sequence[float] = ()) -> Sample:
    """Rows of one side in one time; those it cannot be measured of are left out."""
    rows = list(zip(items, weights or [1.0] * len(items), strict=True))
    timed = [(item, item.lead.of(basis), weight) for item, weight in rows]
    known = [(i, length, weight) for i, length, weight in timed if length is not None and weight]
    known.sort(key=lambda row: row[0].running)
    return sample(
        [length for item, length, _weight in known if not item.running],
        [length for item, length, _weight in known if item.running],
        [weight for _item, _length, weight in known],
    )


def _side(items: Sequence[Item], counted: Sequence[Item]) -> Side:
    ended = [item for item in items if not item.running]
    kept = _kept(items)
    return Side(
        n=len(ended),
        running=len(items) - len(ended),
        p50=_quantile(counted, 0.5),
        p85=_quantile(counted, 0.85),
        kept=wilson(*kept),
        back=wilson(*_part(ended, "back")),
        reopened=wilson(*_part(ended, "reopened")),
        promised=kept[1],
    )


def _quantile(items: Sequence[Item], share: float) -> Times:
    return Times(*(quantile(_sample(items, basis), share) for basis in ("calendar", "business")))


def _kept(items: Sequence[Item]) -> tuple[int, int]:
    due = [item.kept for item in items if item.kept is not None]
    return sum(due), len(due)


def _part(items: Sequence[Item], name: str) -> tuple[int, int]:
    return sum(getattr(item, name) for item in items), len(items)


def _weights(before: Sequence[Item], after: Sequence[Item]) -> tuple[list[float], float]:
    """What each row after must weigh so that the mix is that of before, and how much of before
    has somebody after: what is new weighs nothing, what is gone cannot be made up for."""
    was = Counter(item.stratum for item in before)
    now = Counter(item.stratum for item in after)
    weights = [was[item.stratum] / now[item.stratum] for item in after]
    here = sum(n for stratum, n in was.items() if stratum in now)
    return weights, here / len(before) if before else 0.0


def moved(before: Sequence[Item], after: Sequence[Item]) -> float:
    """How much of the mix moved, 0 to 1: half the sum of what shares of strata differ by."""
    if not before or not after:
        return 0.0
    was, now = (Counter(item.stratum for item in side) for side in (before, after))
    return sum(abs(was[s] / len(before) - now[s] / len(after)) for s in was.keys() | now.keys()) / 2


@dataclass(frozen=True, slots=True)
class Weekly:
    """Weekly medians against the limits of the weeks before; signals are Mondays after."""

    limits: Limits | None
    signals: tuple[date, ...]


def signals(medians: Mapping[date, float], effect: date) -> Weekly:
    """Limits from whole weeks before the one of the effect; weeks after that stand out.

    One stands out outside the limits, or as the eighth and later in a row on one side of the mean
    before. The week of the effect itself belongs to neither.
    """
    weeks = sorted(medians)
    limits = xmr([medians[week] for week in weeks if week < effect])
    found: list[date] = []
    side = run = 0
    for week in weeks:
        if limits is None or week < effect + timedelta(days=7):
            continue
        value = medians[week]
        now = (value > limits.centre) - (value < limits.centre)
        run = run + 1 if now and now == side else int(bool(now))
        side = now
        if not limits.lower <= value <= limits.upper or run >= RUN_OF_ONE_SIDE:
            found.append(week)
    return Weekly(limits, tuple(found))


SIZES = ((1_000, "1"), (10_000, "2"), (100_000, "3"))


def size_band(amount: float | None) -> str:
    """Band of an amount: none, under 1,000, 10,000, 100,000, and more; in whatever currency."""
    if amount is None:
        return "0"
    return next((band for bound, band in SIZES if amount < bound), "4")
