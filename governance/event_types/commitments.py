"""Events of what sponsors commit to for a stream. Words are private text."""

from dataclasses import dataclass
from typing import ClassVar

from esm.events.types import DomainEvent


@dataclass(frozen=True, kw_only=True)
class CommitmentPledged(DomainEvent):
    """A sponsor committed to do something for a stream by a day."""

    TYPE: ClassVar[str] = "commitment.pledged"
    commitment: str
    stream: str
    person: str
    due: str


@dataclass(frozen=True, kw_only=True)
class CommitmentDone(DomainEvent):
    """It was done by its day; ``link`` is the path of what shows it."""

    TYPE: ClassVar[str] = "commitment.done"
    commitment: str
    stream: str
    link: str


@dataclass(frozen=True, kw_only=True)
class CommitmentMissed(DomainEvent):
    """Its day passed and nobody said that it was done."""

    TYPE: ClassVar[str] = "commitment.missed"
    commitment: str
    stream: str
    due: str


@dataclass(frozen=True, kw_only=True)
class CommitmentWithdrawn(DomainEvent):
    """A sponsor takes it back, and says why."""

    TYPE: ClassVar[str] = "commitment.withdrawn"
    commitment: str
    stream: str


@dataclass(frozen=True, kw_only=True)
class CommitmentDueSoon(DomainEvent):
    """Its day comes within a week."""

    TYPE: ClassVar[str] = "commitment.due_soon"
    commitment: str
    due: str


@dataclass(frozen=True, kw_only=True)
class StreamSupported(DomainEvent):
    """A sponsor said that they stand behind a stream."""

    TYPE: ClassVar[str] = "stream.supported"
    person: str
    stream: str
