"""Events of what becomes of running requests when a version comes into force."""

from dataclasses import dataclass
from typing import ClassVar

from esm.events.types import DomainEvent


@dataclass(frozen=True, kw_only=True)
class ModelInFlightChosen(DomainEvent):
    """What becomes of what runs in a workflow: ``finish`` or ``migrate``; steps by old step."""

    TYPE: ClassVar[str] = "model.in_flight_chosen"
    version: str
    workflow: str
    policy: str
    mapping: dict[str, str]
