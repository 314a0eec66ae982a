"""What figures are made of: groups of requests and of handoffs, whichever way they were counted.

``of`` makes a group from rows, exactly; selectors make the same groups from what was counted
beforehand. Groups add up. Figures (``figures.py``) take groups and do not know where they are from.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from valueflow.engine.summary import Ages, CaseRow, HandoffRow, OpenRow, Times
from valueflow.engine.tally import Tally, merged

# How a promise may stand today that was already broken at an earlier moment.
LATE = ("missed", "running", "none")


def is_late(case: CaseRow, at: datetime) -> bool:
    """Its promise was broken by ``at``: due before, and neither kept nor standing still.

    A promise that ended with a withdrawal after ``at`` was still running then.
    """
    return case.due_at is not None and case.due_at < at and case.promise in LATE


@dataclass(frozen=True, slots=True)
class Both:
    """One spread of durations in both times, in seconds."""

    calendar: Tally = field(default_factory=Tally)
    business: Tally = field(default_factory=Tally)

    @classmethod
    def of(cls, rows: Sequence[Times]) -> "Both":
        """From rows; what was not measured in one time is not counted there."""
        return cls(
            Tally([row.calendar for row in rows if row.calendar is not None]),
            Tally([row.business for row in rows if row.business is not None]),
        )

    def quantile(self, share: float) -> Times:
        """A quantile in both times."""
        return Times(self.calendar.quantile(share), self.business.quantile(share))

    @property
    def mean(self) -> Times:
        """The mean in both times."""
        return Times(self.calendar.mean, self.business.mean)

    @property
    def sum(self) -> Times:
        """The sum in both times; None where nothing was measured."""
        return Times(self.calendar.sum, self.business.sum)

    @property
    def exact(self) -> bool:
        """Quantiles are those of the rows."""
        return self.calendar.exact and self.business.exact


def both(parts: Iterable[Both]) -> Both:
    """Many together."""
    found = list(parts)
    return Both(merged(part.calendar for part in found), merged(part.business for part in found))


@dataclass(frozen=True, slots=True)
class Done:
    """Finished requests: lead times, what was promised, what was worked.

    ``days`` are lead times in business days of each one's calendar; ``touched`` counts those whose
    touch time is known; ``clean`` went through without a return.
    """

    n: int = 0
    met: int = 0
    missed: int = 0
    clean: int = 0
    touched: int = 0
    touch_s: int = 0
    estimated_s: int = 0
    lead: Both = field(default_factory=Both)
    days: Tally = field(default_factory=Tally)

    @classmethod
    def of(cls, cases: Iterable[CaseRow]) -> "Done":
        """From rows."""
        rows = list(cases)
        touches = [case.touch_s for case in rows if case.touch_s is not None]
        return cls(
            n=len(rows),
            met=sum(case.promise == "met" for case in rows),
            missed=sum(case.promise == "missed" for case in rows),
            clean=sum(case.first_pass for case in rows),
            touched=len(touches),
            touch_s=sum(touches),
            estimated_s=sum(case.touch_estimated_s for case in rows),
            lead=Both.of([case.lead for case in rows]),
            days=Tally([c.lead.business / c.day_s for c in rows if c.lead.business is not None]),
        )

    @classmethod
    def all(cls, parts: Iterable["Done"]) -> "Done":
        """Many groups together."""
        found = list(parts)
        return cls(
            n=sum(part.n for part in found),
            met=sum(part.met for part in found),
            missed=sum(part.missed for part in found),
            clean=sum(part.clean for part in found),
            touched=sum(part.touched for part in found),
            touch_s=sum(part.touch_s for part in found),
            estimated_s=sum(part.estimated_s for part in found),
            lead=both(part.lead for part in found),
            days=merged(part.days for part in found),
        )


def done(finished: "Done | Iterable[CaseRow]") -> Done:
    """A group of the finished, made from rows where rows are given."""
    return finished if isinstance(finished, Done) else Done.of(finished)


@dataclass(frozen=True, slots=True)
class Flying:
    """How many are in flight at a moment, and how many of them are late."""

    n: int = 0
    late: int = 0

    @classmethod
    def of(cls, in_flight: Sequence[CaseRow], at: datetime) -> "Flying":
        """From rows."""
        return cls(len(in_flight), sum(is_late(case, at) for case in in_flight))


def flying(in_flight: "Flying | Sequence[CaseRow]", at: datetime) -> Flying:
    """What is in flight, counted where rows are given."""
    return in_flight if isinstance(in_flight, Flying) else Flying.of(in_flight, at)


@dataclass(frozen=True, slots=True)
class Flow:
    """One group of requests in a period: sent and finished in it, in flight at its end."""

    sent: int = 0
    done: Done = field(default_factory=Done)
    flying: Flying = field(default_factory=Flying)


@dataclass(frozen=True, slots=True)
class Offers:
    """Handoffs: first offers, how many of them came back, and what they cost.

    ``wait`` is offered to accepted of all accepted offers; ``lost`` of first offers, ``days`` the
    same in business days of the receiver. ``answered`` first offers had a time to respond, ``kept``
    of them kept it.
    ``reasons`` counts (reason, agreement); ``cases`` are the requests, where rows were counted.
    """

    n: int = 0
    back: int = 0
    offers: int = 0
    answered: int = 0
    kept: int = 0
    wait: Both = field(default_factory=Both)
    lost: Both = field(default_factory=Both)
    days: Tally = field(default_factory=Tally)
    reasons: Mapping[tuple[str, str], int] = field(default_factory=dict)
    cases: frozenset[int] = frozenset()

    @classmethod
    def of(cls, rows: Iterable[HandoffRow]) -> "Offers":
        """From rows."""
        found = list(rows)
        first = [row for row in found if row.attempt == 1]
        lost = [row for row in first if row.lost.business is not None]
        return cls(
            n=len(first),
            back=sum(row.sent_back for row in first),
            offers=len(found),
            answered=sum(row.met is not None for row in first),
            kept=sum(row.met is True for row in first),
            wait=Both.of([row.wait for row in found if row.outcome == "accepted"]),
            lost=Both.of([row.lost for row in first]),
            days=Tally([(row.lost.business or 0) / row.day_s for row in lost]),
            reasons=Counter((row.reason, row.agreement) for row in found if row.reason),
            cases=frozenset(row.case for row in found),
        )

    @classmethod
    def all(cls, parts: Iterable["Offers"]) -> "Offers":
        """Many groups together."""
        found = list(parts)
        reasons: Counter[tuple[str, str]] = Counter()
        for part in found:
            reasons.update(part.reasons)
        return cls(
            n=sum(part.n for part in found),
            back=sum(part.back for part in found),
            offers=sum(part.offers for part in found),
            answered=sum(part.answered for part in found),
            kept=sum(part.kept for part in found),
            wait=both(part.wait for part in found),
            lost=both(part.lost for part in found),
            days=merged(part.days for part in found),
            reasons=reasons,
            cases=frozenset().union(*(part.cases for part in found)),
        )


@dataclass(frozen=True, slots=True)
class Steps:
    """One step over the finished: requests that needed it, how long it held them, its offers.

    ``stay`` is of each visit, ``wait`` offered to accepted; ``n`` counts requests, ``first`` first
    offers, ``back`` those that came back.
    """

    n: int = 0
    first: int = 0
    back: int = 0
    stay: Both = field(default_factory=Both)
    wait: Both = field(default_factory=Both)

    @classmethod
    def of(cls, stays: Sequence[tuple[int, Times]], offers: Sequence[HandoffRow]) -> "Steps":
        """From visits (request, stay) and the handoffs to the step."""
        first = [row for row in offers if row.attempt == 1]
        return cls(
            n=len({case for case, _stay in stays}),
            first=len(first),
            back=sum(row.sent_back for row in first),
            stay=Both.of([stay for _case, stay in stays]),
            wait=Both.of([row.wait for row in offers if row.outcome == "accepted"]),
        )

    @property
    def held(self) -> Times:
        """Mean stay per request that needed the step, its rework included."""
        stay = self.stay.sum
        return Times(
            None if stay.calendar is None else stay.calendar / self.n,
            None if stay.business is None else stay.business / self.n,
        )


def is_old(age: Times, promise_s: int) -> bool:
    """Older than its promise, both in business seconds of the service's calendar."""
    return bool(promise_s) and age.business is not None and age.business > promise_s


def ages(rows: Iterable[OpenRow]) -> tuple[Ages, ...]:
    """Work in flight by stream, most first."""
    streams: dict[str, list[OpenRow]] = {}
    for row in rows:
        streams.setdefault(row.stream, []).append(row)
    return in_order(
        Ages(
            stream=stream,
            n=len(found),
            old=sum(is_old(row.age, row.promise_s) for row in found),
            promise_days=max(row.promise_s / row.day_s for row in found),
            drawn=tuple((row.age.business or 0) / row.day_s for row in found),
        )
        for stream, found in streams.items()
    )


def in_order(found: Iterable[Ages]) -> tuple[Ages, ...]:
    """Most first."""
    return tuple(sorted(found, key=lambda row: (-row.n, row.stream)))
