"""Events the ledger writes about itself. A published type never changes shape."""

from dataclasses import dataclass
from typing import ClassVar

from esm.events.types import DomainEvent


@dataclass(frozen=True, kw_only=True)
class PrivateErased(DomainEvent):
    """Names and free text of an earlier event of this chain were erased for good."""

    TYPE: ClassVar[str] = "private.erased"
    seq: int
    type: str


@dataclass(frozen=True, kw_only=True)
class WebhookMade(DomainEvent):
    """Events are sent to an address from now on; address and description are private text."""

    TYPE: ClassVar[str] = "webhook.made"
    owner: int
    types: list[str]


@dataclass(frozen=True, kw_only=True)
class WebhookChanged(DomainEvent):
    """Something about it changed: ``fields`` names what; new text is private."""

    TYPE: ClassVar[str] = "webhook.changed"
    fields: list[str]
    types: list[str]


@dataclass(frozen=True, kw_only=True)
class WebhookSecretRotated(DomainEvent):
    """It has a new secret; the one before counts until the moment named."""

    TYPE: ClassVar[str] = "webhook.secret_rotated"
    ends_at: str


@dataclass(frozen=True, kw_only=True)
class WebhookPaused(DomainEvent):
    """Nothing is sent until it is resumed; what happens meanwhile waits."""

    TYPE: ClassVar[str] = "webhook.paused"


@dataclass(frozen=True, kw_only=True)
class WebhookResumed(DomainEvent):
    """It is sent to again, what waited first."""

    TYPE: ClassVar[str] = "webhook.resumed"


@dataclass(frozen=True, kw_only=True)
class WebhookTripped(DomainEvent):
    """It failed so often in a row that it is left alone for a while; the last error is private."""

    TYPE: ClassVar[str] = "webhook.tripped"
    failures: int


@dataclass(frozen=True, kw_only=True)
class WebhookRecovered(DomainEvent):
    """A message arrived after it had tripped."""

    TYPE: ClassVar[str] = "webhook.recovered"


@dataclass(frozen=True, kw_only=True)
class WebhookEnded(DomainEvent):
    """Ended for good: by hand, or because it answered that it is gone."""

    TYPE: ClassVar[str] = "webhook.ended"
    why: str


@dataclass(frozen=True, kw_only=True)
class WebhookReplayed(DomainEvent):
    """Events of a time were sent again, or one was."""

    TYPE: ClassVar[str] = "webhook.replayed"
    since: str
    until: str


@dataclass(frozen=True, kw_only=True)
class WebhookTested(DomainEvent):
    """A message that says nothing, sent so that somebody sees it arrive."""

    TYPE: ClassVar[str] = "webhook.tested"


@dataclass(frozen=True, kw_only=True)
class EffectRetried(DomainEvent):
    """Somebody had an effect that was given up tried again; the reason is private."""

    TYPE: ClassVar[str] = "effect.retried"
    effect: str
    about: str
    attempts: int
    due_at: str


@dataclass(frozen=True, kw_only=True)
class EffectDiscarded(DomainEvent):
    """Somebody decided that an effect never happens; reason and last error are private."""

    TYPE: ClassVar[str] = "effect.discarded"
    effect: str
    about: str
    attempts: int
    due_at: str
