"""Events of work parts: who was asked for their view, who was told."""

from dataclasses import dataclass
from typing import ClassVar

from esm.events.types import DomainEvent


@dataclass(frozen=True, kw_only=True)
class VisitConsulted(DomainEvent):
    """Work came to a step on which these roles are asked for their view; nobody waits for it."""

    TYPE: ClassVar[str] = "visit.consulted"
    visit: int
    roles: tuple[str, ...]
    people: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class VisitInformed(DomainEvent):
    """A step was done, or everything was, and these roles are told."""

    TYPE: ClassVar[str] = "visit.informed"
    visit: int
    roles: tuple[str, ...]
    people: tuple[str, ...]
    whole: bool
