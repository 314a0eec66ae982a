"""Sealing the heads of all chains each night, in the database and in a file beside it."""

from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from esm.events.models import ChainAnchor
from esm.events.sealing import GENESIS, canonical

# Events that were being written while the last anchor was taken are looked at again.
OVERLAP = timedelta(hours=1)
LOCK_KEY = 0x414E4348
# Ends the line of a ledger's first anchor.
FIRST = "first"

HEADS = """
SELECT DISTINCT ON (chain) chain, bucket, seq, hash FROM events_event
WHERE %s::timestamptz IS NULL OR recorded_at > %s
ORDER BY chain, seq DESC
"""


def anchor() -> ChainAnchor:
    """Seal the heads of all chains that grew since the last anchor; returns the new one.

    The row and the line in ``anchors.log`` say the same: whoever changes the past must also change
    every later anchor, the file, and each copy somebody kept of it.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK_KEY])
        last = ChainAnchor.objects.order_by("-pk").first()
        heads = _heads(last)
        previous = bytes(last.digest) if last else GENESIS
        row = ChainAnchor.objects.create(
            heads=heads,
            chains=len(heads),
            prev_digest=previous,
            digest=anchor_digest(previous, heads),
        )
        transaction.on_commit(write_log)
    return row


def anchor_digest(previous: bytes, heads: dict[str, Any]) -> bytes:
    """sha256(previous digest || canonical JSON of the heads)."""
    return sha256(previous + canonical(heads)).digest()


def log_path() -> Path:
    """The file of anchors under the data folder; copy it where the portal cannot write."""
    return Path(settings.VAR_DIR) / "anchors.log"


def logged_digests(first: str) -> dict[int, str]:
    """Digests in hex by anchor, of the ledger whose first anchor has the digest ``first``.

    A data folder that served several databases has several ledgers in its file.
    """
    path = log_path()
    if not path.exists():
        return {}
    found: dict[int, str] = {}
    inside = False
    for line in path.read_text(encoding="utf-8").splitlines():
        words = line.split()
        if len(words) < 4 or not words[1].isdigit():
            continue
        if words[4:] == [FIRST]:
            inside = words[3] == first
        if inside:
            found[int(words[1])] = words[3]
    return found


def write_log() -> int:
    """Append the anchors that the file does not have yet; returns how many there were.

    Runs after the commit; what a dying process did not write, the next night does.
    """
    anchors = ChainAnchor.objects.order_by("pk").only("pk", "taken_at", "chains", "digest")
    rows = list(anchors)
    if not rows:
        return 0
    logged = logged_digests(bytes(rows[0].digest).hex())
    # Lines are in order, so the last known one tells where the file ends.
    missing = [row for row in rows if row.pk > max(logged, default=0)]
    path = log_path()
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        for row in missing:
            words = [f"{row.taken_at:%Y-%m-%dT%H:%M:%SZ}", str(row.pk), str(row.chains)]
            words.append(bytes(row.digest).hex())
            words += [FIRST] if row.pk == rows[0].pk else []
            file.write(" ".join(words) + "\n")
    return len(missing)


def _heads(last: ChainAnchor | None) -> dict[str, list[Any]]:
    since = last.taken_at - OVERLAP if last else None
    with connection.cursor() as cursor:
        cursor.execute(HEADS, [since, since])
        return {
            chain: [bucket.isoformat(), seq, bytes(head).hex()]
            for chain, bucket, seq, head in cursor.fetchall()
        }
