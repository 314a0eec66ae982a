"""Events about controls and waivers."""

from dataclasses import dataclass
from typing import ClassVar

from esm.events.types import DomainEvent


@dataclass(frozen=True, kw_only=True)
class ControlRefused(DomainEvent):
    """Something was tried that a control forbids; it was taken back, this stays."""

    TYPE: ClassVar[str] = "control.refused"
    control: str
    policy: str
    clause: str
    at: str
    place: str
    subject: str
    version: str


@dataclass(frozen=True, kw_only=True)
class WaiverUsed(DomainEvent):
    """A control was not kept and a waiver let it pass; ``decision`` counts within the subject."""

    TYPE: ClassVar[str] = "waiver.used"
    waiver: str
    control: str
    policy: str
    clause: str
    expires_at: str
    decision: int | None


@dataclass(frozen=True, kw_only=True)
class WaiverRequested(DomainEvent):
    """Reason, risk and compensation are private texts; ``deciders`` are asked to decide."""

    TYPE: ClassVar[str] = "waiver.requested"
    waiver: str
    of: str
    key: str
    severity: str
    scope_kind: str
    scope: str
    expires_at: str
    deciders: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class WaiverActivated(DomainEvent):
    """Approved by its decision; it counts from now on."""

    TYPE: ClassVar[str] = "waiver.activated"
    waiver: str
    decision: int
    expires_at: str


@dataclass(frozen=True, kw_only=True)
class WaiverEnded(DomainEvent):
    """It counts no more; ``how`` is declined, expired or revoked."""

    TYPE: ClassVar[str] = "waiver.ended"
    waiver: str
    how: str


@dataclass(frozen=True, kw_only=True)
class WaiverEnding(DomainEvent):
    """Its last days have begun."""

    TYPE: ClassVar[str] = "waiver.ending"
    waiver: str
    expires_at: str
