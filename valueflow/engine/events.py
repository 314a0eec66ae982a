"""The plain record of one ledger event, as the projector and the export both give it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Event:
    """One fact of one chain; ``seq`` counts without gap, ``occurred_at`` is aware UTC."""

    chain: str
    seq: int
    type: str
    occurred_at: datetime
    role: str = ""
    team: str = ""
    department: str = ""
    version: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)


def instant(value: datetime | str) -> datetime:
    """An aware UTC moment from a datetime or an RFC 3339 string; a naive one is taken as UTC."""
    moment = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def from_row(row: Mapping[str, Any]) -> Event:
    """An event from one object of the ledger's JSON lines; unknown keys are ignored."""
    return Event(
        chain=str(row["chain"]),
        seq=int(row["seq"]),
        type=str(row["type"]),
        occurred_at=instant(row["occurred_at"]),
        role=str(row.get("role") or ""),
        team=str(row.get("team") or ""),
        department=str(row.get("department") or ""),
        version=str(row.get("version") or ""),
        data=dict(row.get("data") or {}),
    )


def by_chain(rows: Iterable[Mapping[str, Any]]) -> dict[str, list[Event]]:
    """Events grouped by chain, each group in the order of its numbers."""
    chains: dict[str, list[Event]] = {}
    for row in rows:
        event = from_row(row)
        chains.setdefault(event.chain, []).append(event)
    for events in chains.values():
        events.sort(key=lambda event: event.seq)
    return chains
