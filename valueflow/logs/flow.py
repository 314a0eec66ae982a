"""How work flows in a log: between groups, through the weeks, and where its time goes.

All times are calendar hours: a log knows no calendars. A log that stamps changes of state says
where a case *was* between two stamps, so the time between two events belongs to the group and the
activity of the first of them.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np
import numpy.typing as npt
import polars as pl

from valueflow.logs.cases import finished
from valueflow.logs.frame import MICROS_PER_HOUR, LogFrame
from valueflow.logs.mining import handover_stats
from valueflow.logs.moves import Moves, case_hours, moves, quantile, quantiles_by

NO_STARTS = "not measurable: no start stamps"
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Handover:
    """One cell of the matrix of groups. Hours wait between the giver's last event and the
    receiver's first; ``came_back`` counts handovers whose case next went from the receiver back to
    the giver, ``share_back`` is their share of ``count``."""

    source: str
    target: str
    count: int
    median_hours: float
    p90_hours: float
    total_hours: float
    came_back: int
    share_back: float


@dataclass(frozen=True)
class TimeShare:
    """Time cases spent with a group (or in an activity). ``name`` None: no group had been named
    yet. ``stays`` are unbroken stretches, ``median_hours`` the median of a stay."""

    name: str | None
    hours: float
    share: float
    cases: int
    stays: int
    median_hours: float


@dataclass(frozen=True)
class Week:
    """One week from its Monday: cases that began, cases that finished, and the median duration of
    the finished in hours (None when there are none)."""

    monday: date
    arrived: int
    finished: int
    median_hours: float | None


@dataclass(frozen=True)
class LeadTime:
    """Durations of the finished cases in hours; ``n`` of them, ``open`` are not finished."""

    n: int
    open: int
    median_hours: float | None
    p85_hours: float | None
    mean_hours: float | None


@dataclass(frozen=True)
class Efficiency:
    """Touch time ÷ lead time of the finished cases, a ratio of sums; None with the ``reason``."""

    share: float | None
    touch_hours: float | None
    lead_hours: float
    n: int
    reason: str


def group_matrix(frame: LogFrame) -> list[Handover]:
    """Handovers between groups, the most frequent first; they add up to ``handovers_total``."""
    steps = moves(frame)
    totals, back = _totals(frame, steps)
    return [
        Handover(
            frame.groups[stat.source],
            frame.groups[stat.target],
            stat.count,
            round(stat.median, 4),
            round(stat.p90, 4),
            round(totals[stat.source, stat.target], 4),
            back.get((stat.source, stat.target), 0),
            round(back.get((stat.source, stat.target), 0) / stat.count, 4),
        )
        for stat in handover_stats(frame, steps)
    ]


def _totals(
    frame: LogFrame, steps: Moves
) -> tuple[dict[tuple[int, int], float], dict[tuple[int, int], int]]:
    """Per pair of groups: hours waited in sum, and handovers whose case came back next."""
    mask = steps.handovers
    source, target, case = steps.from_group[mask], steps.to_group[mask], steps.case[mask]
    size = max(1, len(frame.groups))
    keys = source * size + target
    hours = np.bincount(keys, weights=steps.hours[mask]) if len(keys) else np.zeros(0)
    came = (case[1:] == case[:-1]) & (source[1:] == target[:-1]) & (target[1:] == source[:-1])
    pairs, counts = np.unique(keys[:-1][came], return_counts=True)
    return (
        {(k // size, k % size): float(hours[k]) for k in np.unique(keys).tolist()},
        {(k // size, k % size): n for k, n in zip(pairs.tolist(), counts.tolist(), strict=True)},
    )


def time_by_group(frame: LogFrame) -> list[TimeShare]:
    """Where the time goes, by group; an event without a group leaves the case where it was.

    The hours add up to the durations of all cases.
    """
    held = frame.data.select(pl.col("group").forward_fill().over("case")).to_series()
    return _time_shares(frame, held.cast(pl.Int64).fill_null(-1).to_numpy(), frame.groups)


def time_by_activity(frame: LogFrame) -> list[TimeShare]:
    """Where the time goes, by activity (the state a case was in until its next event)."""
    return _time_shares(frame, frame.codes("activity"), frame.activities)


def _time_shares(frame: LogFrame, holder: Ints, names: tuple[str, ...]) -> list[TimeShare]:
    case, micros = frame.codes("case"), frame.micros()
    steps = np.flatnonzero(case[1:] == case[:-1])
    if not len(steps):
        return []
    hours = (micros[steps + 1] - micros[steps]) / MICROS_PER_HOUR
    who, of = holder[steps], case[steps]
    breaks = np.concatenate(([True], (who[1:] != who[:-1]) | (of[1:] != of[:-1])))
    stay = np.cumsum(breaks) - 1
    stay_hours = np.bincount(stay, weights=hours).astype(np.float64)
    keys, stays, (median,) = quantiles_by(who[breaks], stay_hours, (0.5,))
    sums = np.bincount(who + 1, weights=hours)
    met = pl.DataFrame({"who": who + 1, "of": of}).unique()
    cases = np.bincount(met["who"].to_numpy())
    total = float(hours.sum()) or 1.0
    found = [
        TimeShare(
            names[key] if key >= 0 else None,
            round(float(sums[key + 1]), 4),
            round(float(sums[key + 1]) / total, 4),
            int(cases[key + 1]),
            n,
            round(m, 4),
        )
        for key, n, m in zip(keys.tolist(), stays.tolist(), median.tolist(), strict=True)
    ]
    return sorted(found, key=lambda share: (-share.hours, share.name or ""))


def weekly(
    frame: LogFrame, *, zone: str = "UTC", closing: Collection[str] | None = None
) -> list[Week]:
    """Throughput week by week, without gaps; a week begins on Monday 00:00 in ``zone``."""
    edges = frame.first_of_case()
    if len(edges) < 2:
        return []
    mondays = frame.data["ts"].dt.convert_time_zone(zone).dt.truncate("1w").dt.date()
    began = mondays.gather(edges[:-1])
    done = finished(frame, closing)
    ended = mondays.gather(edges[1:] - 1).filter(pl.Series(done))
    hours = case_hours(frame)[done]
    begun = dict(began.value_counts().iter_rows())
    ends = ended.to_numpy().astype("datetime64[D]")
    weeks: list[Week] = []
    monday, last = mondays.min(), mondays.max()
    assert isinstance(monday, date) and isinstance(last, date)
    order = np.argsort(ends, kind="stable")
    ends, hours = ends[order], hours[order]
    while monday <= last:
        low = int(np.searchsorted(ends, np.datetime64(monday), "left"))
        high = int(np.searchsorted(ends, np.datetime64(monday), "right"))
        median = quantile(hours[low:high], 0.5)
        weeks.append(
            Week(
                monday,
                int(begun.get(monday, 0)),
                high - low,
                None if median is None else round(median, 4),
            )
        )
        monday += timedelta(days=7)
    return weeks


def lead_time(frame: LogFrame, closing: Collection[str] | None = None) -> LeadTime:
    """First event to last of the finished cases: median, 85th percentile, mean."""
    done = finished(frame, closing)
    hours = case_hours(frame)[done]
    median, p85 = quantile(hours, 0.5), quantile(hours, 0.85)
    return LeadTime(
        len(hours),
        int((~done).sum()),
        None if median is None else round(median, 4),
        None if p85 is None else round(p85, 4),
        round(float(hours.mean()), 4) if len(hours) else None,
    )


def efficiency(frame: LogFrame, closing: Collection[str] | None = None) -> Efficiency:
    """Flow efficiency of the finished cases; not measurable without start stamps.

    Touch is the time between an event's start and its stamp; what overlaps within a case counts
    once. Lead runs from the first start or stamp to the last stamp.
    """
    done = finished(frame, closing)
    edges = frame.first_of_case()
    n = int(done.sum())
    if not frame.has_starts:
        hours = float(case_hours(frame)[done].sum())
        return Efficiency(None, None, round(hours, 4), n, NO_STARTS)
    place = np.repeat(np.arange(len(done)), np.diff(edges))
    ends = frame.micros()
    starts = np.where(frame.data["start"].is_null().to_numpy(), ends, frame.micros("start"))
    starts = np.minimum(starts, ends)
    touch, first = _covered(place, starts, ends)
    wanted = np.flatnonzero(done)
    lead = (ends[edges[1:] - 1] - first)[wanted].sum() / MICROS_PER_HOUR
    worked = touch[wanted].sum() / MICROS_PER_HOUR
    if not lead:
        return Efficiency(None, round(worked, 4), 0.0, n, "not measurable: no time passed")
    return Efficiency(
        round(float(worked / lead), 4), round(float(worked), 4), round(float(lead), 4), n, ""
    )


def _covered(place: Ints, starts: Ints, ends: Ints) -> tuple[Ints, Ints]:
    """Per case: microseconds covered by its intervals, counted once, and the earliest start."""
    table = pl.DataFrame({"case": place, "low": starts, "high": ends}).sort("case", "low")
    reach = pl.col("high").cum_max().shift(1).over("case")
    fresh = pl.col("high") - pl.max_horizontal("low", reach)
    sums = (
        table.with_columns(fresh.clip(0).alias("fresh"))
        .group_by("case", maintain_order=True)
        .agg(pl.col("fresh").sum(), pl.col("low").first())
    )
    return sums["fresh"].to_numpy(), sums["low"].to_numpy()
