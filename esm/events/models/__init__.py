from esm.events.models.jobs import ClockOffset, Heartbeat, JobRun
from esm.events.models.ledger import ChainAnchor, Event, EventPrivate
from esm.events.models.outbox import Delivery, Dirty
from esm.events.models.webhooks import (
    WebhookAttempt,
    WebhookEndpoint,
    WebhookMessage,
    WebhookSecret,
)

__all__ = [
    "ChainAnchor",
    "ClockOffset",
    "Delivery",
    "Dirty",
    "Event",
    "EventPrivate",
    "Heartbeat",
    "JobRun",
    "WebhookAttempt",
    "WebhookEndpoint",
    "WebhookMessage",
    "WebhookSecret",
]
