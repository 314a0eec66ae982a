"""The clockwork as administrators see it: nothing waits unnoticed.

What an effect is about is named only to who may see it; so is the rest of an error, which may quote
what stands there.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from esm.common import clock
from esm.events import registry
from esm.events.registry import Late
from esm.events.selectors import health, stuck
from esm.events.selectors.health import LATE, Beat, QueueHealth
from esm.events.selectors.stuck import Stuck
from esm.events.services import skew
from esm.notices import registries as notices
from esm.notices.registries import Line
from governance.selectors.administration import check
from governance.selectors.people import Account

MOST = 50
SILENT = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Told:
    """A stuck effect as this viewer may know it; ``about`` is None where it is hidden or nothing.

    ``hidden`` says that it is about something they may not see.
    """

    row: Stuck
    about: Line | None
    hidden: bool

    @property
    def error(self) -> str:
        """What went wrong; of hidden things only the kind of error."""
        return self.row.error.partition(":")[0] if self.hidden else self.row.error

    @property
    def subject(self) -> str:
        """The chain it is about; empty where it is hidden."""
        return "" if self.hidden else self.row.subject


@dataclass(frozen=True, slots=True)
class LateClock:
    """Something of the apps above that should have happened by now."""

    row: Late
    about: Line | None


@dataclass(frozen=True, slots=True)
class Process:
    """A process or queue and its last sign of life."""

    beat: Beat
    silent: bool


@dataclass(frozen=True, slots=True)
class Health:
    """The whole page; ``waiting`` is the figure beside its entry in the rail, 100 at most."""

    given_up: list[Told]
    late: list[Told]
    clocks: list[LateClock]
    late_clocks: int
    waiting: int
    queues: list[QueueHealth]
    processes: list[Process]
    wrong_clocks: list[Beat]
    slots: list[dict[str, Any]]

    @property
    def well(self) -> bool:
        """Nothing waits for anybody."""
        return not (self.given_up or self.late or self.late_clocks or self.wrong_clocks)


def require(user: Account) -> None:
    """Raise NotAllowed for who is no administrator."""
    check(user, "effects.keep")


def page(user: Account) -> Health:
    """All of it. Raises NotAllowed."""
    require(user)
    given_up, late = stuck.given_up(), stuck.late()
    count, clocks = registry.late(clock.now() - LATE, MOST)
    lines = _lines(user, [*(r.subject for r in (*given_up, *late)), *(r.subject for r in clocks)])
    beats = health.beats()
    told = [beat for beat in beats if beat.queue == skew.ALARM]
    return Health(
        given_up=_told(given_up, lines),
        late=_told(late, lines),
        clocks=[LateClock(row, lines.get(row.subject)) for row in clocks],
        late_clocks=count,
        waiting=stuck.waiting().count(),
        queues=health.queues(),
        processes=[Process(b, b.age > SILENT) for b in beats if b.queue != skew.ALARM],
        wrong_clocks=[beat for beat in told if beat.age <= SILENT],
        slots=stuck.last_slots(),
    )


def rows(user: Account, state: str = "dead") -> list[Told]:
    """Effects that were given up, or that come late. Raises NotAllowed."""
    require(user)
    found = stuck.given_up() if state == "dead" else stuck.late()
    return _told(found, _lines(user, [row.subject for row in found]))


def some(user: Account, keys: Sequence[str]) -> list[Told]:
    """Those of the keys that still wait. Raises NotAllowed."""
    require(user)
    found = stuck.some(keys)
    return _told(found, _lines(user, [row.subject for row in found]))


def _told(found: Sequence[Stuck], lines: dict[str, Line]) -> list[Told]:
    return [
        Told(row, lines.get(row.subject), row.subject != "" and row.subject not in lines)
        for row in found
    ]


def _lines(user: Account, subjects: Sequence[str]) -> dict[str, Line]:
    """How the things the viewer may see are named."""
    assert user.is_authenticated
    seen = notices.seen_subjects(user, {subject for subject in subjects if subject})
    return notices.lines(seen)
