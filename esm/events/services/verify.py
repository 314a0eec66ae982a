"""Is the ledger what was written? Finds altered, missing and cut-off rows and names them."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from django.db import connection, transaction

from esm.events.chains import ChainParent
from esm.events.event_types import PrivateErased
from esm.events.models import ChainAnchor
from esm.events.sealing import GENESIS, SEALED, private_hash, row_hash
from esm.events.selectors.parents import parent_models
from esm.events.services.anchors import anchor_digest, logged_digests

Kind = Literal["altered", "missing", "cut_off", "private_altered"]
BATCH = 2000
# So many absent rows of a chain are named one by one.
NAMED = 100

ROWS = f"""
SELECT e.id, e.hash, e.prev_hash, p.event_id, p.salt, p.content, p.erased_at,
       {", ".join("e." + name for name in SEALED)}
FROM events_event e LEFT JOIN events_eventprivate p ON p.event_id = e.id
{{where}} ORDER BY e.bucket, e.chain COLLATE "C", e.seq
"""

HEADS = """
SELECT p.{pk}, p.chain_seq, h.id, h.seq, h.hash = p.chain_hash
FROM {table} p LEFT JOIN LATERAL (
    SELECT id, seq, hash FROM events_event e
    WHERE e.bucket = p.chain_bucket AND e.chain = %s || '/' || p.{pk}
    ORDER BY seq DESC LIMIT 1) h ON true
WHERE (p.chain_seq > 0 OR h.seq IS NOT NULL)
  AND (h.seq IS DISTINCT FROM p.chain_seq OR h.hash IS DISTINCT FROM p.chain_hash)
"""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong, where, and in words. ``event_id`` is None for a row that is gone."""

    kind: Kind
    chain: str
    seq: int
    event_id: int | None
    sentence: str


@dataclass(slots=True)
class _Chain:
    """What is known of the chain that is being read."""

    name: str
    seq: int = 0
    hash: bytes = GENESIS
    event_id: int | None = None
    broken: bool = False


def verify(chains: Sequence[str] | None = None) -> list[Fault]:
    """Read the ledger (or some chains) against its hashes, its heads and its anchors.

    Reads one snapshot, so a running portal causes no false alarm. Memory does not grow with the
    ledger. Anchors are compared only when all chains are read.
    """
    with _snapshot():
        faults = list(_read_chains(chains))
        known = {(fault.chain, fault.seq) for fault in faults}
        for fault in (*_read_heads(chains), *(_read_anchors() if chains is None else ())):
            # A rewritten last row shows in its chain, its head and its anchor: said once.
            if (fault.chain, fault.seq) not in known:
                known.add((fault.chain, fault.seq))
                faults.append(fault)
    return faults


@contextmanager
def _snapshot() -> Iterator[None]:
    outermost = not connection.in_atomic_block
    with transaction.atomic():
        if outermost:
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        yield


def _read_chains(chains: Sequence[str] | None) -> Iterator[Fault]:
    chain = _Chain("")
    erased: dict[int, int] = {}
    allowed: set[int] = set()
    for row in _rows(chains):
        if row["chain"] != chain.name:
            yield from _unexplained(chain.name, erased, allowed)
            chain, erased, allowed = _Chain(row["chain"]), {}, set()
        yield from _read_row(chain, row)
        if row["type"] == PrivateErased.TYPE:
            allowed.add(int(row["data"].get("seq", 0)))
        if row["private_hash"] is not None and row["erased_at"] is not None:
            erased[row["seq"]] = row["id"]
    yield from _unexplained(chain.name, erased, allowed)


def _read_row(chain: _Chain, row: dict[str, Any]) -> Iterator[Fault]:
    seq, event_id, name = row["seq"], row["id"], row["chain"]
    stored, before = bytes(row["hash"]), bytes(row["prev_hash"])
    yield from _absent("missing", name, chain.seq + 1, seq - 1, "is missing")
    broken = row_hash(before, row) != stored
    if broken:
        yield Fault(
            "altered", name, seq, event_id,
            f"Row {seq} of {name} (event {event_id}) was altered: its content does not match its"
            " hash.",
        )  # fmt: skip
    elif seq == chain.seq + 1 and before != chain.hash and not chain.broken:
        # Rewritten together with its hash: the row after it still knows the old one.
        rewritten = chain.event_id if chain.seq else event_id
        yield Fault(
            "altered", name, max(chain.seq, 1), rewritten,
            f"Row {max(chain.seq, 1)} of {name} (event {rewritten}) was altered together with its"
            f" hash: row {seq} was written after another one.",
        )  # fmt: skip
    chain.broken = broken
    chain.seq, chain.hash, chain.event_id = seq, stored, event_id
    yield from _read_private(row)


def _absent(kind: Kind, chain: str, first: int, last: int, what: str) -> Iterator[Fault]:
    """A fault per absent row; a wild number does not make a million of them."""
    for seq in range(first, min(last, first + NAMED - 1) + 1):
        yield Fault(kind, chain, seq, None, f"Row {seq} of {chain} {what}.")
    if last >= first + NAMED:
        yield Fault(
            kind, chain, last, None,
            f"The same holds for rows {first + NAMED} to {last} of {chain}.",
        )  # fmt: skip


