"""Webhook endpoints somebody may know of, and the log of one as they may read it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Prefetch, QuerySet

from esm.accounts.models import User
from esm.common.errors import NotFound
from esm.events import policies, registries
from esm.events.models import WebhookAttempt, WebhookEndpoint, WebhookMessage
from esm.events.registries import Sight, Told
from esm.events.registry import EventRow
from esm.events.types import declared


def _tell(user: User, events: Sequence[EventRow]) -> Told:
    """What happened to an endpoint is for its owner."""
    rows = WebhookEndpoint.objects.filter(pk__in={e.parent_id for e in events}, owner=user)
    keys = dict(rows.values_list("pk", "key"))
    return {e.id: {"webhook": keys[e.parent_id]} for e in events if e.parent_id in keys}


def _seen(user: User, pks: Collection[int]) -> set[int]:
    rows = WebhookEndpoint.objects.filter(pk__in=pks, owner=user)
    return set(rows.values_list("pk", flat=True))


# Their page and their messages tell it, not the feed.
SIGHT = Sight(seen=_seen, heard=lambda _user, _rows: [], tell=_tell, words=frozenset({"webhook"}))


def visible_to(user: User) -> QuerySet[WebhookEndpoint]:
    """One's own; all of them for administrators."""
    rows = WebhookEndpoint.objects.select_related("owner")
    return rows if user.is_admin else rows.filter(owner=user)


def by_key(user: User, key: str) -> WebhookEndpoint:
    """One that the account may know of. Raises NotFound for all else."""
    row = visible_to(user).filter(key=key).first()
    if row is None:
        raise NotFound("There is no such webhook.")
    return row


@dataclass(frozen=True, slots=True)
class Entry:
    """A message with its last attempt. ``subject`` and ``answer`` are empty for who may not see."""

    sequence: int
    type: str
    subject: str
    state: str
    label: str
    attempts: int
    at: Any
    status: int | None
    duration_ms: int | None
    error: str
    answer: str
    cut: bool


def entries(user: User, endpoint: WebhookEndpoint, rows: list[WebhookMessage]) -> list[Entry]:
    """The messages as the account reads them: who lost sight of a thing, or never had it, reads
    neither what it was nor what the receiver said."""
    mine = policies.owns(user, endpoint)
    seen = registries.seen_chains(endpoint.owner, {row.chain for row in rows}) if mine else set()
    found = []
    for row in rows:
        last = next(iter(row.tries.all()), None)
        shown = row.chain in seen
        found.append(
            Entry(
                sequence=row.sequence,
                type=row.type if mine else "",
                subject=row.subject if shown else "",
                state=row.state,
                label=str(row.get_state_display()),
                attempts=row.attempts,
                at=row.last_at or row.first_at,
                status=last.status if last else None,
                duration_ms=last.duration_ms if last else None,
                error=last.error if last else "",
                answer=last.answer if last and shown else "",
                cut=bool(last and last.cut),
            )
        )
    return found


def messages_of(endpoint: WebhookEndpoint) -> QuerySet[WebhookMessage]:
    """The log of an endpoint, newest first, each with its attempts, the last one first."""
    tries = WebhookAttempt.objects.order_by("-id")
    return WebhookMessage.objects.filter(endpoint=endpoint).prefetch_related(
        Prefetch("tries", queryset=tries)
    )


def choices_of_types() -> list[tuple[str, list[str]]]:
    """Every type of event that can be told, by first word."""
    found: dict[str, list[str]] = {}
    words = registries.told_words()
    for name in declared():
        if name.partition(".")[0] not in words:
            continue
        found.setdefault(name.partition(".")[0], []).append(name)
    return sorted(found.items())
