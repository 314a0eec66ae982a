from esm.events.models.answers import KeptAnswer
from esm.events.models.checks import LedgerCheck
from esm.events.models.feed import FeedHorizon
from esm.events.models.jobs import ClockOffset, Heartbeat, JobRun
from esm.events.models.ledger import ChainAnchor, Event, EventPrivate
from esm.events.models.outbox import Delivery, Dirty
from esm.events.models.suspects import Clockwork, InHand, Suspect
from esm.events.models.webhooks import (
    WebhookAttempt,
    WebhookEndpoint,
    WebhookMessage,
    WebhookSecret,
)

__all__ = [
    "ChainAnchor",
    "ClockOffset",
    "Clockwork",
    "Delivery",
    "Dirty",
    "Event",
    "EventPrivate",
    "FeedHorizon",
    "Heartbeat",
    "InHand",
    "JobRun",
    "KeptAnswer",
    "LedgerCheck",
    "Suspect",
    "WebhookAttempt",
    "WebhookEndpoint",
    "WebhookMessage",
    "WebhookSecret",
]
