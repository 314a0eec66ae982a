"""Writing the ledger: ``record`` is the only way in."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import IntegrityError, connection

from esm.common import clock
from esm.common.errors import Conflict
from esm.events import registry
from esm.events.actors import Actor
from esm.events.chains import ChainParent
from esm.events.locks import is_locked, running
from esm.events.sealing import SALT_BYTES, SEALED, Frame, canonical, chained, private_hash
from esm.events.services import touched
from esm.events.services.hints import hint
from esm.events.services.partitions import open_bucket
from esm.events.types import DomainEvent, moment_text, plain

# How rows come in: the JSON that is hashed is the JSON that is stored, with both hashes.
HASHES = ("private_hash", "prev_hash", "hash")
TYPES = {
    "bucket": "date", "seq": "int", "version": "bigint", "data": "jsonb",
    "occurred_at": "timestamptz", "recorded_at": "timestamptz",
}  # fmt: skip
COLUMNS = (*SEALED, "prev_hash", "hash")
EVENTS = (
    f"e AS (INSERT INTO events_event ({', '.join(COLUMNS)}) SELECT "
    + ", ".join(f"decode({c}, 'hex')" if c in HASHES else c for c in COLUMNS)
    + " FROM json_to_recordset(%s::json) AS v("
    + ", ".join(f"{c} {TYPES.get(c, 'text')}" for c in COLUMNS)
    + ") RETURNING id, bucket, chain, seq, type)"
)
ROUTES = """d AS (
    INSERT INTO events_delivery (event_id, bucket, consumer, queue, due_at)
    SELECT e.id, e.bucket, s.consumer, s.queue, %s::timestamptz FROM e JOIN
        json_to_recordset(%s::json) AS s(chain text, seq int, consumer text, queue text)
        ON s.chain = e.chain AND s.seq = e.seq
    ORDER BY e.id)"""
# Whom an event goes to outside: deliveries for every endpoint that chose its type.
WEBHOOKS = """w AS (INSERT INTO events_delivery (event_id, bucket, item, consumer, queue, due_at)
 SELECT e.id, e.bucket, w.id::text, 'webhooks.send', 'webhooks', %s::timestamptz
 FROM e JOIN events_webhookendpoint w ON w.state <> 'ended' AND e.type <> 'webhook.tested'
 AND w.types && ARRAY[e.type, split_part(e.type, '.', 1) || '.*', '*']::varchar[]
 ORDER BY e.id RETURNING 1)"""
STALE = "Somebody else changed this meanwhile. Load it again."


@dataclass(frozen=True, slots=True)
class Entry:
    """Events of one chain; ``at`` is when they happened, None for now.

    ``columns`` are further columns of the parent, written by the same statement.
    """

    parent: ChainParent
    events: Sequence[DomainEvent]
    at: datetime | None = None
    columns: Mapping[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class _Head:
    parent: ChainParent
    before: int
    seq: int
    hash: bytes
    columns: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class _Batch:
    """Values of the one statement."""

    events: list[str] = field(default_factory=list)
    keys: list[tuple[str, int]] = field(default_factory=list)
    private: list[tuple[Any, ...]] = field(default_factory=list)
    routes: list[tuple[str, int, str, str]] = field(default_factory=list)
    dirty: dict[str, Any] = field(default_factory=dict)
    months: set[Any] = field(default_factory=set)
    transaction: object | None = field(default_factory=running)
    heads: dict[int, _Head] = field(default_factory=dict)


def record(
    parent: ChainParent,
    events: Sequence[DomainEvent],
    *,
    actor: Actor,
    at: datetime | None = None,
    columns: Mapping[str, Any] | None = None,
) -> list[int]:
    """Append events to the parent's chain, in order; returns their ids.

    ``columns`` are further columns of the parent that change with them.

    One statement writes the events, their private rows, a delivery for each subscribed consumer,
    the mark for the projection and the parent's new number and hash (also set on the object). The
    parent must be locked in the running transaction (see ``esm.events.locks``): RuntimeError
    otherwise; Conflict when the object is older than its row.
    """
    return record_many([Entry(parent, events, at, columns or {})], actor=actor)


def record_many(entries: Sequence[Entry], *, actor: Actor) -> list[int]:
    """``record`` for several chains in one statement: what sweeps need."""
    now = clock.now()
    batch = _Batch()
    # Machine time on purpose: what the ledger says about itself does not move with a demo's clock.
    recorded_at = clock.machine()
    for entry in entries:
        if entry.events:
            _add(batch, entry, actor, entry.at or now, recorded_at)
    if not batch.events:
        return []
    sql, params = _statement(batch, now)
    try:
        with connection.cursor() as cursor:
            cursor.execute(sql, params)
            rows = cursor.fetchall()
    except IntegrityError as error:
        raise Conflict(STALE) from error
    if rows[0][3] != len(batch.heads):
        raise Conflict(STALE)
    for head in batch.heads.values():
        touched.note(head.parent.chain)
        head.parent.chain_seq, head.parent.chain_hash = head.seq, head.hash
    for queue in {route[3] for route in batch.routes} | ({"webhooks"} if rows[0][4] else set()):
        hint(queue)
    if batch.dirty:
        hint("projection")
    ids = {(chain, seq): event_id for event_id, chain, seq, _heads, _webhooks in rows}
    return [ids[key] for key in batch.keys]


def _add(
    batch: _Batch, entry: Entry, actor: Actor, occurred_at: datetime, recorded_at: datetime
) -> None:
    parent = entry.parent
    if not is_locked(parent, batch.transaction):
        raise RuntimeError(f"{type(parent).__name__} {parent.pk} is not locked; see locks.py.")
    if parent.chain_bucket not in batch.months:
        open_bucket(parent.chain_bucket)
        batch.months.add(parent.chain_bucket)
    head = batch.heads.get(id(parent))
    if head is None:
        before = parent.chain_seq
        head = batch.heads[id(parent)] = _Head(parent, before, before, bytes(parent.chain_hash))
    head.columns.update(entry.columns)
    chain = parent.chain
    row: dict[str, Any] = {
        "bucket": parent.chain_bucket.isoformat(),
        "chain": chain,
        "occurred_at": moment_text(occurred_at),
        "recorded_at": moment_text(recorded_at),
        "subject": str(getattr(parent, "ref", chain)),
        "actor": actor.ref,
        "on_behalf_of": actor.on_behalf_of,
        "role": actor.role,
        "team": actor.team,
        "department": actor.department,
        "version": getattr(parent, "version_id", None),
    }
    frame = Frame(row)
    for event in entry.events:
        head.seq += 1
        data, hidden = event.data(), None
        if event.private:
            content, salt = plain(event.private), os.urandom(SALT_BYTES)
            hidden = private_hash(salt, content)
            batch.private.append((chain, head.seq, salt, canonical(content).decode()))
        text, previous = frame.seal(head.seq, event.TYPE, data, hidden), head.hash
        head.hash = chained(previous, text.encode())
        hashes = f',"prev_hash":"{previous.hex()}","hash":"{head.hash.hex()}"}}'
        batch.events.append(text[:-1] + hashes)
        batch.keys.append((chain, head.seq))
        for consumer in registry.consumers_of(event.TYPE):
            if consumer.wants is None or consumer.wants(event.TYPE, data):
                batch.routes.append((chain, head.seq, consumer.name, consumer.queue))
    if registry.projector(parent.CHAIN) is not None:
        batch.dirty[chain] = parent.chain_bucket


def _statement(batch: _Batch, now: datetime) -> tuple[str, list[Any]]:
    """The CTE and its parameters. Heads whose number moved on meanwhile are not counted."""
    params: list[Any] = [f"[{','.join(batch.events)}]"]
    parts = [EVENTS]
    if batch.private:
        parts.append(
            "p AS (INSERT INTO events_eventprivate (event_id, bucket, salt, content)"
            " SELECT e.id, e.bucket, v.salt, v.content FROM e JOIN (VALUES "
            + _rows(params, "(%s, %s::int, %s::bytea, %s::jsonb)", batch.private)
            + ") v(chain, seq, salt, content) ON v.chain = e.chain AND v.seq = e.seq)"
        )
    if batch.routes:
        names = ("chain", "seq", "consumer", "queue")
        routes = [dict(zip(names, route, strict=True)) for route in batch.routes]
        params += [now, canonical(routes).decode()]
        parts.append(ROUTES)
    params.append(now)
    parts.append(WEBHOOKS)
    if batch.dirty:
        # Sorted, so that two sweeps never wait for each other in a circle.
        marks = [[chain, str(bucket)] for chain, bucket in sorted(batch.dirty.items())]
        params += [now, now, canonical(marks).decode()]
        parts.append(
            "m AS (INSERT INTO events_dirty (chain, bucket, since, due_at)"
            " SELECT v->>0, (v->>1)::date, %s::timestamptz, %s::timestamptz"
            " FROM json_array_elements(%s::json) AS v"
            " ON CONFLICT (chain) DO UPDATE SET mark = events_dirty.mark + 1,"
            " due_at = excluded.due_at)"
        )
    counts = _head_parts(batch, parts, params)
    heads = " + ".join(counts)
    asked = f"e.id, e.chain, e.seq, {heads}, (SELECT count(*) FROM w)"
    sql = f"WITH {', '.join(parts)} SELECT {asked} FROM e"
    return sql, params


def _head_parts(batch: _Batch, parts: list[str], params: list[Any]) -> list[str]:
    """One UPDATE per table of parents; returns the expressions that count what they touched."""
    tables: dict[tuple[str, str], list[tuple[Any, ...]]] = {}
    counts = []
    for n, head in enumerate(batch.heads.values()):
        meta = head.parent._meta
        pk = str(meta.pk.column)
        if head.columns:
            parts.append(f"c{n} AS ({_wide_update(head, params)})")
            counts.append(f"(SELECT count(*) FROM c{n})")
            continue
        tables.setdefault((meta.db_table, pk), []).append(
            (head.parent.pk, head.before, head.seq, head.hash.hex())
        )
    for n, ((table, pk), rows) in enumerate(sorted(tables.items())):
        parts.append(
            f'h{n} AS (UPDATE "{table}" t SET chain_seq = v.seq,'
            " chain_hash = decode(v.hash, 'hex')"
            " FROM json_to_recordset(%s::json) AS v(pk bigint, before int, seq int, hash text)"
            f' WHERE t."{pk}" = v.pk AND t.chain_seq = v.before RETURNING 1)'
        )
        names = ("pk", "before", "seq", "hash")
        heads = [dict(zip(names, row, strict=True)) for row in sorted(rows)]
        params.append(canonical(heads).decode())
        counts.append(f"(SELECT count(*) FROM h{n})")
    return counts


def _wide_update(head: _Head, params: list[Any]) -> str:
    """UPDATE of one parent with further columns, each cast to its own type."""
    meta = head.parent._meta
    sets = ["chain_seq = %s", "chain_hash = %s"]
    params += [head.seq, head.hash]
    for name, value in head.columns.items():
        found = meta.get_field(name)
        params.append(found.get_db_prep_save(value, connection))  # type: ignore[union-attr]
        sets.append(f'"{found.column}" = %s::{found.db_type(connection)}')  # type: ignore[union-attr]
    params += [head.parent.pk, head.before]
    return (
        f'UPDATE "{meta.db_table}" SET {", ".join(sets)}'
        f' WHERE "{meta.pk.column}" = %s AND chain_seq = %s RETURNING 1'
    )


def _rows(params: list[Any], template: str, rows: Sequence[Sequence[Any]]) -> str:
    for row in rows:
        params.extend(row)
    return ", ".join([template] * len(rows))
