"""How far a measure has come, whether it is tracked, and what became of a promise. Pure.

Progress is (actual − baseline) ÷ (target − baseline): 1 where the target is reached, above where it
is passed, negative where it got worse. Nothing is said from fewer than twenty on either side.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Literal

from governance.blueprint.measuring.readings import Reading, recent

Word = Literal[
    "realised", "on_track", "behind", "partly", "not_realised", "too_few", "not_measurable"
]
State = Literal["draft", "baselined", "tracking", "achieved", "missed"]
# From so far on something came of it by its day, though not all.
PARTLY = Decimal("0.5")
# What is to stay as it is may move by a twentieth where no baseline says by how much it did.
STAYS = Decimal("0.05")


@dataclass(frozen=True, slots=True)
class Goal:
    """From what to what something shall come, and by when; parts that are not said are None.

    ``since`` is the day from which it can have had an effect.
    """

    direction: str
    unit: str = ""
    baseline: Reading | None = None
    target: Decimal | None = None
    due: date | None = None
    owner: str = ""
    source: str = ""
    since: date | None = None
    adds_up: bool = False

    def missing(self) -> tuple[str, ...]:
        """What has to be said before it is tracked, in the order in which people say it."""
        parts = (
            ("unit", self.unit),
            ("direction", self.direction),
            ("baseline with its days", self.baseline),
            ("target", self.target is not None),
            ("due day", self.due),
            ("owner", self.owner),
            ("source", self.source),
        )
        return tuple(word for word, said in parts if not said)


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a measure stands on a day; ``missing`` says what keeps it from being tracked."""

    state: State
    missing: tuple[str, ...] = ()
    now: Reading | None = None
    progress: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a promise by a day.

    ``expected`` is the progress that a straight way from baseline to target has by that day.
    ``few`` says which side is too thin: baseline or now. ``late`` days passed since the due day.
    """

    word: Word
    now: Reading | None = None
    progress: Decimal | None = None
    expected: Decimal | None = None
    missing: tuple[str, ...] = field(default=())
    few: Literal["", "baseline", "now"] = ""
    late: int = 0


def progress(goal: Goal, value: Decimal) -> Decimal | None:
    """How far a value is from baseline to target; None where either is not known."""
    if goal.baseline is None or goal.baseline.value is None or goal.target is None:
        return None
    start, target = goal.baseline.value, goal.target
    if goal.direction == "maintain":
        room = max(abs(target - start), abs(target) * STAYS)
        return Decimal(1) if abs(value - target) <= room else Decimal(0)
    if target == start:
        better = value <= target if goal.direction == "down" else value >= target
        return Decimal(1) if better else Decimal(0)
    return (value - start) / (target - start)


def standing(goal: Goal, readings: Sequence[Reading], day: date) -> Standing:
    """The state of a measure on a day, from what was observed of it by then."""
    missing = goal.missing()
    if goal.baseline is None or "unit" in missing or "direction" in missing:
        return Standing("draft", missing)
    if missing:
        return Standing("baselined", missing)
    now = recent(_after(goal, readings, day), adds_up=goal.adds_up)
    share = progress(goal, now.value) if now and now.enough and now.value is not None else None
    if share is not None and share >= 1:
        return Standing("achieved", (), now, share)
    assert goal.due is not None
    return Standing("missed" if day > goal.due else "tracking", (), now, share)


def verdict(goal: Goal | None, readings: Sequence[Reading], day: date) -> Verdict:
    """What became of a promise; without a goal it is one in words only."""
    if goal is None:
        return Verdict("not_measurable", missing=("measure",))
    missing = goal.missing()
    if missing:
        return Verdict("not_measurable", missing=missing)
    assert goal.baseline is not None and goal.due is not None
    late = max(0, (day - goal.due).days)
    if not goal.baseline.enough:
        return Verdict("too_few", few="baseline", late=late)
    now = recent(_after(goal, readings, day), adds_up=goal.adds_up)
    if now is None or not now.enough or now.value is None:
        return Verdict("too_few", now, few="now", late=late)
    share = progress(goal, now.value)
    assert share is not None
    expected = _expected(goal.baseline.until, goal.due, day)
    return Verdict(_word(share, expected, late), now, share, expected, late=late)


def _word(share: Decimal, expected: Decimal, late: int) -> Word:
    if share >= 1:
        return "realised"
    if late:
        return "partly" if share >= PARTLY else "not_realised"
    return "on_track" if share >= expected else "behind"


def _expected(start: date, due: date, day: date) -> Decimal:
    whole = (due - start).days
    if whole <= 0 or day >= due:
        return Decimal(1)
    return Decimal(max(0, (day - start).days)) / whole


def _after(goal: Goal, readings: Sequence[Reading], day: date) -> list[Reading]:
    """What was observed after the baseline, since it can have had an effect, until a day."""
    assert goal.baseline is not None
    first = max(goal.baseline.until, goal.since or goal.baseline.until)
    return [one for one in readings if one.until > first and one.since <= day]
