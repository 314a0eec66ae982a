"""Events of what is said on elements of the model. Numbers count within the version."""

from dataclasses import dataclass
from typing import ClassVar

from esm.events.types import DomainEvent


@dataclass(frozen=True, kw_only=True)
class ElementCommented(DomainEvent):
    """Somebody said something on an element; ``thread`` is the first of its thread, perhaps
    itself. The words are private text."""

    TYPE: ClassVar[str] = "model.commented"
    version: str
    kind: str
    key: str
    comment: int
    thread: int


@dataclass(frozen=True, kw_only=True)
class CommentRemoved(DomainEvent):
    """Whoever wrote it took its words back."""

    TYPE: ClassVar[str] = "model.comment_removed"
    version: str
    comment: int


@dataclass(frozen=True, kw_only=True)
class ThreadSettled(DomainEvent):
    """What a thread was about is settled, or it is open again."""

    TYPE: ClassVar[str] = "model.thread_settled"
    version: str
    thread: int
    open: bool
