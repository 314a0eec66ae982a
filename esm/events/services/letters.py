"""What a webhook is sent: a CloudEvents body, signed by the Standard Webhooks scheme."""

import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.db import connection

from esm.accounts.models import User
from esm.common import clock
from esm.events import registries
from esm.events.models import WebhookEndpoint
from esm.events.registry import EventRow
from esm.events.sealing import canonical
from esm.events.selectors.health import MAX_ATTEMPTS
from esm.events.services import signing
from esm.events.services.webhook_claims import Claim, Known, together
from esm.events.types import moment_text

TYPE = "application/cloudevents+json; charset=utf-8"

# The next number of each endpoint that is still ours, and the message that has it.
NUMBERED = """
WITH v AS MATERIALIZED (SELECT * FROM json_to_recordset(%(rows)s::json) AS v(
    endpoint bigint, token uuid, event bigint, bucket date, chain text, type text, subject text,
    occurred_at timestamptz)),
numbered AS (
    UPDATE events_webhookendpoint w SET sequence = w.sequence + 1
    FROM v WHERE w.id = v.endpoint AND w.lease_token = v.token RETURNING v.*, w.sequence)
INSERT INTO events_webhookmessage (endpoint_id, event_id, bucket, chain, type, subject, occurred_at,
    sequence, state, first_at, attempts)
SELECT endpoint, event, bucket, chain, type, subject, occurred_at, sequence, 'waiting', %(now)s, 0
FROM numbered ORDER BY endpoint
RETURNING endpoint_id, sequence
"""


@dataclass(frozen=True, slots=True)
class Letter:
    """One message ready to be sent."""

    url: str
    headers: dict[str, str]
    body: bytes
    first_at: datetime


@dataclass(slots=True)
class Written:
    """What is to be sent of claims; what its owner may not see; what we failed to write.

    ``stale`` are those whose lease was lost already.
    """

    letters: list[tuple[Claim, Letter]] = field(default_factory=list)
    stale: int = 0
    hidden: list[Claim] = field(default_factory=list)
    broken: list[tuple[Claim, Exception]] = field(default_factory=list)


def written(claims: Sequence[Claim]) -> Written:
    """The letters to send now; their owners' sight is looked at here and nowhere earlier.

    What is asked does not grow with the number of messages, but with that of their owners.
    """
    found = Written()

    def put_off(one: Claim, error: Exception) -> None:
        found.broken.append((one, error))

    # One object for all webhooks of an owner: what stands behind it is asked once.
    owners: dict[int, User] = {}
    theirs: dict[int, list[Claim]] = {}
    for one in claims:
        if one.attempt > MAX_ATTEMPTS and not one.error:
            put_off(one, RuntimeError("The worker ended during each attempt."))
        elif one.event is None:
            put_off(one, LookupError("Its event is not in the ledger."))
        else:
            owners.setdefault(one.endpoint.owner_id, one.endpoint.owner)
            theirs.setdefault(one.endpoint.owner_id, []).append(one)
    told: dict[int, dict[str, Any]] = {}
    for pk, mine in theirs.items():
        together(mine, partial(_ask, owners[pk], told), put_off)
    seen = [one for one in claims if one.delivery in told]
    together(seen, number, put_off)
    for one in seen:
        if one.known is None or one.event is None:
            continue
        try:
            letter = write(one.endpoint, one.event, one.known, told[one.delivery])
            found.letters.append((one, letter))
        except Exception as error:
            put_off(one, error)
    broken = {one.delivery for one, _ in found.broken}
    left = [one for one in claims if one.delivery not in broken]
    found.hidden = [one for one in left if one.delivery not in told]
    found.stale = len(left) - len(found.hidden) - len(found.letters)
    return found


def _ask(owner: User, told: dict[int, dict[str, Any]], claims: Sequence[Claim]) -> None:
    """What the owner may know of these events, by delivery; nothing for who was closed."""
    if not owner.is_active or not getattr(getattr(owner, "serviceaccount", None), "active", True):
        return
    events = {one.event.id: one.event for one in claims if one.event is not None}
    heard = registries.tell(owner, list(events.values()))
    told |= {
        one.delivery: heard[one.event.id]
        for one in claims
        if one.event is not None and one.event.id in heard
    }


def number(claims: Sequence[Claim]) -> None:
    """Give the messages that are not in the log yet their place in it, in one statement.

    It is given at the first attempt, by who holds the endpoint's lease, so numbers follow the order
    of events of one thing and have no gap where something is hidden. Where the lease was lost there
    is no message.
    """
    new = {one.endpoint.pk: one for one in claims if one.known is None and one.event is not None}
    if not new:
        return
    now = clock.now()
    rows = [_row(one, one.event) for _, one in sorted(new.items()) if one.event is not None]
    with connection.cursor() as cursor:
        cursor.execute(NUMBERED, {"rows": canonical(rows).decode(), "now": now})
        for endpoint, sequence in cursor.fetchall():
            new[endpoint].known = Known(sequence, now)


def _row(one: Claim, event: EventRow) -> dict[str, Any]:
    return {
        "endpoint": one.endpoint.pk,
        "token": str(one.token),
        "event": event.id,
        "bucket": event.bucket.isoformat(),
        "chain": event.chain,
        "type": event.type,
        "subject": event.subject,
        "occurred_at": moment_text(event.occurred_at),
    }


def write(endpoint: WebhookEndpoint, event: EventRow, known: Known, data: dict[str, Any]) -> Letter:
    """The message of an event to an endpoint, with the data its owner may see at this moment.

    The signature is of the machine's time: whoever checks it has no other.
    """
    name = message_id(endpoint, event.id)
    body = json.dumps(
        {
            "specversion": "1.0",
            "id": name,
            "source": settings.PUBLIC_URL,
            "type": event.type,
            "subject": event.subject,
            "time": moment_text(event.occurred_at),
            "datacontenttype": "application/json",
            "sequence": f"{known.sequence:010d}",
            "data": data,
        },
        ensure_ascii=False,
        separators=(",", ":"),
    ).encode()
    at = clock.machine()
    salts = [
        bytes(one.salt)
        for one in endpoint.secrets.all()
        if one.ends_at is None or one.ends_at > clock.now()
    ]
    headers = {
        "Content-Type": TYPE,
        "User-Agent": "esm-portal-webhooks/1",
        "webhook-id": name,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": signing.signature(salts, name, at, body),
    }
    return Letter(endpoint.url, headers, body, known.first_at)


def message_id(endpoint: WebhookEndpoint, event_id: int) -> str:
    """The same in every attempt and replay; tells nothing of how much else happened."""
    digest = hmac.new(bytes(endpoint.id_key), str(event_id).encode(), sha256)
    return f"msg_{digest.hexdigest()[:32]}"
