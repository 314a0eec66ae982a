"""Sweeps over rows that a bad row cannot stop: what raises or kills is found and set aside.

A sweep writes down what it takes in hand, and strikes it out in the transaction that does the work.
What a process leaves in hand when it dies is under suspicion, as is every row of a batch that
raised: each is worked alone from then on, its attempt counted before the work. After five it is
given up and waits for a person.
"""

import logging
import time
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from django.db import connection, transaction
from django.db.models import QuerySet

from esm.events.models import Suspect
from esm.events.selectors.health import MAX_ATTEMPTS

log = logging.getLogger(__name__)

# For rows in hand whose process cannot be told dead by its connection (s).
LEASE_S = 60
# How long to wait after the first, second … attempt (s): also the time one attempt may take.
WAITS_S = (2, 5, 10, 20, 20)
# How often a process looks for them (s).
LOOK_S = 1.0
# Suspects of one run, each in a transaction of its own.
SUSPECTS = 50
DIED = "The process ended while it worked on this."

# Keys that a batch must leave alone: suspects, and what another process has in hand.
TAKEN = """
SELECT key FROM events_suspect WHERE sweep = %(sweep)s
UNION ALL SELECT unnest(keys) FROM events_inhand WHERE sweep = %(sweep)s
"""

# In hand of nobody: the connection that took them is gone, or its lease is over.
LEFT = """
WITH gone AS (
    DELETE FROM events_inhand h
    WHERE h.sweep = %(sweep)s AND (h.lease_until < clock_timestamp() OR NOT EXISTS (
        SELECT 1 FROM pg_stat_activity a WHERE a.pid = h.backend AND a.backend_start = h.begun))
    RETURNING keys)
INSERT INTO events_suspect (sweep, key, attempts, due_at, error)
SELECT DISTINCT %(sweep)s, key, 1, clock_timestamp(), %(died)s FROM gone, unnest(keys) AS key
ON CONFLICT (sweep, key) DO NOTHING
"""

TAKE = """
INSERT INTO events_inhand (sweep, keys, backend, begun, lease_until)
SELECT %s, %s::bigint[], pid, backend_start, clock_timestamp() + %s * interval '1 second'
FROM pg_stat_activity WHERE pid = pg_backend_pid() RETURNING id
"""

# The due moment of a suspect in work is when somebody else may try it: its lease.
TRY = """
INSERT INTO events_suspect AS s (sweep, key, attempts, due_at)
VALUES (%(sweep)s, %(key)s, 1, clock_timestamp() + (%(waits)s::int[])[1] * interval '1 second')
ON CONFLICT (sweep, key) DO UPDATE SET attempts = s.attempts + 1, due_at = clock_timestamp()
    + (%(waits)s::int[])[least(s.attempts + 1, %(most)s)] * interval '1 second'
WHERE s.state = 'due' AND s.due_at <= clock_timestamp()
RETURNING attempts
"""

_looked: dict[str, float] = {}


def look_now() -> None:
    """Have the next run of every sweep look for suspects."""
    _looked.clear()


def taken(sweep: str) -> list[int]:
    """Keys that a batch must leave alone; few."""
    with connection.cursor() as cursor:
        cursor.execute(TAKEN, {"sweep": sweep})
        return [key for (key,) in cursor.fetchall()]


def given_up(sweep: str) -> QuerySet[Suspect, int]:
    """Keys that wait for a person, as a query."""
    rows = Suspect.objects.filter(sweep=sweep, state=Suspect.State.DEAD)
    return rows.order_by().values_list("key", flat=True)


class Swept(NamedTuple):
    """What a batch did: effects, and how many of its keys were free to be worked on."""

    effects: int
    held: int


Work = Callable[[Sequence[int]], Swept]


