"""Events of opinions on decisions. Numbers of decisions count within the subject."""

from dataclasses import dataclass
from typing import ClassVar

from esm.events.types import DomainEvent


@dataclass(frozen=True, kw_only=True)
class OpinionAsked(DomainEvent):
    """These persons are asked for their opinion on an open decision."""

    TYPE: ClassVar[str] = "decision.opinion_asked"
    decision: int
    round: int
    people: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class OpinionGiven(DomainEvent):
    """Somebody recommended, agreed or gave input, or did not; what they wrote is private text."""

    TYPE: ClassVar[str] = "decision.opinion_given"
    decision: int
    round: int
    part: str
    verdict: str
    giver: str
    role: str
    right: str