def _read_private(row: dict[str, Any]) -> Iterator[Fault]:
    name, seq, event_id = row["chain"], row["seq"], row["id"]
    has_row, sealed = row["event_id"] is not None, row["private_hash"]
    sentence = ""
    if sealed is None and has_row:
        sentence = f"Row {seq} of {name} (event {event_id}) has private content it never sealed."
    elif sealed is not None and not has_row:
        sentence = f"The private content of row {seq} of {name} (event {event_id}) is gone."
    elif sealed is not None and row["erased_at"] is None:
        salt, content = row["salt"], row["content"]
        if salt is None or private_hash(bytes(salt), json.loads(content or "null")) != bytes(
            sealed
        ):
            sentence = f"The private content of row {seq} of {name} (event {event_id}) was altered."
    if sentence:
        yield Fault("private_altered", name, seq, event_id, sentence)


def _unexplained(chain: str, erased: dict[int, int], allowed: set[int]) -> Iterator[Fault]:
    for seq, event_id in erased.items():
        if seq not in allowed:
            yield Fault(
                "private_altered", chain, seq, event_id,
                f"The private content of row {seq} of {chain} (event {event_id}) was erased and"
                " the chain does not say by whom.",
            )  # fmt: skip


def _rows(chains: Sequence[str] | None) -> Iterator[dict[str, Any]]:
    where, params = "", []
    if chains is not None:
        where = "WHERE e.chain = ANY(%s::text[])"
        params = [list(chains)]
    names = ("id", "hash", "prev_hash", "event_id", "salt", "content", "erased_at", *SEALED)
    with connection.chunked_cursor() as cursor:
        cursor.execute(ROWS.format(where=where), params)
        while rows := cursor.fetchmany(BATCH):
            for values in rows:
                row = dict(zip(names, values, strict=True))
                row["data"] = json.loads(row["data"])
                yield row


def _read_heads(chains: Sequence[str] | None) -> Iterator[Fault]:
    """Compare the rows that carry chains with the ends of their chains."""
    for prefix, model in sorted(parent_models().items()):
        for pk, said, event_id, seq, same in _differing(prefix, model):
            chain = f"{prefix}/{pk}"
            if chains is not None and chain not in chains:
                continue
            last = seq or 0
            if last < said:
                what = f"was cut off: {said} were written, the last one there is {last}"
                yield from _absent("cut_off", chain, last + 1, said, what)
            else:
                why = "has another hash" if not same and last == said else f"says {said}"
                yield Fault(
                    "altered", chain, last, event_id,
                    f"Row {last} of {chain} (event {event_id}) is its last one, but the head kept"
                    f" beside it {why}.",
                )  # fmt: skip


def _differing(prefix: str, model: type[ChainParent]) -> list[tuple[Any, ...]]:
    meta = model._meta
    quote = connection.ops.quote_name
    pk = quote(str(meta.pk.column))
    with connection.cursor() as cursor:
        cursor.execute(HEADS.format(table=quote(meta.db_table), pk=pk), [prefix])
        return list(cursor.fetchall())


def _read_anchors() -> Iterator[Fault]:
    """Compare what was sealed each night with what is there, and the seals with their log."""
    previous = GENESIS
    first = ChainAnchor.objects.order_by("pk").values_list("digest", flat=True).first()
    logged = logged_digests(bytes(first).hex()) if first else {}
    for anchor in ChainAnchor.objects.order_by("pk").iterator(chunk_size=1):
        digest = bytes(anchor.digest)
        if bytes(anchor.prev_digest) != previous or digest != anchor_digest(previous, anchor.heads):
            yield Fault(
                "altered", "anchor", anchor.pk, None, f"Anchor {anchor.pk} itself was altered."
            )
        elif anchor.pk in logged and logged[anchor.pk] != digest.hex():
            yield Fault(
                "altered", "anchor", anchor.pk, None,
                f"Anchor {anchor.pk} differs from the line written for it in anchors.log.",
            )  # fmt: skip
        previous = digest
        logged.pop(anchor.pk, None)
        yield from _read_anchored(anchor)
    for gone in sorted(logged):
        yield Fault(
            "cut_off", "anchor", gone, None,
            f"Anchor {gone} stands in anchors.log and is not in the database.",
        )  # fmt: skip


def _read_anchored(anchor: ChainAnchor) -> Iterator[Fault]:
    heads: list[tuple[str, Any]] = sorted(anchor.heads.items())
    for start in range(0, len(heads), BATCH):
        part = heads[start : start + BATCH]
        found = _hashes([(date.fromisoformat(h[0]), chain, h[1]) for chain, h in part])
        for chain, (_bucket, seq, sealed) in part:
            event_id, stored = found.get((chain, seq), (None, None))
            if stored is None:
                yield Fault(
                    "cut_off", chain, seq, None,
                    f"Row {seq} of {chain} was cut off: anchor {anchor.pk} sealed it.",
                )  # fmt: skip
            elif stored.hex() != sealed:
                yield Fault(
                    "altered", chain, seq, event_id,
                    f"Row {seq} of {chain} (event {event_id}) was altered after anchor"
                    f" {anchor.pk} sealed it.",
                )  # fmt: skip


def _hashes(keys: list[tuple[date, str, int]]) -> dict[tuple[str, int], tuple[int, bytes]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT e.chain, e.seq, e.id, e.hash FROM events_event e JOIN"
            " unnest(%s::date[], %s::text[], %s::int[]) v(bucket, chain, seq)"
            " ON e.bucket = v.bucket AND e.chain = v.chain AND e.seq = v.seq"
            " WHERE e.bucket = ANY(%s::date[])",
            [*(list(column) for column in zip(*keys, strict=True)), sorted({k[0] for k in keys})],
        )
        return {(chain, seq): (pk, bytes(value)) for chain, seq, pk, value in cursor.fetchall()}
