"""The change feed: events in the order of the ledger, for whoever follows what they may see.

Ids are given under the lock of the chain, so the order is that in which things happened to each
parent. Read up to ``services.horizon.settled`` and no event is ever skipped or told twice to who
goes on from the position of the page before.
"""

import json
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from esm.events import registries
from esm.events.registry import EventRow

# Ids looked at in one step, and steps in one call: a call costs the same however much is hidden.
WINDOW = 5_000
STEPS = 20
# Events read whole at a time.
CHUNK = 250

# One scan by primary key for each month that has a partition.
SLIM = """
SELECT e.id, e.bucket, e.chain FROM (
    SELECT to_date(right(inhrelid::regclass::text, 7), 'YYYY_MM') AS bucket FROM pg_inherits
    WHERE inhparent = 'events_event'::regclass
      AND inhrelid::regclass::text ~ '[0-9]{{4}}_[0-9]{{2}}$') m
CROSS JOIN LATERAL (
    SELECT id, bucket, chain FROM events_event
    WHERE bucket = m.bucket AND id > %s AND id <= %s {narrow} ORDER BY id) e
ORDER BY e.id
"""
FULL = """
SELECT id, bucket, chain, seq, type, occurred_at, actor, role, team, department, version, data,
       subject, on_behalf_of, encode(hash, 'hex')
FROM events_event WHERE bucket = ANY(%s::date[]) AND id = ANY(%s::bigint[]) ORDER BY id
"""


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What is asked for; empty means all."""

    types: Sequence[str] = ()
    subject: str = ""
    since: datetime | None = None


@dataclass(frozen=True)
class Told:
    """An event with the stable key it has for whoever reads it."""

    event: EventRow
    key: str


@dataclass(frozen=True)
class Stretch:
    """Events told, the position to go on from, and whether there is more already."""

    events: list[Told]
    position: int
    more: bool


def read(user: Any, *, after: int, upto: int, limit: int, wanted: Wanted) -> Stretch:
    """Up to ``limit`` events that the account hears of behind a position, up to the horizon.

    The position moves with what is told, not with what is hidden; only where a hundred thousand
    events held nothing to tell does it move without.
    """
    found: list[Told] = []
    at = after
    for _ in range(STEPS):
        end = min(at + WINDOW, upto)
        if end <= at:
            return Stretch(found, found[-1].event.id if found else after, False)
        for told in _window(user, at, end, wanted):
            if len(found) == limit:
                return Stretch(found, found[-1].event.id, True)
            found.append(told)
        at = end
    return Stretch(found, at, at < upto)


def _window(user: Any, after: int, upto: int, wanted: Wanted) -> Iterator[Told]:
    """What the account hears of between two ids, in order; read as far as it is asked for."""
    parents: dict[str, set[int]] = defaultdict(set)
    slim = [(key, *_parent(chain)) for *key, chain in _slim(after, upto, wanted)]
    for _key, prefix, pk in slim:
        parents[prefix].add(pk)
    seen = {prefix: _visible(user, prefix, pks) for prefix, pks in parents.items()}
    keys = [key for key, prefix, pk in slim if pk in seen[prefix]]
    for begin in range(0, len(keys), CHUNK):
        yield from _heard(user, _full(keys[begin : begin + CHUNK]))


def _parent(chain: str) -> tuple[str, int]:
    prefix, _, pk = chain.rpartition("/")
    return prefix, int(pk)


def _heard(user: Any, rows: Sequence[Told]) -> Iterator[Told]:
    by_prefix: dict[str, list[EventRow]] = defaultdict(list)
    for row in rows:
        by_prefix[_parent(row.event.chain)[0]].append(row.event)
    heard: set[int] = set()
    for prefix, events in by_prefix.items():
        sight = registries.sight_of(prefix)
        heard |= {event.id for event in sight.heard(user, events)} if sight else set()
    return (row for row in rows if row.event.id in heard)


def _visible(user: Any, prefix: str, pks: Collection[int]) -> Collection[int]:
    sight = registries.sight_of(prefix)
    return set(sight.seen(user, pks)) if sight else ()


def _slim(after: int, upto: int, wanted: Wanted) -> list[tuple[int, Any, str]]:
    narrow, params = "", [after, upto]
    more: list[Any] = []
    if wanted.types:
        narrow += " AND type = ANY(%s::text[])"
        more.append(list(wanted.types))
    if wanted.subject:
        narrow += " AND subject = %s"
        more.append(wanted.subject)
    if wanted.since:
        narrow += " AND occurred_at >= %s"
        more.append(wanted.since)
    with connection.cursor() as cursor:
        cursor.execute(SLIM.format(narrow=narrow), [*params, *more])
        return list(cursor.fetchall())


def _full(keys: Sequence[Sequence[Any]]) -> list[Told]:
    with connection.cursor() as cursor:
        ids = [event_id for event_id, _bucket in keys]
        cursor.execute(FULL, [sorted({bucket for _id, bucket in keys}), ids])
        rows = cursor.fetchall()
    return [Told(EventRow(*_values(row)), row[14][:32]) for row in rows]


def _values(row: tuple[Any, ...]) -> tuple[Any, ...]:
    """Columns in the order of EventRow's fields, without the private text."""
    return (*row[:11], json.loads(row[11]), {}, *row[12:14])
