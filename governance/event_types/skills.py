"""Events about what people are able to do."""

from dataclasses import dataclass
from typing import ClassVar

from esm.events.types import DomainEvent


@dataclass(frozen=True, kw_only=True)
class SkillConfirmed(DomainEvent):
    """How well somebody does it, until which day that is proven; what shows it is private."""

    TYPE: ClassVar[str] = "skill.confirmed"
    person: str
    skill: str
    level: int
    valid_to: str | None


@dataclass(frozen=True, kw_only=True)
class SkillWithdrawn(DomainEvent):
    """What was confirmed of somebody counts no more."""

    TYPE: ClassVar[str] = "skill.withdrawn"
    person: str
    skill: str
