"""What an event is, and the list of all types that apps declare.

An app declares its events as frozen dataclasses in its ``event_types.py``::

    @dataclass(frozen=True, kw_only=True)
    class HandoffReturned(DomainEvent):
        TYPE = "handoff.returned"
        handoff: int
        reason: str

Fields hold keys, numbers and moments. Names and free text go into ``private``, which the ledger
keeps in a side row that can be erased without breaking the chain.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from functools import lru_cache
from typing import Any, ClassVar

TYPE_SHAPE = re.compile(r"^[a-z][a-z_]*(\.[a-z][a-z_]*)+$")
# What PostgreSQL's jsonb cannot hold.
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")

_declared: dict[str, "type[DomainEvent]"] = {}
_names: dict["type[DomainEvent]", tuple[str, ...]] = {}


def plain(value: Any) -> Any:
    """A value as JSON can hold it for ever: money as text, moments in UTC with microseconds.

    Floats are refused with TypeError: their text is not stable, so neither would the hash be.
    """
    if value is None or isinstance(value, bool | int):
        return value.value if isinstance(value, Enum) else value
    if isinstance(value, Enum):
        return plain(value.value)
    if isinstance(value, str):
        return UNSTORABLE.sub("\ufffd", value)
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, datetime):
        return moment_text(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {plain(str(key)): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    if isinstance(value, set | frozenset):
        return sorted(plain(item) for item in value)
    raise TypeError(f"An event cannot hold {type(value).__name__}: {value!r}")


@lru_cache(maxsize=64)
def moment_text(moment: datetime) -> str:
    """ISO 8601 in UTC, always with six decimals: ``2026-07-01T09:30:00.000000Z``."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


@dataclass(frozen=True, kw_only=True)
class DomainEvent:
    """Something that happened, in the past tense; declared once, its shape never changes."""

    TYPE: ClassVar[str] = ""

    private: dict[str, str] = field(default_factory=dict)

    def __init_subclass__(cls, **extra: Any) -> None:
        super().__init_subclass__(**extra)
        declare(cls)

    def data(self) -> dict[str, Any]:
        """The fields without ``private``, as plain JSON values."""
        names = _names.get(type(self))
        if names is None:
            names = tuple(f.name for f in fields(self) if f.name != "private")
            _names[type(self)] = names
        return {name: plain(getattr(self, name)) for name in names}


def declare(cls: "type[DomainEvent]") -> None:
    """Add a type to the list; a second class with the same TYPE is refused with ValueError."""
    name = cls.__dict__.get("TYPE", "")
    if not name:
        return
    if not TYPE_SHAPE.match(name) or len(name) > 60:
        raise ValueError(f"Event type {name!r} is not dotted lower case in the past tense.")
    known = _declared.get(name)
    if known is not None and (known.__module__, known.__qualname__) != (
        cls.__module__,
        cls.__qualname__,
    ):
        raise ValueError(f"Event type {name!r} is declared by {known.__module__} already.")
    _declared[name] = cls


def declared() -> dict[str, "type[DomainEvent]"]:
    """All declared types by name."""
    return dict(sorted(_declared.items()))
