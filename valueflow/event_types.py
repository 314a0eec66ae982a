"""Events of saved figures: kept, taken away, sent by mail. A published type never changes shape."""

from dataclasses import dataclass
from typing import ClassVar

from esm.events.types import DomainEvent


@dataclass(frozen=True, kw_only=True)
class FlowViewSaved(DomainEvent):
    """Figures were kept under a name; the name and the address are private."""

    TYPE: ClassVar[str] = "flow_view.saved"
    audience: str
    question: str


@dataclass(frozen=True, kw_only=True)
class FlowViewRemoved(DomainEvent):
    """They are no longer offered and nobody is sent them."""

    TYPE: ClassVar[str] = "flow_view.removed"
    audience: str


@dataclass(frozen=True, kw_only=True)
class FlowViewSubscribed(DomainEvent):
    """Somebody asked to be sent them, weekly or monthly."""

    TYPE: ClassVar[str] = "flow_view.subscribed"
    rhythm: str


@dataclass(frozen=True, kw_only=True)
class FlowViewUnsubscribed(DomainEvent):
    """They are no longer sent to whoever had asked."""

    TYPE: ClassVar[str] = "flow_view.unsubscribed"
