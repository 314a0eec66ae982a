"""Events of following a request: what is said, nudged, answered, linked, and how it felt."""

from dataclasses import dataclass
from typing import ClassVar

from esm.events.types import DomainEvent


@dataclass(frozen=True, kw_only=True)
class CommentEdited(DomainEvent):
    """The writer corrected a message; the words before stay with the event before."""

    TYPE: ClassVar[str] = "comment.edited"
    comment: int
    internal: bool


@dataclass(frozen=True, kw_only=True)
class CommentRemoved(DomainEvent):
    """The writer took a message back; its words stay in the private part of the ledger."""

    TYPE: ClassVar[str] = "comment.removed"
    comment: int
    internal: bool


@dataclass(frozen=True, kw_only=True)
class PersonMentioned(DomainEvent):
    """Somebody who can read a message was named in it."""

    TYPE: ClassVar[str] = "comment.mentioned"
    comment: int
    internal: bool
    person: str


@dataclass(frozen=True, kw_only=True)
class RequestNudged(DomainEvent):
    """Whoever is waited on at a step was reminded."""

    TYPE: ClassVar[str] = "request.nudged"
    visit: int
    party: str


@dataclass(frozen=True, kw_only=True)
class QuestionAnswered(DomainEvent):
    """Whoever asked for the work answered a step that waited; the answer is private text."""

    TYPE: ClassVar[str] = "visit.answered"
    visit: int


@dataclass(frozen=True, kw_only=True)
class RequestLinked(DomainEvent):
    """Another team was asked for a part; the number of its request is private."""

    TYPE: ClassVar[str] = "request.linked"


@dataclass(frozen=True, kw_only=True)
class PulseGiven(DomainEvent):
    """Whoever asked said how it went; the answer is theirs, so all of it is private."""

    TYPE: ClassVar[str] = "pulse.answered"
