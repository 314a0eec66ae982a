"""What happened to requests, as whoever may see it is told: by API, and in messages sent out."""

from collections.abc import Sequence
from typing import Any

from esm.accounts.models import User
from esm.events.registries import Sight, Told
from esm.events.registry import EventRow
from esm.events.selectors.told import in_keys
from workflows.models import Request
from workflows.selectors import followed, talk

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


# Events whose private text the page of a request shows to whoever hears of them; of all others,
# such as how it went or what a part is called, the text stays a commitment.
READ = frozenset(
    {
        "comment.added", "comment.edited", "decision.decided", "decision.deferred",
        "decision.voted", "file.added", "file.removed",
        "handoff.clarification_asked", "handoff.clarified", "handoff.offered", "handoff.returned",
        "limit.exceeded", "request.reopened", "request.submitted", "request.withdrawn",
        "task.reassigned", "visit.answered", "visit.blocked",
    }
)  # fmt: skip


def reads(user: Any, rows: Sequence[EventRow]) -> set[int]:
    """Those of the events whose private text the account reads: not what was taken back, and of
    what was corrected the last words alone.
    """
    told = [row for row in followed.heard(user, rows) if row.type in READ]
    last: dict[tuple[int, talk.Said], int] = {}
    gone = set()
    for row in rows:
        if row.type in ("comment.added", "comment.edited", "comment.removed"):
            place = (row.parent_id, talk.said(row))
            last[place] = row.id
            if row.type == "comment.removed":
                gone.add(place)
    final = {event for place, event in last.items() if place not in gone}
    return {row.id for row in told if not row.type.startswith("comment.") or row.id in final}


SIGHT = Sight(seen=followed.visible, heard=followed.heard, tell=tell, words=WORDS, reads=reads)
