"""The sweep: clocks whose next threshold has come warn or breach, exactly once.

Requests are locked first, skipping those somebody works on; their due clocks are then read again
under the lock. Locking clocks first deadlocks with steps. A bad request must not stop a batch.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

import structlog
from django.db import transaction
from django.db.models import Q

from esm.common import clock, failpoints
from esm.events.actors import SYSTEM
from esm.events.services import ledger
from esm.events.services.skew import guard
from governance.blueprint.kinds.workflows import ClockPolicy
from workflows import locks
from workflows.engine import clockwork
from workflows.event_types.clocks import ClockBreached, ClockEscalated, ClockWarned
from workflows.models import Clock
from workflows.selectors import calendars
from workflows.services import clock_rows, clocks
from workflows.services.case import Case

BATCH = 200
log = structlog.get_logger()


def due(now: datetime) -> Q:
    """Breach only after the due moment (elapsed equal to target is met); warnings on it."""
    return Q(next_due__lt=now) | (Q(next_due=now) & ~Q(next_kind="breach"))


def sweep(limit: int = BATCH) -> int:
    """Fire what is due; the number of thresholds that fired. Loops past locked requests."""
    guard()
    fired, after = 0, None
    while True:
        now = clock.now().replace(microsecond=0)
        rows = Clock.objects.filter(due(now), state=Clock.State.RUNNING)
        if after is not None:
            rows = rows.filter(Q(next_due__gt=after[0]) | Q(next_due=after[0], pk__gt=after[1]))
        head = list(
            rows.order_by("next_due", "pk").values_list("next_due", "pk", "request_id")[:limit]
        )
        if not head:
            return fired
        fired += _fire({request_id for _, _, request_id in head}, now)
        after = head[-1][:2]
        if len(head) < limit:
            return fired


def _fire(request_ids: set[int], now: datetime) -> int:
    ids = sorted(request_ids)
    try:
        return _fire_batch(ids, now)
    except Exception:
        if len(ids) == 1:
            log.exception("sweep.request_failed", request_id=ids[0])
            return 0
    return sum(_fire({one}, now) for one in ids)


@transaction.atomic
def _fire_batch(ids: Sequence[int], now: datetime) -> int:
    requests = locks.requests_skipping(ids)
    failpoints.hit("sweep.after_lock")
    by_request: dict[int, list[Clock]] = defaultdict(list)
    rows = Clock.objects.filter(
        due(now), request_id__in=[r.pk for r in requests], state=Clock.State.RUNNING
    )
    for row in rows.order_by("request_id", "next_due", "pk"):
        by_request[row.request_id].append(row)
    fired, changed, entries = 0, [], []
    for request in requests:
        mine = by_request.get(request.pk)
        if mine:
            case = Case.of(request, SYSTEM)
            for row in mine:
                fired += _fire_clock(case, row, now)
            changed.extend(mine)
            entries.append(ledger.Entry(request, case.events, now))
    if changed:
        clock_rows.write_rows([], changed, clock_rows.FIRED)
        ledger.record_many(entries, actor=SYSTEM)
        failpoints.hit("sweep.before_commit")
    return fired


def _fire_clock(case: Case, row: Clock, now: datetime) -> int:
    """Fire every threshold of one clock that has passed; the row then carries the next one."""
    calendar = calendars.counting(case.blueprint, row.calendar_key, row.counted_by)
    policy = clocks.policy_for(case.blueprint, row)
    fired = 0
    while row.next_due is not None:
        breach = row.next_kind == "breach"
        if row.next_due > now or (breach and row.next_due == now):
            break
        if breach:
            row.breached_at, row.detected_at = row.due_at, now
            case.events.append(ClockBreached(clock=row.seq, due_at=row.next_due.isoformat()))
        elif row.next_kind.startswith("rung"):
            case.events.append(_climb(row, policy))
        else:
            percent = int(row.next_kind.removeprefix("warn"))
            row.warned = [*row.warned, percent]
            case.events.append(ClockWarned(clock=row.seq, percent=percent))
        row.next_kind, row.next_due = clocks.next_threshold(row, calendar, policy)
        fired += 1
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
