"""Events of sources whose messages become requests."""

from dataclasses import dataclass
from typing import ClassVar

from esm.events.types import DomainEvent


@dataclass(frozen=True, kw_only=True)
class SourceMade(DomainEvent):
    """Messages of a program outside become requests of an offering; its name is private text."""

    TYPE: ClassVar[str] = "source.made"
    program: str
    requester: str
    offering: str


@dataclass(frozen=True, kw_only=True)
class SourceChanged(DomainEvent):
    """Its name, or where answers stand in its messages, changed; a new name is private text."""

    TYPE: ClassVar[str] = "source.changed"
    fields: list[str]


@dataclass(frozen=True, kw_only=True)
class SourceSecretRotated(DomainEvent):
    """It has a new secret; the one before counts until the moment named."""

    TYPE: ClassVar[str] = "source.secret_rotated"
    ends_at: str


@dataclass(frozen=True, kw_only=True)
class SourceEnded(DomainEvent):
    """Nothing of it is taken any more."""

    TYPE: ClassVar[str] = "source.ended"
