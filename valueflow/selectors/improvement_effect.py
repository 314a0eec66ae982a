"""What an opportunity came to: the requests of its stream before it was begun and since it is done.

Before are those finished in the thirteen weeks until it was begun, after those sent since it was
done: the sides and the verdict are those of ``engine.comparison``.
"""

from dataclasses import replace
from datetime import timedelta
from math import isfinite
from typing import Any

from valueflow.engine.comparison import Compared, Side, compare
from valueflow.engine.summary import ENOUGH
from valueflow.engine.uncertainty import Interval
from valueflow.models import ImprovementOpportunity
from valueflow.selectors import population
from valueflow.selectors.before_after import WEEKS, Windows, item_of
from valueflow.selectors.scope import parse

__all__ = ["ENOUGH", "compared", "windows_of"]


def windows_of(row: ImprovementOpportunity) -> Windows:
    """When *before* finished and when *after* was sent."""
    begun, done = row.started_at, row.implemented_at
    assert begun is not None and done is not None, "it was begun and done"
    scope = replace(parse({}), stream=row.stream_key, period="custom")
    return Windows(
        before=replace(scope, start=begun - timedelta(weeks=WEEKS), end=begun),
        after=replace(scope, start=done, end=max(scope.now, done)),
    )


def compared(row: ImprovementOpportunity) -> dict[str, Any] | None:
    """Both sides and the verdict as they are kept; None while too few were finished since."""
    at = windows_of(row)
    more = ("request__amount", "request__reopened")
    before = population.case_rows_with(population.finished(at.before).order_by("pk"), *more)
    sent = population.case_rows_with(population.sent(at.after).order_by("pk"), *more)
    after = [one for one in sent if one[0].finished or one[0].ended_at is None]
    if sum(case.finished for case, _more in after) < ENOUGH:
        return None
    now = at.after.now
    found = compare([item_of(one, now) for one in before], [item_of(one, now) for one in after])
    day_s = after[-1][0].day_s
    return _told(found, at, day_s)


def _told(found: Compared, at: Windows, day_s: int) -> dict[str, Any]:
    """As JSON holds it; durations are business seconds."""
    speed = found.p50.business
    return {
        "verdict": found.verdict.word,
        "why": list(found.verdict.why),
        "day_s": day_s,
        "before": _side(found.before) | _window(at.before.start, at.before.end),
        "after": _side(found.after) | _window(at.after.start, at.after.end),
        "difference": _ends(speed),
        "method": found.method,
    }


def _ends(speed: Interval | None) -> list[float | None] | None:
    """Lower end, estimate and upper end; None where an end is not known."""
    if speed is None:
        return None
    return [one if isfinite(one) else None for one in (speed.lower, speed.estimate, speed.upper)]


def _window(start: Any, end: Any) -> dict[str, str]:
    return {"from": start.isoformat(), "to": end.isoformat()}


def _side(side: Side) -> dict[str, Any]:
    return {
        "n": side.n,
        "running": side.running,
        "p50": side.p50.business,
        "p85": side.p85.business,
        "kept": side.kept.estimate if side.kept is not None else None,
        "back": side.back.estimate if side.back is not None else None,
    }
