"""Events of looking at the model again, and of meetings; in the chain of the version in force."""

from dataclasses import dataclass
from typing import ClassVar

from esm.events.types import DomainEvent


@dataclass(frozen=True, kw_only=True)
class ElementReviewed(DomainEvent):
    """Somebody looked at an element again: it still holds. What they say is private text."""

    TYPE: ClassVar[str] = "model.reviewed"
    version: str
    kind: str
    key: str
    content_hash: str
    next_due: str


@dataclass(frozen=True, kw_only=True)
class PointTaken(DomainEvent):
    """A meeting took up a point of its agenda; what was said is private text."""

    TYPE: ClassVar[str] = "model.point_taken"
    version: str
    body: str
    point: str
    decided: bool
