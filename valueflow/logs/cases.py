"""Cases of a log: their steps, which are finished, how old the others are, their variants.

A log has no «now» of its own: where an instant is needed and none is given, it is the last event.
Cases are addressed by their position in the log's order (``LogFrame.first_of_case``).
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import numpy.typing as npt

from valueflow.logs.frame import MICROS_PER_HOUR, LogFrame
from valueflow.logs.mining import variants
from valueflow.logs.moves import case_hours, quantile

CLOSING_SHARE = 0.05
CLOSING_FINAL = 0.9
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Step:
    """One event of a case. ``wait_hours`` is the time since the event before it (None at the
    first); ``previous_group`` the group of that event, None when it named none; ``handover`` is
    true when both name a group and they differ; ``row`` the line of the file."""

    position: int
    activity: str
    group: str | None
    previous_group: str | None
    at: datetime
    start: datetime | None
    wait_hours: float | None
    handover: bool
    row: int


@dataclass(frozen=True)
class CaseSteps:
    """One case and its steps in order; ``hours`` is its duration."""

    case: str
    hours: float
    finished: bool
    steps: tuple[Step, ...]


@dataclass(frozen=True)
class OpenCase:
    """A case that is not finished: where it stands, since when, and how old it is in hours."""

    case: str
    activity: str
    group: str | None
    started_at: datetime
    since: datetime
    age_hours: float
    hours_in_activity: float


@dataclass(frozen=True)
class VariantRow:
    """A path of activities; ``share`` is of all cases, ``covered`` of the cases down to here."""

    path: tuple[str, ...]
    count: int
    share: float
    covered: float
    median_hours: float


def closing_activities(frame: LogFrame) -> tuple[str, ...]:
    """Activities that close a case: they end at least 5 % of the cases, and 90 % of the cases
    they occur in end with them. Empty when none stands out; then every case counts as finished."""
    edges = frame.first_of_case()
    activity = frame.codes("activity")
    cases = len(edges) - 1
    if not cases:
        return ()
    size = len(frame.activities)
    ends = np.bincount(activity[edges[1:] - 1], minlength=size)
    met = frame.data.select("case", "activity").unique()["activity"]
    within = np.bincount(met.to_numpy(), minlength=size)
    closing = (ends >= CLOSING_SHARE * cases) & (ends >= CLOSING_FINAL * np.maximum(within, 1))
    return tuple(sorted(frame.activities[code] for code in np.flatnonzero(closing)))


def finished(frame: LogFrame, closing: Collection[str] | None = None) -> Bools:
    """Per case: is its last activity a closing one? ``closing`` defaults to the guess."""
    closing = closing_activities(frame) if closing is None else closing
    edges = frame.first_of_case()
    if not closing:
        return np.ones(len(edges) - 1, dtype=bool)
    wanted = [code for code, name in enumerate(frame.activities) if name in closing]
    return np.isin(frame.codes("activity")[edges[1:] - 1], wanted)


def finished_between(
    frame: LogFrame, start: datetime, end: datetime, closing: Collection[str] | None = None
) -> LogFrame:
    """The log with the cases only that finished in [start, end): a period's population."""
    edges = frame.first_of_case()
    last = frame.micros()[edges[1:] - 1]
    low, high = (int(np.datetime64(_naive(t), "us").astype(np.int64)) for t in (start, end))
    keep = finished(frame, closing) & (last >= low) & (last < high)
    return frame.of_cases(frame.codes("case")[edges[:-1]][keep])


def case_steps(
    frame: LogFrame,
    positions: Sequence[int] | None = None,
    *,
    closing: Collection[str] | None = None,
) -> list[CaseSteps]:
    """Cases step by step; the first 20 of the file unless positions are named."""
    edges = frame.first_of_case()
    done = finished(frame, closing)
    hours = case_hours(frame)
    wanted = range(min(20, len(done))) if positions is None else positions
    return [
        CaseSteps(
            frame.cases[int(frame.data["case"][int(edges[at])])],
            round(float(hours[at]), 4),
            bool(done[at]),
            _steps(frame, int(edges[at]), int(edges[at + 1])),
        )
        for at in wanted
    ]


def _steps(frame: LogFrame, first: int, end: int) -> tuple[Step, ...]:
    found: list[Step] = []
    for row in frame.data.slice(first, end - first).iter_rows(named=True):
        group = None if row["group"] is None else frame.groups[row["group"]]
        last = found[-1] if found else None
        wait = (row["ts"] - last.at).total_seconds() / 3600 if last else None
        found.append(
            Step(
                len(found) + 1,
                frame.activities[row["activity"]],
                group,
                last.group if last else None,
                row["ts"],
                row["start"],
                None if wait is None else round(wait, 4),
                bool(last and last.group and group and last.group != group),
                row["row"],
            )
        )
    return tuple(found)


def ageing(
    frame: LogFrame, closing: Collection[str] | None = None, at: datetime | None = None
) -> list[OpenCase]:
    """Open cases, the oldest first; ages in hours of calendar time at ``at``."""
    edges = frame.first_of_case()
    places = np.flatnonzero(~finished(frame, closing)).tolist()
    if not places:
        return []
    micros, activity, group = frame.micros(), frame.codes("activity"), frame.codes("group")
    now = int(micros.max()) if at is None else int(np.datetime64(_naive(at), "us").astype(np.int64))
    stamps, case = frame.data["ts"], frame.codes("case")
    found = []
    for place in places:
        first, last = int(edges[place]), int(edges[place + 1]) - 1
        since = last
        while since > first and activity[since - 1] == activity[last]:
            since -= 1
        found.append(
            OpenCase(
                frame.cases[case[first]],
                frame.activities[activity[last]],
                frame.groups[group[last]] if group[last] >= 0 else None,
                stamps[first],
                stamps[since],
                round((now - int(micros[first])) / MICROS_PER_HOUR, 4),
                round((now - int(micros[since])) / MICROS_PER_HOUR, 4),
            )
        )
    return sorted(found, key=lambda case: (-case.age_hours, case.case))


def variant_rows(frame: LogFrame, limit: int = 20) -> list[VariantRow]:
    """The most frequent paths with their share and median duration."""
    hours = case_hours(frame)
    rows: list[VariantRow] = []
    covered = 0
    for variant in variants(frame)[:limit]:
        covered += variant.count
        median = quantile(hours[list(variant.members)], 0.5)
        rows.append(
            VariantRow(
                variant.path,
                variant.count,
                round(variant.count / len(hours), 4),
                round(covered / len(hours), 4),
                round(median or 0.0, 4),
            )
        )
    return rows


def _naive(instant: datetime) -> datetime:
    """UTC without its mark, as numpy wants it."""
    offset = instant.utcoffset()
    return instant.replace(tzinfo=None) - offset if offset else instant.replace(tzinfo=None)
