"""Messages to webhooks that are ours for a while: claimed one an endpoint, given back together.

Everything is asked once for all that are claimed together, and written once for all that end
together. What is written counts only where the endpoint's lease is still ours.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID, uuid4

from django.db import OperationalError, connection, transaction

from esm.common import clock
from esm.common.postgresql import presence
from esm.events.models import WebhookEndpoint
from esm.events.registry import EventRow
from esm.events.sealing import canonical
from esm.events.selectors.events import events_by_id
from esm.events.types import moment_text

log = logging.getLogger(__name__)
One = TypeVar("One")

LEASE_S = 30
# So many failures in a row open the breaker, for longer each time a probe fails too.
TRIPS_AFTER = 5
OPEN_S = (30, 60, 120, 300, 600, 1800)

CLAIM = """
WITH free AS (
    SELECT w.id FROM events_webhookendpoint w
    WHERE w.state = 'active' AND (w.probe_at IS NULL OR w.probe_at <= %(now)s)
      AND (w.lease_until IS NULL OR w.lease_until < clock_timestamp())
      AND EXISTS (SELECT 1 FROM events_delivery d WHERE d.queue = 'webhooks' AND d.state = 'due'
                  AND d.item = w.id::text AND d.due_at <= %(now)s)
    ORDER BY w.turn_at NULLS FIRST, w.id LIMIT %(limit)s FOR NO KEY UPDATE SKIP LOCKED),
next AS (
    SELECT free.id AS endpoint, d.id, d.event_id FROM free CROSS JOIN LATERAL (
        SELECT id, event_id FROM events_delivery d WHERE d.queue = 'webhooks' AND d.state = 'due'
          AND d.item = free.id::text AND d.due_at <= %(now)s ORDER BY id LIMIT 1) d),
taken AS (
    UPDATE events_webhookendpoint w SET turn_at = clock_timestamp(), lease_token = %(token)s,
        lease_until = clock_timestamp() + %(lease)s * interval '1 second'
    FROM next WHERE w.id = next.endpoint RETURNING w.id)
UPDATE events_delivery d SET attempts = d.attempts + 1, lease_token = %(token)s,
    lease_until = clock_timestamp() + %(lease)s * interval '1 second'
FROM next JOIN taken ON taken.id = next.endpoint
    LEFT JOIN events_webhookmessage m ON m.endpoint_id = next.endpoint
        AND m.event_id = next.event_id
WHERE d.id = next.id
RETURNING d.id, next.endpoint, d.event_id, d.bucket, d.attempts, d.error, m.id, m.sequence,
    m.first_at
"""

# Ends of claims. Sums of the breaker are made here, of the row as it is: somebody may have resumed
# the endpoint meanwhile. Messages and deliveries follow the endpoint's lease.
END = f"""
WITH v AS MATERIALIZED (SELECT * FROM json_to_recordset(%(rows)s::json) AS v(
    delivery bigint, endpoint bigint, token uuid, event bigint, fate text, dead boolean,
    due timestamptz, error text, number int, pause float, duration_ms int, status smallint,
    sentence text, answer text, cut boolean)),
freed AS (
    UPDATE events_webhookendpoint w SET lease_until = NULL, lease_token = NULL,
        last_success_at = CASE v.fate WHEN 'done' THEN %(now)s ELSE w.last_success_at END,
        last_failure_at = CASE v.fate WHEN 'failed' THEN %(now)s ELSE w.last_failure_at END,
        failures = CASE v.fate WHEN 'done' THEN 0 WHEN 'failed' THEN w.failures + 1
            ELSE w.failures END,
        opened = CASE WHEN v.fate = 'done' THEN 0
            WHEN v.fate = 'failed' AND w.failures + 1 >= {TRIPS_AFTER} THEN w.opened + 1
            ELSE w.opened END,
        probe_at = CASE WHEN v.fate = 'done' THEN NULL
            WHEN v.fate = 'failed' AND w.failures + 1 >= {TRIPS_AFTER} THEN %(now)s + v.pause
                * (%(open)s::int[])[least(w.opened + 1, {len(OPEN_S)})] * interval '1 second'
            ELSE w.probe_at END
    FROM v WHERE w.id = v.endpoint AND w.lease_token = v.token RETURNING v.*, w.opened),
messages AS (
    UPDATE events_webhookmessage m SET
        attempts = m.attempts + (f.fate IN ('done', 'failed', 'gone'))::int,
        last_at = CASE WHEN f.fate IN ('done', 'failed', 'gone') THEN %(now)s ELSE m.last_at END,
        state = CASE WHEN f.fate = 'done' THEN 'delivered'
            WHEN f.dead OR (f.fate = 'hidden' AND m.state = 'waiting') THEN 'failed'
            ELSE m.state END
    FROM freed f WHERE m.endpoint_id = f.endpoint AND m.event_id = f.event
    RETURNING m.id, f.delivery),
