"""What a webhook is sent: a CloudEvents body, signed by the Standard Webhooks scheme."""

import hmac
import json
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.db.models import F

from esm.common import clock
from esm.events.models import WebhookEndpoint, WebhookMessage
from esm.events.registry import EventRow
from esm.events.services import signing
from esm.events.types import moment_text

TYPE = "application/cloudevents+json; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Letter:
    """One message ready to be sent, and its row in the log."""

    message_id: int
    url: str
    headers: dict[str, str]
    body: bytes
    first_at: datetime


def write(endpoint: WebhookEndpoint, event: EventRow, data: dict[str, Any]) -> Letter:
    """The message of an event to an endpoint, with the data its owner may see at this moment.

    Its number is given at the first attempt, by who holds the endpoint's lease, so numbers follow
    the order of events of one thing and have no gap where something is hidden. The signature is of
    the machine's time: whoever checks it has no other.
    """
    message = _message(endpoint, event)
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
            "sequence": f"{message.sequence:010d}",
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
    return Letter(message.pk, endpoint.url, headers, body, message.first_at)


def message_id(endpoint: WebhookEndpoint, event_id: int) -> str:
    """The same in every attempt and replay; tells nothing of how much else happened."""
    digest = hmac.new(bytes(endpoint.id_key), str(event_id).encode(), sha256)
    return f"msg_{digest.hexdigest()[:32]}"


def _message(endpoint: WebhookEndpoint, event: EventRow) -> WebhookMessage:
    known = WebhookMessage.objects.filter(endpoint=endpoint, event_id=event.id).first()
    if known is not None:
        return known
    rows = WebhookEndpoint.objects.filter(pk=endpoint.pk)
    rows.update(sequence=F("sequence") + 1)
    return WebhookMessage.objects.create(
        endpoint=endpoint,
        event_id=event.id,
        bucket=event.bucket,
        chain=event.chain,
        type=event.type,
        subject=event.subject,
        occurred_at=event.occurred_at,
        sequence=rows.values_list("sequence", flat=True).get(),
        first_at=clock.now(),
    )
