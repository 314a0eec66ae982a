"""Delivering the outbox: claim under a lease, do the work, mark it done.

Effects in the database happen exactly once: effect and done-mark are one transaction. What leaves
the house (mail, webhooks) or asks another program (files) happens at least once, with the same id
in every attempt. Attempts count before the work, so that a delivery that kills its worker is given
up too.
"""

import logging
import time
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.db import connection, transaction

from esm.common import clock, failpoints
from esm.common.errors import Conflict
from esm.events import registry
from esm.events.models import Delivery
from esm.events.registry import Consumer, EventRow, Outgoing
from esm.events.selectors.events import events_by_id
from esm.events.selectors.health import MAX_ATTEMPTS
from esm.events.services.heads import BEGINNING, Head, Place

log = logging.getLogger(__name__)

LEASE_S = 10
BATCH = 20
# How long to wait after the first, second … failure (s). Mail servers are down for longer.
BACK_OFF_S = {"outbox": (1, 5, 30, 120), "mail": (30, 300, 1200, 3600)}

CLAIM = """
WITH due AS (
    SELECT id FROM events_delivery
    WHERE queue = %(queue)s AND state = 'due' AND due_at <= %(now)s
      AND (due_at, id) > (%(after)s, %(last)s)
      AND (lease_until IS NULL OR lease_until < clock_timestamp())
      AND {which}
    ORDER BY due_at, id LIMIT %(limit)s FOR UPDATE SKIP LOCKED)
UPDATE events_delivery d
SET attempts = attempts + 1, lease_token = %(token)s,
    lease_until = clock_timestamp() + %(lease)s * interval '1 second'
FROM due WHERE d.id = due.id
RETURNING d.id, d.event_id, d.bucket, d.item, d.consumer, d.queue, d.attempts, d.due_at
"""
FRESH, TRIED = "attempts = 0", "attempts > 0"
_heads: defaultdict[str, Head] = defaultdict(Head)


@dataclass(frozen=True, slots=True)
class Claim:
    """A delivery this process may work on until its lease ends or somebody else took it."""

    id: int
    event_id: int | None
    item: str
    consumer: str
    queue: str
    attempt: int
    token: UUID
    due_at: datetime
    event: EventRow | None = None


class StaleClaimError(Conflict):
    """The lease ended and somebody else took the delivery."""


@dataclass(slots=True)
class Outcome:
    """What one run of the dispatcher did."""

    done: int = 0
    failed: int = 0
    dead: int = 0
    stale: int = 0

    @property
    def worked(self) -> int:
        return self.done + self.failed + self.dead + self.stale


def dispatch(queue: str = "outbox", *, limit: int = 1000) -> Outcome:
    """Deliver what is due in a queue, at most ``limit`` deliveries; any number may run at once."""
    outcome = Outcome()
    # One that failed before comes first, so that a stream of new ones cannot starve it.
    claims = _claim(queue, TRIED, 1) if _wants_tried(queue) else []
    while True:
        if claims:
            failpoints.hit(f"{queue}.after_claim")
        for one in claims:
            _deliver(one, outcome)
        if outcome.worked >= limit:
            return outcome
        claims = claim(queue, limit=min(BATCH, limit - outcome.worked))
        if not claims:
            return outcome


def drain(queue: str = "outbox") -> int:
    """Deliver until nothing is due, for replays; returns how many. Raises on the first failure."""
    done = 0
    while True:
        outcome = dispatch(queue)
        done += outcome.done
        if outcome.failed or outcome.dead:
            error = Delivery.objects.exclude(error="").order_by("-id").first()
            raise RuntimeError(f"A delivery failed: {error and error.error}")
        if not outcome.worked:
            return done


def claim(queue: str, *, limit: int = BATCH) -> list[Claim]:
    """Lease due deliveries for 10 s. Committed at once, so never call it within a transaction.

    One that was tried before is claimed alone: should it kill the worker, no other one pays. What
    leaves the house is claimed one by one, because it may take most of a lease.
    """
    at_least_once = queue in registry.AT_LEAST_ONCE
    rows = _fresh(queue, 1 if at_least_once else limit)
    return rows or _claim(queue, TRIED, 1)


def forget_heads() -> None:
    """Read every queue from its beginning next time."""
    _heads.clear()


def _wants_tried(queue: str) -> bool:
    return clock.is_injected() or _heads[queue].wants_tried(time.monotonic())


