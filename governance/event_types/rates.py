"""Events about exchange rates."""

from dataclasses import dataclass
from typing import ClassVar

from esm.events.types import DomainEvent


@dataclass(frozen=True, kw_only=True)
class RateKept(DomainEvent):
    """What one unit of a currency was worth in another on a day; ``former`` is what it replaces."""

    TYPE: ClassVar[str] = "rate.kept"
    source: str
    target: str
    day: str
    rate: str
    former: str
    origin: str
