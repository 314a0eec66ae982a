"""The ledger as lines of JSON, complete enough for an outsider to recompute every figure."""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db import connection

from esm.events.sealing import SEALED
from esm.events.types import moment_text

BATCH = 2000

ROWS = f"""
SELECT {", ".join("e." + name for name in SEALED)}, e.id, e.prev_hash, e.hash, p.content, p.salt
FROM events_event e LEFT JOIN events_eventprivate p ON p.event_id = e.id
{{where}} ORDER BY e.chain COLLATE "C", e.seq
"""
# What two runs of the same history differ in.
UNSTABLE = ("id", "recorded_at", "private_hash", "prev_hash", "hash", "salt")


def lines(*, since: datetime | None = None, stable: bool = False) -> Iterator[dict[str, Any]]:
    """Events by chain, then number, as dicts of plain JSON values.

    Hashes and salts are in hex, ``private`` is null where nothing private was recorded or it was
    erased. ``since`` keeps events that occurred then or later. ``stable`` leaves out what two
    runs of the same history differ in. Must run within a transaction.
    """
    where, params = ("WHERE e.occurred_at >= %s", [since]) if since else ("", [])
    names = (*SEALED, "id", "prev_hash", "hash", "private", "salt")
    with connection.chunked_cursor() as cursor:
        cursor.execute(ROWS.format(where=where), params)
        while rows := cursor.fetchmany(BATCH):
            for values in rows:
                row = {name: _plain(name, value) for name, value in zip(names, values, strict=True)}
                yield {k: v for k, v in row.items() if not stable or k not in UNSTABLE}


def _plain(name: str, value: Any) -> Any:
    if value is None:
        return None
    if name in ("data", "private"):
        return json.loads(value)
    if name == "bucket":
        return value.isoformat()
    if isinstance(value, datetime):
        return moment_text(value)
    if isinstance(value, bytes | memoryview):
        return bytes(value).hex()
    return value
