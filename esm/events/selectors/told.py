"""Events as programs read them: no free text, persons by their stable keys."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from esm.events import registry
from esm.events.registry import EventRow

PERSON = re.compile(r"P-[0-9]{1,9}")


def in_keys(rows: Sequence[EventRow]) -> list[dict[str, Any]]:
    """What is told of each event; one query for the persons of all of them."""
    texts = {text for row in rows for text in _texts([row.actor, row.on_behalf_of, row.data])}
    keys = registry.names_of({text for text in texts if PERSON.fullmatch(text)})
    return [
        {
            "type": row.type,
            "occurred_at": row.occurred_at,
            "actor": _named(row.actor, keys),
            "on_behalf_of": _named(row.on_behalf_of, keys),
            "role": row.role,
            "team": row.team,
            "department": row.department,
            "data": _named(row.data, keys),
        }
        for row in rows
    ]


def _texts(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for item in value.values() for text in _texts(item)]
    if isinstance(value, list):
        return [text for item in value for text in _texts(item)]
    return [value] if isinstance(value, str) else []


def _named(value: Any, keys: Mapping[str, str]) -> Any:
    if isinstance(value, dict):
        return {name: _named(item, keys) for name, item in value.items()}
    if isinstance(value, list):
        return [_named(item, keys) for item in value]
    return keys.get(value, value) if isinstance(value, str) else value
