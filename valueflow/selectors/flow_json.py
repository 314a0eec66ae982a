"""The figures as JSON: every duration in both times, named, in seconds.

``calendar`` is time of the wall, ``business`` that of the service's calendar (for waits and losses
of a handoff, the receiver's). ``n`` stands with every figure; what cannot be measured is null with
a ``reason``; groups of fewer than five cases are listed under ``hidden`` without figures. Where
``exact`` is false, medians and other quantiles are within 2.5 % and ``open`` names the 200 oldest.
"""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

from esm.common.tables import safe_cell
from valueflow.engine.records import KINDS
from valueflow.engine.summary import Handoffs, Pair, Run, Split, Summary, Times, Week
from valueflow.selectors.naming import Names


def to_json(summary: Summary, names: Names) -> dict[str, Any]:
    """The whole summary, ready to be serialised."""
    return {
        "source": summary.source,
        "from": _text(summary.start),
        "to": _text(summary.end),
        "at": _text(summary.at),
        "zone": summary.zone,
        "filters": dict(summary.filters),
        "day_seconds": summary.day_s,
        "exact": summary.exact,
        "finished": summary.finished,
        "submitted": summary.submitted,
        "lead_time": {
            "n": summary.lead.n,
            "calendar": _quantiles(summary, "calendar"),
            "business": _quantiles(summary, "business"),
        },
        "promise": {
            "n": summary.promise.n,
            "met": summary.promise.met,
            "missed": summary.promise.missed,
            "open_late": summary.promise.open_late,
            "share": summary.promise.share,
            "reason": summary.promise.reason or None,
        },
        "flow_efficiency": _efficiency(summary),
        "in_flight": _flight(summary),
        "weeks": [_week(week) for week in summary.weeks],
        "handoffs": _handoffs(summary.handoffs),
        "time": [_split(split, names) for split in summary.splits],
        "open": [
            {
                "number": row.number,
                "stream": row.stream,
                "age": _times(row.age),
                "late": row.late,
                "promise_s": row.promise_s,
            }
            for row in summary.open
        ],
        "run": _run(summary.run),
        "unmeasured": dict(summary.unmeasured),
    }


def _text(moment: datetime | date) -> str:
    return moment.isoformat()


def _times(times: Times) -> dict[str, float | None]:
    return {"calendar_s": times.calendar, "business_s": times.business}


def _quantiles(summary: Summary, basis: str) -> dict[str, float | None]:
    lead = summary.lead
    return {"p50_s": lead.p50.of(basis), "p85_s": lead.p85.of(basis), "mean_s": lead.mean.of(basis)}


def _efficiency(summary: Summary) -> dict[str, Any]:
    found = summary.efficiency
    return {
        "n": found.n,
        "touch_s": found.touch_s,
        "estimated_s": found.estimated_s,
        "lead": _times(found.lead),
        "business": found.share,
        "calendar": found.share_calendar,
        "reason": found.reason or None,
    }


def _flight(summary: Summary) -> dict[str, Any]:
    flight = summary.flight
    return {
        "n": flight.n,
        "late": flight.late,
        "days_of_work": flight.days_of_work,
        "mean_lead_days": flight.mean_days,
        "little": flight.little,
    }


def _week(week: Week) -> dict[str, Any]:
    return {
        "monday": _text(week.start),
        "finished": week.finished,
        "submitted": week.submitted,
        "in_flight": week.in_flight,
        "lead_p50": _times(week.lead_p50),
        "promise_share": week.promise_share,
        "flow_efficiency": week.efficiency,
    }


def _handoffs(found: Handoffs) -> dict[str, Any]:
    return {
        "n": found.n,
        "sent_back": found.sent_back,
        "return_rate": found.rate,
        "within_departments": found.within,
        "matrix": [_pair(pair) for pair in found.pairs],
        "hidden": [{"giver": giver, "receiver": receiver} for giver, receiver in found.hidden],
        "note": found.note,
    }


def _pair(pair: Pair) -> dict[str, Any]:
    return {
        "giver": pair.giver,
        "receiver": pair.receiver,
        "n": pair.n,
        "sent_back": pair.sent_back,
        "return_rate": pair.rate,
        "offers": pair.offers,
        "wait_p50": _times(pair.wait),
        "lost": _times(pair.lost),
        "lost_days": pair.lost_days,
    }


def _split(split: Split, names: Names) -> dict[str, Any]:
    head = {"stream": split.stream, "name": names.stream(split.stream), "n": split.n}
    if split.hidden:
        return head | {"hidden": True}
    return head | {
        "lead_p50": _times(split.p50),
        "kinds": {kind: _times(split.kinds.get(kind, Times(0, 0))) for kind in KINDS},
        "stages": {key: _times(times) for key, times in sorted(split.stages.items())},
    }


def _run(run: Run | None) -> dict[str, Any] | None:
    if run is None:
        return None
    return {
        "stream": run.stream,
        "n": run.n,
        "promise_s": run.promise_s,
        "points": [
            {
                "monday": _text(point.week),
                "n": point.n,
                "lead_p50": _times(point.p50),
                "upper": _times(point.upper),
                "lower": _times(point.lower),
            }
            for point in run.points
        ],
        "marks": [{"at": _text(mark.at), "version": mark.label} for mark in run.marks],
        "phases": [
            {"since": phase.label or None, "n": phase.n, "lead_p50": _times(phase.p50)}
            for phase in run.phases
        ],
    }


def flat(value: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Rows of name and value for a table; cells that would be formulas are neutralised."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from flat(item, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list):
        for place, item in enumerate(value, start=1):
            yield from flat(item, f"{path}[{place}]")
    elif isinstance(value, str):
        yield path, safe_cell(value)
    else:
        yield path, value