def _fresh(queue: str, limit: int) -> list[Claim]:
    """Lease what was never tried, behind what this process took last where there is much of it."""
    if clock.is_injected():
        return _claim(queue, FRESH, limit)
    head = _heads[queue]
    after = head.begin(time.monotonic())
    rows = _claim(queue, FRESH, limit, after)
    if not rows and after != BEGINNING:
        rows = _claim(queue, FRESH, limit)
    head.end((rows[-1].due_at, rows[-1].id) if len(rows) == limit else None)
    return rows


def _claim(queue: str, which: str, limit: int, after: Place = BEGINNING) -> list[Claim]:
    token = uuid4()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            CLAIM.format(which=which),
            {
                "queue": queue,
                "now": clock.now(),
                "after": after[0],
                "last": after[1],
                "limit": limit,
                "token": str(token),
                "lease": LEASE_S,
            },
        )
        rows = sorted(cursor.fetchall(), key=lambda row: (row[7], row[0]))
    keys = [(bucket, event_id) for _, event_id, bucket, *_ in rows if event_id is not None]
    events = events_by_id(keys)
    return [
        Claim(pk, event_id, item, consumer, in_queue, attempts, token, due, events.get(event_id))
        for pk, event_id, _bucket, item, consumer, in_queue, attempts, due in rows
    ]


def _deliver(one: Claim, outcome: Outcome) -> None:
    """Deliver one claim; a failure is written down and never stops the queue."""
    if one.attempt > MAX_ATTEMPTS:
        # Its last worker died with it before it could say so.
        _bury(one, "The worker ended during each attempt.")
        outcome.dead += 1
        return
    try:
        failpoints.hit(f"deliver.{one.consumer}")
        consumer = registry.consumer(one.consumer)
        if consumer is None:
            raise LookupError(f"No consumer is registered as {one.consumer!r}.")
        if consumer.exactly_once:
            deliver_once(one, consumer)
        else:
            deliver_outside(one, consumer)
        outcome.done += 1
    except StaleClaimError:
        log.warning("Delivery %s is in other hands; what we did of it is undone", one.id)
        outcome.stale += 1
    except Exception as error:
        # Any consumer may fail in any way; the others in the queue must not wait for it.
        log.exception("Delivery %s to %s failed", one.id, one.consumer)
        if _fail(one, f"{type(error).__name__}: {error}"):
            outcome.dead += 1
        else:
            outcome.failed += 1


def deliver_once(one: Claim, consumer: Consumer) -> None:
    """Effect and done-mark in one transaction. Raises StaleClaimError when the lease was lost."""
    with transaction.atomic():
        # The mark comes first: it locks the delivery, so that nobody else can claim it meanwhile.
        finish(one)
        consumer.func(_argument(one, consumer))
        failpoints.hit(f"{one.queue}.after_effect")
    failpoints.hit(f"{one.queue}.after_mark")


def deliver_outside(one: Claim, consumer: Consumer) -> None:
    """Send, then mark. Dying between the two sends again, under the same id."""
    consumer.func(_argument(one, consumer))
    failpoints.hit(f"{one.queue}.after_effect")
    finish(one)
    failpoints.hit(f"{one.queue}.after_mark")


def finish(one: Claim) -> None:
    """Mark done: the row goes, the ledger remembers. Raises StaleClaimError for an old token."""
    gone, _ = Delivery.objects.filter(pk=one.id, lease_token=one.token, state="due").delete()
    if not gone:
        raise StaleClaimError("This delivery is in other hands now.")


def _argument(one: Claim, consumer: Consumer) -> EventRow | Outgoing:
    if consumer.sends:
        return Outgoing(one.id, one.item, one.attempt)
    if one.event is None:
        raise LookupError(f"Event {one.event_id} is not in the ledger.")
    return one.event


def _fail(one: Claim, error: str) -> bool:
    """Note a failed attempt and when to try again; True when it was the last one."""
    if one.attempt >= MAX_ATTEMPTS:
        _bury(one, error)
        return True
    waits = BACK_OFF_S.get(one.queue, BACK_OFF_S["outbox"])
    due = clock.now() + timedelta(seconds=waits[min(one.attempt, len(waits)) - 1])
    Delivery.objects.filter(pk=one.id, lease_token=one.token).update(
        due_at=due, lease_until=None, lease_token=None, error=error[:2000]
    )
    return False


def _bury(one: Claim, error: str) -> None:
    Delivery.objects.filter(pk=one.id, lease_token=one.token).update(
        state=Delivery.State.DEAD, lease_until=None, lease_token=None, error=error[:2000]
    )


def revive(delivery_ids: list[int]) -> int:
    """Try given-up deliveries again from the first attempt; returns how many there were."""
    return Delivery.objects.filter(pk__in=delivery_ids, state=Delivery.State.DEAD).update(
        state=Delivery.State.DUE, attempts=0, due_at=clock.now()
    )
