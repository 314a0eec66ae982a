"""How a ledger row is hashed. Pure: the same bytes whoever computes them."""

import json
from collections.abc import Mapping
from datetime import date, datetime
from hashlib import sha256
from typing import Any

from esm.events.types import moment_text

GENESIS = bytes(32)
SALT_BYTES = 16

# The columns under the hash, besides the hash of the row before.
SEALED = (
    "bucket", "chain", "seq", "occurred_at", "recorded_at", "type", "subject", "actor",
    "on_behalf_of", "role", "team", "department", "version", "data", "private_hash",
)  # fmt: skip

_encode = json.JSONEncoder(
    sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
).encode


def canonical(value: Any) -> bytes:
    """Canonical JSON: sorted keys, no white space, UTF-8. Raises ValueError for NaN."""
    return _encode(value).encode("utf-8")


def private_hash(salt: bytes, content: Mapping[str, str]) -> bytes:
    """Commitment to private content that says nothing once the salt is gone."""
    return sha256(salt + canonical(content)).digest()


def sealed(row: Mapping[str, Any]) -> bytes:
    """Canonical JSON of the sealed columns.

    Moments are written in UTC with microseconds, the bucket as a date, hashes in hex; what is text
    already is taken as it is.
    """
    found: dict[str, Any] = {}
    for name in SEALED:
        value = row[name]
        if isinstance(value, datetime):
            value = moment_text(value)
        elif isinstance(value, bytes | memoryview):
            value = bytes(value).hex()
        elif isinstance(value, date):
            value = value.isoformat()
        found[name] = value
    return canonical(found)


def chained(prev_hash: bytes, text: bytes) -> bytes:
    """sha256(hash of the row before || canonical JSON of the sealed columns)."""
    return sha256(prev_hash + text).digest()


def row_hash(prev_hash: bytes, row: Mapping[str, Any]) -> bytes:
    """The hash of a row behind the one before."""
    return chained(prev_hash, sealed(row))
