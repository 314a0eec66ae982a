"""The sweep: clocks whose next threshold has come warn or breach, exactly once.

Requests are locked first, skipping those somebody works on; their due clocks are then read again
under the lock. Locking clocks first deadlocks with steps. A bad request must not stop a batch:
``esm.events.services.quarantine`` finds it and sets it aside.
"""

import os
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from django.db import connection

from esm.common import clock, failpoints
from esm.events.actors import SYSTEM
from esm.events.services import ledger, quarantine
from esm.events.services.quarantine import Swept
from esm.events.services.skew import guard
from esm.events.types import DomainEvent
from governance.blueprint.blueprint import Blueprint
from governance.blueprint.kinds.workflows import ClockPolicy
from governance.selectors import versions
from workflows import locks
from workflows.calendars import BusinessCalendar
from workflows.engine import clockwork
from workflows.engine.clockwork import Threshold
from workflows.event_types.clocks import ClockBreached, ClockEscalated, ClockWarned
from workflows.models import Clock
from workflows.selectors import calendars
from workflows.services import clock_rows, clocks

SWEEP = "clocks"
BATCH = 500
# How often the index is read from its beginning, and how far the mark stays behind: a step may arm
# a clock for a moment that has passed, and commit some time after it looked at the time.
WHOLE_S, MARGIN = 10.0, timedelta(seconds=5)
NEVER = datetime(1900, 1, 1, tzinfo=UTC)
# Where much is due, a transaction takes every eighth request: rows that lie beside each other do
# not change together, so that there is room for the new ones where the old ones lie, and no index
# of requests has to be written. A power of two.
LANES = 8

DUE = f"""
SELECT c.next_due, c.id, c.request_id FROM workflows_clock c
WHERE c.next_due >= %(since)s AND {locks.DUE} AND (c.next_due, c.id) > (%(after)s, %(last)s)
  AND c.request_id NOT IN ({quarantine.TAKEN})
  AND (%(lane)s::int IS NULL OR (c.request_id - %(lane)s::int) & {LANES - 1} < 1)
ORDER BY c.next_due, c.id LIMIT %(limit)s
"""


@dataclass
class _Mark:
    """From where on this process looks for due clocks; what is before has fired.

    Index entries of clocks that fired lie at the head until they are vacuumed: they are not read.
    """

    since: datetime = NEVER
    whole_at: float = -WHOLE_S

    def begin(self) -> datetime:
        """Where to look from: the beginning every few seconds, and where time is injected."""
        if clock.is_injected() or time.monotonic() - self.whole_at >= WHOLE_S:
            self.since, self.whole_at = NEVER, time.monotonic()
        return self.since

    def end(self, left: datetime) -> None:
        """All that was due before this moment has fired."""
        self.since = left - MARGIN


_mark = _Mark()


class _Rule(NamedTuple):
    """What one clock counts and fires by; ``thresholds`` are those of its target."""

    calendar: BusinessCalendar
    policy: ClockPolicy
    thresholds: Sequence[Threshold]


@dataclass
class _Rules:
    """What a batch needs of the pinned versions, looked up once per version and key."""

    calendars: dict[tuple[int, str, str], BusinessCalendar] = field(default_factory=dict)
    policies: dict[tuple[int, str, str], ClockPolicy] = field(default_factory=dict)
    thresholds: dict[tuple[tuple[int, str, str], int], list[Threshold]] = field(
        default_factory=dict
    )
    blueprints: dict[int, Blueprint] = field(default_factory=dict)

    def of(self, version: int, row: Clock) -> "_Rule":
        """What a clock counts and fires by."""
        counted = (version, row.calendar_key, row.counted_by)
        calendar = self.calendars.get(counted)
        if calendar is None:
            calendar = calendars.counting(self._blueprint(version), *counted[1:])
            self.calendars[counted] = calendar
        named = (version, row.metric, row.pause_party)
        policy = self.policies.get(named)
        if policy is None:
            policy = self.policies[named] = clocks.policy_for(self._blueprint(version), row)
        key = (named, row.target_s)
        if key not in self.thresholds:
            self.thresholds[key] = clocks.thresholds(row.target_s, policy)
        return _Rule(calendar, policy, self.thresholds[key])

    def _blueprint(self, version: int) -> Blueprint:
        if version not in self.blueprints:
            self.blueprints[version] = versions.blueprint(version)
        return self.blueprints[version]


