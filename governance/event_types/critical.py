"""Events of choosing the critical few. Reasons are private text."""

from dataclasses import dataclass
from typing import ClassVar

from esm.events.types import DomainEvent


@dataclass(frozen=True, kw_only=True)
class StreamRated(DomainEvent):
    """Somebody said how feasible it is to change a stream, from 1 to 5."""

    TYPE: ClassVar[str] = "stream.rated"
    person: str
    stream: str
    score: int


@dataclass(frozen=True, kw_only=True)
class CoverageExplained(DomainEvent):
    """A steward said why these critical streams cover less than is wanted."""

    TYPE: ClassVar[str] = "critical.explained"
    person: str
    streams: list[str]
