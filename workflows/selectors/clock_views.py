"""Clocks as people read them: what is left of the target, in the hours of that calendar."""

from dataclasses import dataclass
from datetime import datetime

from governance.blueprint.blueprint import Blueprint
from workflows.models import Clock
from workflows.selectors import calendars


@dataclass(frozen=True)
class ClockView:
    """One clock at a moment; seconds are business seconds, ``left_s`` below 0 is over.

    ``held`` is why it stands still for nobody: ``start`` before an event starts it, else ``rule``.
    """

    seq: int
    metric: str
    state: str
    target_s: int
    elapsed_s: int
    left_s: int
    day_s: int
    zone: str
    due_at: datetime | None
    verdict: str
    paused_for: str
    held: str = ""

    @property
    def share(self) -> int:
        """Percent of the target used, at most 100."""
        return min(100, round(100 * self.elapsed_s / self.target_s)) if self.target_s else 100


def view(row: Clock, blueprint: Blueprint, now: datetime) -> ClockView:
    """A clock as it stands now."""
    calendar = calendars.counting(blueprint, row.calendar_key, row.counted_by)
    elapsed = row.elapsed_s
    if row.running_since is not None and row.state == Clock.State.RUNNING:
        elapsed += calendar.elapsed(row.running_since, now)
    left = row.target_s - elapsed
    if row.state == Clock.State.STOPPED:
        verdict = "ok" if row.met else "late"
    elif left < 0 or row.breached_at is not None:
        verdict = "late"
    elif row.state == Clock.State.PAUSED:
        verdict = "stop"
    else:
        verdict = "risk" if elapsed * 4 >= row.target_s * 3 else "ok"
    return ClockView(
        seq=row.seq,
        metric=row.metric,
        state=row.state,
        target_s=row.target_s,
        elapsed_s=elapsed,
        left_s=left,
        day_s=calendar.day_seconds,
        zone=calendar.zone,
        due_at=row.due_at,
        verdict=verdict,
        paused_for=row.pause_party,
        held=row.pause_reason if row.state == Clock.State.PAUSED and not row.pause_party else "",
    )


# Which of our own clocks is shown: the one that must end next.
_ORDER = {"respond": 0, "clarify": 0, "decision": 1, "complete": 2, "stage": 3}


def ours(rows: list[Clock]) -> Clock | None:
    """Our agreement's clock among live clocks of one visit."""
    mine = [r for r in rows if r.metric in _ORDER and r.state in ("running", "paused")]
    return min(mine, key=lambda r: (_ORDER[r.metric], r.seq), default=None)


def wait(rows: list[Clock]) -> Clock | None:
    """How long a party lets us wait, among clocks of one visit."""
    live = [r for r in rows if r.metric == Clock.Metric.WAIT and r.state == "running"]
    return live[-1] if live else None


def whole(rows: list[Clock]) -> Clock | None:
    """How long the whole step may take, among clocks of one visit."""
    return next(
        (r for r in rows if r.metric == Clock.Metric.STAGE and r.state in ("running", "paused")),
        None,
    )


def promise(rows: list[Clock]) -> Clock | None:
    """The clock of the promise to the requester."""
    return next((r for r in rows if r.metric == Clock.Metric.PROMISE), None)
