"""Figures of a log: counts, variants, directly-follows edges, handovers (formulas: process mining).

Conventions, the same everywhere: order within a case is time, then file row; waits and durations
are hours in calendar time; percentiles interpolate linearly; equal counts are ordered by name as
text; floats are rounded to four decimals. A handover is a step between two events that both name
a group, the groups being different; steps within a group are counted apart.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from valueflow.logs.frame import LogFrame
from valueflow.logs.moves import Ints, Moves, PairStat, case_hours, moves, pair_stats

DECIMALS = 4


@dataclass(frozen=True)
class Variant:
    """A sequence of activities and the positions (in the log's order of cases) that follow it."""

    path: tuple[str, ...]
    members: tuple[int, ...]

    @property
    def count(self) -> int:
        """Cases that follow it."""
        return len(self.members)


def figures(frame: LogFrame) -> dict[str, Any]:
    """The figures of a log, ready for JSON.

    Keys: cases, events, activities, activity_counts, variants, top_variants (5),
    case_duration_hours, start_activities and end_activities (10), directly_follows_edges,
    directly_follows_top10, groups, handovers_total, same_group_steps, handover_pairs,
    handover_top20.
    """
    steps = moves(frame)
    edges = frame.first_of_case()
    activity = frame.codes("activity")
    group = frame.codes("group")
    counts = _by_name(activity, frame.activities)
    found = variants(frame)
    follows = _ranked(
        pair_stats(steps.from_activity, steps.to_activity, steps.hours), frame.activities
    )
    handed = handover_stats(frame, steps)
    return {
        "cases": len(edges) - 1,
        "events": len(activity),
        "activities": len(counts),
        "activity_counts": counts,
        "variants": len(found),
        "top_variants": [{"cases": v.count, "path": list(v.path)} for v in found[:5]],
        "case_duration_hours": _durations(frame),
        "start_activities": _by_name(activity[edges[:-1]], frame.activities, 10),
        "end_activities": _by_name(activity[edges[1:] - 1], frame.activities, 10),
        "directly_follows_edges": len(follows),
        "directly_follows_top10": [
            {**_pair(stat, frame.activities), "p90_wait_hours": _rounded(stat.p90)}
            for stat in follows[:10]
        ],
        "groups": len(np.unique(group[group >= 0])),
        "handovers_total": int(steps.handovers.sum()),
        "same_group_steps": int((steps.grouped & ~steps.handovers).sum()),
        "handover_pairs": len(handed),
        "handover_top20": [_pair(stat, frame.groups) for stat in handed[:20]],
    }


def variants(frame: LogFrame) -> list[Variant]:
    """Distinct paths of activities, the most frequent first; ties by path as text."""
    edges = frame.first_of_case().tolist()
    codes = frame.codes("activity").astype(np.int32)
    raw = codes.tobytes()
    size = codes.itemsize
    members: dict[bytes, list[int]] = {}
    for at, (first, end) in enumerate(pairwise(edges)):
        members.setdefault(raw[first * size : end * size], []).append(at)
    found = [
        Variant(
            tuple(frame.activities[code] for code in np.frombuffer(key, dtype=np.int32)),
            tuple(cases),
        )
        for key, cases in members.items()
    ]
    return sorted(found, key=lambda variant: (-variant.count, variant.path))


def handover_stats(frame: LogFrame, steps: Moves | None = None) -> list[PairStat]:
    """Handovers per pair of groups, the most frequent first; ties by the groups' names."""
    steps = steps or moves(frame)
    mask = steps.handovers
    stats = pair_stats(steps.from_group[mask], steps.to_group[mask], steps.hours[mask])
    return _ranked(stats, frame.groups)


def _ranked(stats: Iterable[PairStat], names: Sequence[str]) -> list[PairStat]:
    return sorted(stats, key=lambda s: (-s.count, names[s.source], names[s.target]))


def _by_name(codes: Ints, names: Sequence[str], most: int | None = None) -> dict[str, int]:
    counts = Counter(codes.tolist())
    pairs = ((names[code], n) for code, n in counts.items())
    return dict(sorted(pairs, key=lambda pair: (-pair[1], pair[0]))[:most])


def _pair(stat: PairStat, names: Sequence[str]) -> dict[str, Any]:
    return {
        "source": names[stat.source],
        "target": names[stat.target],
        "count": stat.count,
        "median_wait_hours": _rounded(stat.median),
    }


def _durations(frame: LogFrame) -> dict[str, float | int | None]:
    hours = case_hours(frame)
    if not len(hours):
        return {"median": None, "p90": None, "mean": None, "max": None, "zero": 0}
    return {
        "median": _rounded(np.median(hours)),
        "p90": _rounded(np.quantile(hours, 0.9)),
        "mean": _rounded(hours.mean()),
        "max": _rounded(hours.max()),
        "zero": int((hours == 0).sum()),
    }


def _rounded(value: float | np.floating[Any]) -> float:
    return round(float(value), DECIMALS)
