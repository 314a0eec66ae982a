"""What people do with effects that were given up or come late: try them again, or discard them."""

from collections.abc import Sequence
from typing import Any

from django.db import transaction

from esm.common import clock
from esm.common.errors import Conflict, Invalid
from esm.events import registry
from esm.events.actors import Actor
from esm.events.event_types import EffectDiscarded, EffectRetried
from esm.events.locks import deliveries_for_update, lock_clockwork, suspects_for_update
from esm.events.models import Clockwork, Delivery, Suspect
from esm.events.selectors import stuck
from esm.events.selectors.stuck import Stuck
from esm.events.services import quarantine
from esm.events.services.hints import WAKE, hint
from esm.events.services.ledger import record

NONE_LEFT = (
    "None of these wait any more: they were delivered, discarded, or somebody works on them."
    " Load the page again."
)
MAX_REASON = 500


@transaction.atomic
def retry(keys: Sequence[str], *, reason: str = "", actor: Actor) -> int:
    """Have them tried again at once, from the first attempt; how many. On record.

    Raises Conflict when none of them waits any more.
    """
    private = {"reason": _reason(reason)} if reason.strip() else {}
    parent, rows, deliveries, suspects = _held(keys)
    Delivery.objects.filter(pk__in=[row.pk for row in deliveries]).update(
        state=Delivery.State.DUE,
        attempts=0,
        due_at=clock.now(),
        lease_until=None,
        lease_token=None,
    )
    quarantine.again([row.pk for row in suspects])
    record(parent, [EffectRetried(**_facts(row), private=private) for row in rows], actor=actor)
    for queue in sorted({row.queue for row in deliveries} & set(WAKE)):
        hint(queue)
    return len(rows)


@transaction.atomic
def discard(keys: Sequence[str], *, reason: str, actor: Actor) -> int:
    """Let them never happen; how many. Who, why and what went wrong are on record.

    Raises Invalid without a reason, Conflict when none of them waits any more.
    """
    why = _reason(reason)
    if not why:
        sentence = "Say why this never needs to happen."
        raise Invalid(sentence, {"reason": [sentence]})
    parent, rows, deliveries, suspects = _held(keys)
    Delivery.objects.filter(pk__in=[row.pk for row in deliveries]).delete()
    for one in suspects:
        kind = registry.sweep(one.sweep)
        if kind is not None:
            kind.let_be([one.key])
    Suspect.objects.filter(pk__in=[row.pk for row in suspects]).delete()
    events = [
        EffectDiscarded(**_facts(row), private={"reason": why, "error": row.error or "none"})
        for row in rows
    ]
    record(parent, events, actor=actor)
    return len(rows)


def _held(keys: Sequence[str]) -> tuple[Clockwork, list[Stuck], list[Delivery], list[Suspect]]:
    """The chain, and those of the keys that wait, locked."""
    parent = lock_clockwork()
    waiting = {row.key: row for row in stuck.some(keys)}
    wanted = stuck.keys_of(waiting)
    deliveries, suspects = deliveries_for_update(wanted[0]), suspects_for_update(wanted[1])
    held = [f"{stuck.DELIVERY}{row.pk}" for row in deliveries]
    held += [f"{stuck.SUSPECT}{row.pk}" for row in suspects]
    if not held:
        raise Conflict(NONE_LEFT)
    return parent, [waiting[key] for key in held], deliveries, suspects


def _facts(row: Stuck) -> dict[str, Any]:
    return {
        "effect": row.effect,
        "about": row.subject,
        "attempts": row.attempts,
        "due_at": row.due_at.isoformat(),
    }


def _reason(text: str) -> str:
    text = text.replace("\x00", "").strip()
    if len(text) > MAX_REASON:
        sentence = f"Say it in at most {MAX_REASON} characters."
        raise Invalid(sentence, {"reason": [sentence]})
    return text
