"""Reading the ledger. Every look-up names the bucket, so that one partition is asked."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from django.db import connection

from esm.events.chains import ChainParent
from esm.events.registry import EventRow

COLUMNS = """
SELECT e.id, e.bucket, e.chain, e.seq, e.type, e.occurred_at, e.actor, e.role, e.team,
       e.department, e.version, e.data, p.content, e.subject, e.on_behalf_of
FROM events_event e LEFT JOIN events_eventprivate p ON p.event_id = e.id
"""


def events_by_id(keys: Iterable[tuple[date, int]]) -> dict[int, EventRow]:
    """Events by (bucket, id)."""
    wanted = sorted(set(keys))
    if not wanted:
        return {}
    rows = _rows(
        "WHERE e.bucket = ANY(%s::date[]) AND e.id = ANY(%s::bigint[])",
        [sorted({bucket for bucket, _ in wanted}), [event_id for _, event_id in wanted]],
    )
    return {row.id: row for row in rows}


def events_of(chains: Mapping[str, date]) -> dict[str, list[EventRow]]:
    """All events of several chains, given with their buckets, each list in order."""
    found: dict[str, list[EventRow]] = {chain: [] for chain in chains}
    if not chains:
        return found
    rows = _rows(
        "WHERE e.bucket = ANY(%s::date[]) AND e.chain = ANY(%s::text[]) ORDER BY e.chain, e.seq",
        [sorted(set(chains.values())), sorted(chains)],
    )
    for row in rows:
        found[row.chain].append(row)
    return found


def events_of_parent(parent: ChainParent, types: Sequence[str] = ()) -> list[EventRow]:
    """All events of one chain (or those of some types), in order."""
    where = "WHERE e.bucket = %s AND e.chain = %s"
    params: list[Any] = [parent.chain_bucket, parent.chain]
    if types:
        where += " AND e.type = ANY(%s::text[])"
        params.append(list(types))
    return _rows(where + " ORDER BY e.seq", params)


def _rows(where: str, params: list[Any]) -> list[EventRow]:
    with connection.cursor() as cursor:
        cursor.execute(COLUMNS + where, params)
        found = cursor.fetchall()
    return [EventRow(*_values(row)) for row in found]


def _values(row: tuple[Any, ...]) -> tuple[Any, ...]:
    """Columns in the order of EventRow's fields; jsonb comes as text."""
    return (*row[:11], json.loads(row[11]), json.loads(row[12] or "{}"), *row[13:])