def sweep(limit: int = BATCH) -> int:
    """Fire what is due; the number of thresholds that fired. Loops past locked requests."""
    guard()
    fired = quarantine.recover(SWEEP, _fire)
    since, began = _mark.begin(), _now()
    walks = [_walk(since, limit, most=1)]
    if walks[0].full:
        first = os.getpid()
        walks += [_walk(since, limit, (first + n) % LANES) for n in range(LANES)]
    _mark.end(min([walk.left for walk in walks if walk.left], default=began))
    return fired + sum(walk.fired for walk in walks)


@dataclass(slots=True)
class _Walk:
    """One way through what is due: how much fired, since when something is left, was there more."""

    fired: int = 0
    left: datetime | None = None
    full: bool = False


def _walk(since: datetime, limit: int, lane: int | None = None, most: int = 0) -> _Walk:
    """Fire what is due, all of it or of one lane; at most so many batches, 0 for all."""
    walk, after, last, batches = _Walk(), since, 0, 0
    while not most or batches < most:
        head = _due((since, after, last), _now(), limit, lane)
        if head:
            keys = sorted({request_id for _, _, request_id in head})
            swept = quarantine.batch(SWEEP, keys, _fire)
            walk.fired += swept.effects
            if swept.held < len(keys):
                walk.left = walk.left or head[0][0]
            after, last = head[-1][:2]
        batches, walk.full = batches + 1, len(head) == limit
        if not walk.full:
            break
    return walk


def _now() -> datetime:
    return clock.now().replace(microsecond=0)


def _due(
    place: tuple[datetime, datetime, int], now: datetime, limit: int, lane: int | None
) -> list[tuple[datetime, int, int]]:
    """(due moment, clock, request) of the next due clocks of requests that may be taken.

    ``place`` is where to look from, and the clock behind which to go on.
    """
    params: dict[str, Any] = dict(zip(("since", "after", "last"), place, strict=True))
    with connection.cursor() as cursor:
        cursor.execute(DUE, params | {"now": now, "limit": limit, "sweep": SWEEP, "lane": lane})
        found: list[tuple[datetime, int, int]] = cursor.fetchall()
    return found


def _fire(ids: Sequence[int]) -> Swept:
    """Within a transaction: fire what is due of those requests that nobody works on."""
    now = _now()
    requests = locks.heads_skipping(ids)
    failpoints.hit("sweep.after_lock")
    found = {request.pk: request for request in requests}
    rules, events = _Rules(), {}  # type: tuple[_Rules, dict[int, list[DomainEvent]]]
    changed = locks.due_clocks(list(found), now)
    for row in changed:
        rule = rules.of(found[row.request_id].version_id, row)
        events.setdefault(row.request_id, []).extend(_fire_clock(row, rule, now))
    if changed:
        clock_rows.write_fired(changed)
        ledger.record_many(
            [ledger.Entry(found[pk], fired, now) for pk, fired in events.items()], actor=SYSTEM
        )
        failpoints.hit("sweep.before_commit")
    return Swept(sum(map(len, events.values())), len(requests))


def _fire_clock(row: Clock, rule: _Rule, now: datetime) -> list[DomainEvent]:
    """Fire every threshold of one clock that has passed; the row then carries the next one."""
    fired: list[DomainEvent] = []
    while row.next_due is not None:
        breach = row.next_kind == "breach"
        if row.next_due > now or (breach and row.next_due == now):
            break
        if breach:
            row.breached_at, row.detected_at = row.due_at, now
            fired.append(ClockBreached(clock=row.seq, due_at=row.next_due.isoformat()))
        elif row.next_kind.startswith("rung"):
            fired.append(_climb(row, rule.policy))
        else:
            percent = int(row.next_kind.removeprefix("warn"))
            row.warned = [*row.warned, percent]
            fired.append(ClockWarned(clock=row.seq, percent=percent))
        row.next_kind, row.next_due = clocks.next_threshold(row, rule.calendar, rule.thresholds)
    return fired


def _climb(row: Clock, policy: ClockPolicy) -> ClockEscalated:
    """The next rung of the ladder; those before it have fired."""
    number = int(row.next_kind.removeprefix("rung"))
    row.rungs = [*row.rungs, number]
    rung = policy.rungs[number - 1]
    when, amount = clockwork.ladder_words(rung)
    return ClockEscalated(
        clock=row.seq,
        generation=row.generation,
        rung=number,
        when=when,
        amount=amount,
        to=list(rung.to),
        roles=[str(role) for role in rung.roles],
    )


def disarm(ids: Sequence[int]) -> None:
    """Let what is due of these requests never fire; their clocks go on counting."""
    rows = Clock.objects.filter(request_id__in=ids, next_due__lte=clock.now())
    rows.update(next_due=None, next_kind="")
