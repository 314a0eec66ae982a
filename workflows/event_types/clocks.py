"""Events of clocks."""

from dataclasses import dataclass
from typing import ClassVar

from esm.events.types import DomainEvent


@dataclass(frozen=True, kw_only=True)
class ClockStarted(DomainEvent):
    """A clock runs; target in business seconds."""

    TYPE: ClassVar[str] = "clock.started"
    clock: int
    metric: str
    visit: int | None
    handoff: int | None
    decision: int | None
    target_s: int
    calendar: str
    due_at: str


@dataclass(frozen=True, kw_only=True)
class ClockPaused(DomainEvent):
    """It stands still, with reason and party."""

    TYPE: ClassVar[str] = "clock.paused"
    clock: int
    reason: str
    party: str


@dataclass(frozen=True, kw_only=True)
class ClockResumed(DomainEvent):
    """It runs again with a new due moment."""

    TYPE: ClassVar[str] = "clock.resumed"
    clock: int
    due_at: str


@dataclass(frozen=True, kw_only=True)
class ClockWarned(DomainEvent):
    """A share of the target has passed."""

    TYPE: ClassVar[str] = "clock.warned"
    clock: int
    percent: int


@dataclass(frozen=True, kw_only=True)
class ClockBreached(DomainEvent):
    """The target was passed; occurred when it was due."""

    TYPE: ClassVar[str] = "clock.breached"
    clock: int
    due_at: str


@dataclass(frozen=True, kw_only=True)
class ClockStopped(DomainEvent):
    """It ended, met or missed."""

    TYPE: ClassVar[str] = "clock.stopped"
    clock: int
    met: bool
    elapsed_s: int


@dataclass(frozen=True, kw_only=True)
class ClockCancelled(DomainEvent):
    """It no longer counts."""

    TYPE: ClassVar[str] = "clock.cancelled"
    clock: int


@dataclass(frozen=True, kw_only=True)
class ClockMoved(DomainEvent):
    """A day of its calendar changed, so it is due at another moment."""

    TYPE: ClassVar[str] = "clock.moved"
    clock: int
    calendar: str
    due_at: str


@dataclass(frozen=True, kw_only=True)
class ClockEscalated(DomainEvent):
    """A rung of its ladder was reached: others than who works on it hear of it.

    ``when`` is percent, before or after; ``amount`` a percentage or business seconds. Once per
    clock, generation and rung.
    """

    TYPE: ClassVar[str] = "clock.escalated"
    clock: int
    generation: int
    rung: int
    when: str
    amount: int
    to: list[str]
    roles: list[str]


@dataclass(frozen=True, kw_only=True)
class ClockRetargeted(DomainEvent):
    """Its target changed, as with the priority; what had elapsed stays. Business seconds."""

    TYPE: ClassVar[str] = "clock.retargeted"
    clock: int
    why: str
    before_s: int
    target_s: int
    due_at: str


@dataclass(frozen=True, kw_only=True)
class ClockReset(DomainEvent):
    """It started anew as its next generation; what the one before had counted, and whether met."""

    TYPE: ClassVar[str] = "clock.reset"
    clock: int
    generation: int
    elapsed_s: int
    met: bool
    due_at: str


@dataclass(frozen=True, kw_only=True)
class ClockRuled(DomainEvent):
    """An event of the request moved it by a rule of the model: what was done, by which rule.

    ``does`` is start, pause, resume, stop, cancel or reset; ``rule`` the number of the rule in its
    clock policy, from 1; ``event`` the type of the event that moved it.
    """

    TYPE: ClassVar[str] = "clock.ruled"
    clock: int
    does: str
    policy: str
    rule: int
    event: str
