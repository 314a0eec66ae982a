"""One chain as a proof: its rows with their hashes, whether they fit, the anchors that seal it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.db.models.fields.json import KeyTransform

from esm.events.models import ChainAnchor
from esm.events.sealing import GENESIS, SEALED, row_hash

NAMES = (*SEALED, "id", "prev_hash", "hash", "private", "salt", "erased_at")
ROWS = f"""
SELECT {", ".join("e." + name for name in SEALED)}, e.id, e.prev_hash, e.hash,
       p.content, p.salt, p.erased_at
FROM events_event e LEFT JOIN events_eventprivate p ON p.event_id = e.id
WHERE e.bucket = %s AND e.chain = %s ORDER BY e.seq
"""


@dataclass(frozen=True, slots=True)
class Seal:
    """An anchor that holds a chain: up to which row, with which hash, and its own digest."""

    number: int
    taken_at: datetime
    seq: int
    hash: str
    prev_digest: str
    digest: str


def rows_of(chain: str, bucket: date) -> list[dict[str, Any]]:
    """All rows of a chain in order, with what is under their hashes and their private parts."""
    with connection.cursor() as cursor:
        cursor.execute(ROWS, [bucket, chain])
        found = [dict(zip(NAMES, values, strict=True)) for values in cursor.fetchall()]
    for row in found:
        for name in ("data", "private"):
            row[name] = json.loads(row[name]) if row[name] is not None else None
        for name in ("prev_hash", "hash", "private_hash", "salt"):
            row[name] = bytes(row[name]) if row[name] is not None else None
    return found


def first_wrong(rows: Sequence[dict[str, Any]]) -> int | None:
    """The number of the first row that does not follow from the one before; None if all do."""
    before = GENESIS
    for number, row in enumerate(rows, start=1):
        fits = row["seq"] == number and row["prev_hash"] == before
        if not fits or row_hash(before, row) != row["hash"]:
            return number
        before = row["hash"]
    return None


def seals_of(chain: str) -> list[Seal]:
    """The anchors that hold this chain, oldest first; one query."""
    rows = ChainAnchor.objects.filter(heads__has_key=chain).order_by("pk")
    found = rows.annotate(head=KeyTransform(chain, "heads")).values_list(
        "pk", "taken_at", "head", "prev_digest", "digest"
    )
    return [
        Seal(pk, at, int(head[1]), str(head[2]), bytes(before).hex(), bytes(digest).hex())
        for pk, at, head, before, digest in found
    ]


def covering(seals: Sequence[Seal], seq: int) -> Seal | None:
    """The first anchor that covers a row; None while no night has passed since."""
    return next((seal for seal in seals if seal.seq >= seq), None)


def heads_of(numbers: Sequence[int]) -> dict[int, dict[str, Any]]:
    """What these anchors sealed: heads by chain, for whoever recomputes their digests."""
    return dict(ChainAnchor.objects.filter(pk__in=numbers).values_list("pk", "heads"))
