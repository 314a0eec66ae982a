"""Clockwork: spans that ran or stood still, and the thresholds on the way to the target.

A clock is a budget of business seconds and an append-only ledger of spans. A span says from when
to when, what was counted in it, by which calendar (its key and the hash of its content), against
which target, and why it ended where it did. Rules:

- Within one generation what ran adds up to ``elapsed_s``; what stood still has its own account.
- A closed span is never counted again. A day of the calendar that changes, a target, a priority or
  a calendar that is exchanged ends the open span at the moment the clock takes notice, with what
  the calendar of before counted until then; what follows is counted by the one in force. So what
  has elapsed never goes down, and a breach on record stays.
- Thresholds stand on the clock's own time: a rung «two hours before the deadline» is due when
  ``target - 7200`` business seconds have run, whatever nights, days off and pauses lie between.
- Rungs fire in the order in which they are written: one is never due before those that precede it.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any, Protocol

RUN, STILL = "run", "still"
BREACH = "breach"


@dataclass(frozen=True, slots=True)
class Span:
    """A closed span; ``seconds`` are those its calendar was open, ``why`` and ``party`` its end.

    Of a standstill ``why`` and ``party`` say for what and whom it waited; of a span that ran why
    it was ended although the clock went on (``calendar``, ``target``), else nothing.
    """

    kind: str
    start: datetime
    end: datetime
    seconds: int
    target_s: int
    calendar: str
    counted_by: str
    generation: int = 1
    why: str = ""
    party: str = ""

    @property
    def wall_s(self) -> int:
        """Seconds on the wall."""
        return int((self.end - self.start).total_seconds())

    def data(self) -> dict[str, Any]:
        """As JSON holds it."""
        found = asdict(self)
        found["start"], found["end"] = self.start.isoformat(), self.end.isoformat()
        return found

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> "Span":
        """From what ``data`` gave."""
        moments = {name: datetime.fromisoformat(data[name]) for name in ("start", "end")}
        return cls(**{**data, **moments})


def ran(spans: Iterable[Span], generation: int) -> int:
    """Business seconds that ran in a generation."""
    return sum(s.seconds for s in spans if s.kind == RUN and s.generation == generation)


def pauses(spans: Iterable[Span]) -> dict[tuple[str, str], tuple[int, int]]:
    """Per reason and party what stood still: business seconds, seconds on the wall."""
    found: dict[tuple[str, str], tuple[int, int]] = defaultdict(lambda: (0, 0))
    for span in spans:
        if span.kind == STILL:
            open_s, wall_s = found[span.why, span.party]
            found[span.why, span.party] = open_s + span.seconds, wall_s + span.wall_s
    return dict(found)


def faults(spans: Sequence[Span]) -> list[str]:
    """What is wrong with a ledger: spans out of order, overlapping, longer than the wall."""
    found = [f"a span ends at {s.end} before it begins" for s in spans if s.end < s.start]
    found += [
        f"{s.seconds} s are counted in {s.wall_s} s from {s.start}"
        for s in spans
        if not 0 <= s.seconds <= s.wall_s
    ]
    found += [f"spans overlap at {b.start}" for a, b in pairwise(spans) if b.start < a.end]
    return found


class Step(Protocol):
    """A rung of a ladder in the model; exactly one of its moments is set."""

    @property
    def percent(self) -> int | None: ...
    @property
    def before_s(self) -> int | None: ...
    @property
    def after_s(self) -> int | None: ...


@dataclass(frozen=True, slots=True)
class Threshold:
    """Something that happens when ``at_s`` business seconds have run; ``number`` from 1 of rungs.

    ``kind`` is what a clock keeps as its next one: ``warn75``, ``rung2``, ``breach``.
    """

    kind: str
    at_s: int
    number: int = 0


def share_of(target_s: int, percent: int) -> int:
    """Business seconds after which a share of the target is used, rounded up."""
    return -(-target_s * percent // 100)


def rung_at(rung: Step, target_s: int) -> int:
    """Business seconds after which a rung is due, before others are looked at."""
    if rung.percent is not None:
        return share_of(target_s, rung.percent)
    if rung.before_s is not None:
        return max(0, target_s - rung.before_s)
    return target_s + (rung.after_s or 0)


def thresholds(
    target_s: int, warn_at: Collection[int], ladder: Sequence[Step] = ()
) -> list[Threshold]:
    """All thresholds of a clock in the order in which they fire."""
    found = [(share_of(target_s, p), 0, Threshold(f"warn{p}", 0, p)) for p in sorted(warn_at)]
    found = [one for one in found if one[0] < target_s]
    after = False
    reached = 0
    for number, rung in enumerate(ladder, 1):
        reached = max(reached, rung_at(rung, target_s))
        after = after or rung.after_s is not None
        found.append((reached, 3 if after else 1, Threshold(f"rung{number}", 0, number)))
    found.append((target_s, 2, Threshold(BREACH, 0)))
    found.sort(key=lambda one: one[:2])
    return [Threshold(one.kind, at_s, one.number) for at_s, _place, one in found]


def next_of(
    found: Iterable[Threshold], *, warned: Collection[int], rungs: Collection[int], breached: bool
) -> Threshold | None:
    """The first that has not fired."""
    for one in found:
        if one.kind == BREACH:
            fired = breached
        else:
            fired = one.number in (warned if one.kind.startswith("warn") else rungs)
        if not fired:
            return one
    return None


def ladder_words(rung: Step) -> tuple[str, int]:
    """How an event names the moment of a rung: its kind and its number."""
    if rung.percent is not None:
        return "percent", rung.percent
    if rung.before_s is not None:
        return "before", rung.before_s
    return "after", rung.after_s or 0
