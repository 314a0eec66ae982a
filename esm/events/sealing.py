"""How a ledger row is hashed. Pure: the same bytes whoever computes them."""

import json
from collections.abc import Mapping
from datetime import date, datetime
from functools import lru_cache
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


# The text of a value that comes again and again; 1 is not True.
_repeated = lru_cache(maxsize=512, typed=True)(_encode)
# What no other chain has.
_OWN = ("chain", "subject")


class Frame:
    """The text of ``sealed`` for rows that differ in number, type, data and private hash alone.

    What the rows have in common is written once: a sweep seals hundreds of them. The same bytes as
    ``sealed`` gives, whose columns stand in the order of their names.
    """

    __slots__ = ("_data", "_number", "_private", "_type", "_version")

    def __init__(self, row: Mapping[str, Any]) -> None:
        text = {name: _repeated(value) for name, value in row.items() if name not in _OWN}
        text |= {name: _encode(row[name]) for name in _OWN}
        self._data = (
            f'{{"actor":{text["actor"]},"bucket":{text["bucket"]},"chain":{text["chain"]},"data":'
        )
        self._private = (
            f',"department":{text["department"]},"occurred_at":{text["occurred_at"]}'
            f',"on_behalf_of":{text["on_behalf_of"]},"private_hash":'
        )
        self._number = f',"recorded_at":{text["recorded_at"]},"role":{text["role"]},"seq":'
        self._type = f',"subject":{text["subject"]},"team":{text["team"]},"type":'
        self._version = f',"version":{text["version"]}}}'

    def seal(self, seq: int, name: str, data: Mapping[str, Any], private: bytes | None) -> str:
        """Canonical JSON of the row with this number, type, data and hash of what is private."""
        hidden = "null" if private is None else f'"{private.hex()}"'
        return (
            f"{self._data}{_encode(data)}{self._private}{hidden}{self._number}{seq}"
            f"{self._type}{_repeated(name)}{self._version}"
        )


def chained(prev_hash: bytes, text: bytes) -> bytes:
    """sha256(hash of the row before || canonical JSON of the sealed columns)."""
    return sha256(prev_hash + text).digest()


def row_hash(prev_hash: bytes, row: Mapping[str, Any]) -> bytes:
    """The hash of a row behind the one before."""
    return chained(prev_hash, sealed(row))
