"""Promises as they are added up: by kind of promise, and all together."""

from collections.abc import Iterable
from datetime import date

from valueflow.engine.benefits import Due
from valueflow.selectors.promises import Promised


def due_of(one: Promised, today: date) -> Due:
    """One promise as it counts on a day."""
    progress = one.verdict.progress
    return Due(
        kind=one.spec.promise_kind,
        due=one.due is not None and one.due <= today,
        progress=float(progress) if progress is not None else None,
        worth=_worth(one),
    )


def counted(rows: Iterable[Promised], today: date) -> list[Due]:
    """Those that still hold; what was stopped or withdrawn is no promise any more."""
    return [due_of(one, today) for one in rows if not one.ended]


def _worth(one: Promised) -> float | None:
    """What all that was promised is worth, where somebody said what a unit is."""
    change = promised_change(one)
    if change is None or one.spec.value_per_unit is None:
        return None
    return abs(change) * float(one.spec.value_per_unit)


def promised_change(one: Promised) -> float | None:
    """Target − baseline, in the unit of the measure."""
    goal = one.goal
    if goal is None or goal.target is None or goal.baseline is None or goal.baseline.value is None:
        return None
    return float(goal.target - goal.baseline.value)


def realised_change(one: Promised) -> float | None:
    """What was seen last − baseline, in the unit of the measure."""
    now, goal = one.verdict.now, one.goal
    if now is None or now.value is None or goal is None:
        return None
    if goal.baseline is None or goal.baseline.value is None:
        return None
    return float(now.value - goal.baseline.value)