tries AS (
    INSERT INTO events_webhookattempt (message_id, number, at, duration_ms, status, error, answer,
        cut)
    SELECT m.id, f.number, %(now)s, f.duration_ms, f.status, f.sentence, f.answer, f.cut
    FROM freed f JOIN messages m USING (delivery) WHERE f.fate IN ('done', 'failed', 'gone')
    ORDER BY m.id),
over AS (
    DELETE FROM events_delivery d USING freed f
    WHERE d.id = f.delivery AND d.lease_token = f.token AND f.fate IN ('done', 'hidden')),
again AS (
    UPDATE events_delivery d SET lease_until = NULL, lease_token = NULL, error = f.error,
        due_at = coalesce(f.due, d.due_at), state = CASE WHEN f.dead THEN 'dead' ELSE d.state END
    FROM freed f
    WHERE d.id = f.delivery AND d.lease_token = f.token AND f.fate IN ('failed', 'ours'))
SELECT delivery, opened FROM freed
"""


@dataclass(frozen=True, slots=True)
class Known:
    """A message that is in the log already."""

    sequence: int
    first_at: datetime


@dataclass(slots=True)
class Claim:
    """One delivery to one endpoint, ours until the lease ends."""

    delivery: int
    endpoint: WebhookEndpoint
    event: EventRow | None
    attempt: int
    error: str
    token: UUID
    known: Known | None = None


@dataclass(slots=True)
class End:
    """What became of a claim.

    ``fate`` is done, failed, gone (it ends by this), hidden (its owner may not see it) or ours (our
    own failure: the endpoint is not to blame). ``dead``: it is given up. ``due``: when it is tried
    again. ``pause`` is the part of the breaker's pause. The rest is of the attempt, if there was
    one.
    """

    fate: str
    dead: bool = False
    due: datetime | None = None
    error: str = ""
    pause: float = 1.0
    duration_ms: int = 0
    status: int | None = None
    sentence: str = ""
    answer: str = ""
    cut: bool = False


def claim(limit: int) -> list[Claim]:
    """Lease endpoints that have something due, one message each; committed at once."""
    if limit <= 0:
        return []
    token = uuid4()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            CLAIM, {"now": clock.now(), "limit": limit, "token": str(token), "lease": LEASE_S}
        )
        rows = cursor.fetchall()
    if not rows:
        return []
    events = events_by_id([(row[3], row[2]) for row in rows])
    # Read anew for each claim, so that what an owner lost a moment ago counts.
    found = WebhookEndpoint.objects.select_related("owner__serviceaccount")
    endpoints = found.prefetch_related("secrets").in_bulk([row[1] for row in rows])
    return [
        Claim(
            delivery=pk,
            endpoint=endpoints[endpoint],
            event=events.get(event_id),
            attempt=attempts,
            error=error,
            token=token,
            known=Known(sequence, first_at) if message else None,
        )
        for pk, endpoint, event_id, _, attempts, error, message, sequence, first_at in rows
    ]


def end(ends: Sequence[tuple[Claim, End]]) -> dict[int, int]:
    """Write down what became of claims and give their endpoints back, in one statement.

    Returns, by delivery, how often in a row the breaker of its endpoint was opened; those whose
    lease was lost are not in it, and nothing is written of them.
    """
    rows = [
        {
            "delivery": one.delivery,
            "endpoint": one.endpoint.pk,
            "token": str(one.token),
            "event": one.event.id if one.event else None,
            "number": one.attempt,
            **asdict(what),
            "due": moment_text(what.due) if what.due else None,
        }
        for one, what in sorted(ends, key=lambda pair: pair[0].endpoint.pk)
    ]
    given: dict[str, Any] = {
        "rows": canonical(rows).decode(),
        "now": clock.now(),
        "open": list(OPEN_S),
    }
    with connection.cursor() as cursor:
        cursor.execute(END, given)
        return dict(cursor.fetchall())


def together(
    rows: Sequence[One],
    work: Callable[[Sequence[One]], None],
    failed: Callable[[One, Exception], None],
) -> None:
    """Do it for all of them in one go; where that fails for each alone, and say which one it was.

    Whatever an app does with one event, the other messages must not wait for it. Raises
    OperationalError: without a database nobody is to blame. One that takes too long is alone to
    blame.
    """
    if not rows:
        return
    try:
        with transaction.atomic():
            work(rows)
    except Exception as error:
        if isinstance(error, OperationalError) and presence.reason(error) != presence.LONG:
            raise
        if len(rows) == 1:
            failed(rows[0], error)
            return
        for row in rows:
            together([row], work, failed)