def recover(sweep: str, work: Work) -> int:
    """Put under suspicion what dead processes left, and try due suspects; the effects.

    Does nothing when this process did so less than a second ago.
    """
    if time.monotonic() - _looked.get(sweep, -LOOK_S) < LOOK_S:
        return 0
    _looked[sweep] = time.monotonic()
    with connection.cursor() as cursor:
        cursor.execute(LEFT, {"sweep": sweep, "died": DIED})
        cursor.execute(
            "SELECT key FROM events_suspect WHERE sweep = %s AND state = 'due'"
            " AND due_at <= clock_timestamp() ORDER BY attempts, due_at, key LIMIT %s",
            [sweep, SUSPECTS],
        )
        keys = [key for (key,) in cursor.fetchall()]
    return sum(alone(sweep, key, work) for key in keys)


def batch(sweep: str, keys: Sequence[int], work: Work) -> Swept:
    """Work on the keys in one transaction; each alone when that raises."""
    ticket = _take(sweep, keys)
    try:
        with transaction.atomic():
            _put_down(ticket)
            return work(keys)
    except Exception:
        # A database that went away says nothing about the rows.
        if not connection.in_atomic_block and not connection.is_usable():
            raise
        log.exception("%s: a batch of %s failed; its rows are worked one by one", sweep, len(keys))
    done = sum(alone(sweep, key, work) for key in keys)
    _put_down(ticket)
    return Swept(done, 0)


def alone(sweep: str, key: int, work: Work) -> int:
    """One attempt at one row; counted first, so that a row which kills is given up as well."""
    attempt = _count(sweep, key)
    if attempt is None:
        return 0
    if attempt > MAX_ATTEMPTS:
        _fail(sweep, key, attempt, "")
        return 0
    try:
        with transaction.atomic():
            done = work([key])
            if done.held:
                _forget(sweep, key)
    except Exception as error:
        if not connection.in_atomic_block and not connection.is_usable():
            raise
        log.exception("%s: %s failed, attempt %s", sweep, key, attempt)
        _fail(sweep, key, attempt, f"{type(error).__name__}: {error}")
        return 0
    if not done.held:
        # Somebody else works on it: that was no attempt.
        _run(
            "UPDATE events_suspect SET attempts = attempts - 1, due_at = clock_timestamp()"
            " WHERE sweep = %s AND key = %s",
            [sweep, key],
        )
    return done.effects


def again(pks: Sequence[int]) -> None:
    """Try these suspects again, from the first attempt."""
    _run(
        "UPDATE events_suspect SET state = 'due', attempts = 0, due_at = clock_timestamp()"
        " WHERE id = ANY(%s::bigint[])",
        [list(pks)],
    )


def _take(sweep: str, keys: Sequence[int]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(TAKE, [sweep, list(keys), LEASE_S])
        return int(cursor.fetchone()[0])


def _put_down(ticket: int) -> None:
    _run("DELETE FROM events_inhand WHERE id = %s", [ticket])


def _count(sweep: str, key: int) -> int | None:
    """The number of this attempt; None when another process tries it, or it was given up."""
    with connection.cursor() as cursor:
        waits: dict[str, Any] = {"waits": list(WAITS_S), "most": len(WAITS_S)}
        cursor.execute(TRY, waits | {"sweep": sweep, "key": key})
        row = cursor.fetchone()
    return row and int(row[0])


def _forget(sweep: str, key: int) -> None:
    _run("DELETE FROM events_suspect WHERE sweep = %s AND key = %s", [sweep, key])


def _fail(sweep: str, key: int, attempt: int, error: str) -> None:
    """Note why; after the last attempt give it up."""
    _run(
        "UPDATE events_suspect SET attempts = least(attempts, %s), error = coalesce("
        "nullif(%s, ''), nullif(error, ''), %s), state = CASE WHEN %s THEN 'dead' ELSE state END"
        " WHERE sweep = %s AND key = %s",
        [MAX_ATTEMPTS, error[:2000], DIED, attempt >= MAX_ATTEMPTS, sweep, key],
    )


def _run(sql: str, params: Sequence[Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
