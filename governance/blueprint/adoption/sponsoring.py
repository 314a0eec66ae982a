"""How far a sponsor went for a stream: from unaware to sustaining, told by what they did.

Nobody sets a level. Opening the brief makes aware; saying so, or committing to something, makes
bought in; an action done by its day makes committed, as long as none was missed.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

Level = Literal["unaware", "aware", "bought_in", "committed", "sustaining"]
LEVELS: tuple[Level, ...] = ("unaware", "aware", "bought_in", "committed", "sustaining")
# A quarter: how far back what was done counts.
QUARTER = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Action:
    """What somebody committed to: its last day, and the day it was done, if it was."""

    due: date
    done: date | None = None

    def on_time(self, since: date, until: date) -> bool:
        """Done by its last day, and done after ``since`` and not after ``until``."""
        return self.done is not None and self.done <= self.due and since < self.done <= until

    def missed(self, since: date, until: date) -> bool:
        """Its last day passed without it, after ``since`` and before ``until``."""
        return since < self.due < until and (self.done is None or self.done > self.due)


@dataclass(frozen=True, slots=True)
class Standing:
    """A level with what it follows from: actions done and missed within the last quarter.

    ``before`` says whether the quarter before was kept as well.
    """

    level: Level
    done: int
    missed: int
    before: bool

    @property
    def rank(self) -> int:
        """0 for unaware up to 4 for sustaining."""
        return LEVELS.index(self.level)


def kept(actions: Iterable[Action], until: date) -> bool:
    """At least one action done on time within the quarter up to a day, and none missed in it."""
    rows, since = list(actions), until - QUARTER
    done = any(one.on_time(since, until) for one in rows)
    return done and not any(one.missed(since, until) for one in rows)


def standing(*, opened: bool, supported: bool, actions: Iterable[Action], today: date) -> Standing:
    """How far somebody went by a day. ``actions`` are those not withdrawn, in any order."""
    rows, since = list(actions), today - QUARTER
    before = kept(rows, since)
    level: Level = "unaware"
    if kept(rows, today):
        level = "sustaining" if before else "committed"
    elif supported or rows:
        level = "bought_in"
    elif opened:
        level = "aware"
    return Standing(
        level,
        sum(one.on_time(since, today) for one in rows),
        sum(one.missed(since, today) for one in rows),
        before,
    )
