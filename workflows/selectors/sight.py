"""What happened to requests, as whoever may see it is told: by API, and in messages sent out."""

import re
from collections.abc import Sequence
from typing import Any

from esm.accounts.models import User
from esm.events.registries import Sight, Told
from esm.events.registry import EventRow
from governance.models import Person
from workflows.models import Request
from workflows.selectors import followed

PERSON = re.compile(r"P-([0-9]{1,9})")
# First words of the types of events of a request.
WORDS = frozenset(
    {
        "checklist", "clock", "comment", "decision", "file", "handoff", "limit", "request", "task",
        "visit", "work",
    }
)  # fmt: skip


def tell(user: User, events: Sequence[EventRow]) -> Told:
    """Those of the events that the account may know now, without free text."""
    rows = [event for event in events if event.type.partition(".")[0] in WORDS]
    found = followed.hearings(user, {row.parent_id for row in rows})
    told = [
        row for row in rows if row.parent_id in found and found[row.parent_id].hearing.hears(row)
    ]
    data = {}
    for row, shown in zip(told, in_keys(told), strict=True):
        del shown["type"], shown["occurred_at"]
        data[row.id] = _of(found[row.parent_id].request) | shown
    return data


def _of(request: Request) -> dict[str, Any]:
    return {
        "request": {
            "number": request.ref,
            "service": request.service.key,
            "offering": request.offering.key,
            "state": request.state,
        }
    }


SIGHT = Sight(seen=followed.visible, heard=followed.heard, tell=tell, words=WORDS)


def in_keys(rows: list[EventRow]) -> list[dict[str, Any]]:
    """Events without free text, persons by their keys."""
    named = [_values([row.actor, row.on_behalf_of, row.data]) for row in rows]
    texts = [str(value) for values in named for value in values]
    ids = {int(found[1]) for text in texts if (found := PERSON.fullmatch(text))}
    keys = {
        f"P-{pk}": key for pk, key in Person.objects.filter(pk__in=ids).values_list("pk", "key")
    }
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


def _values(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return [found for item in value.values() for found in _values(item)]
    if isinstance(value, list):
        return [found for item in value for found in _values(item)]
    return [value]


def _named(value: Any, keys: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {name: _named(item, keys) for name, item in value.items()}
    if isinstance(value, list):
        return [_named(item, keys) for item in value]
    return keys.get(value, value) if isinstance(value, str) else value
