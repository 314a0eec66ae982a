"""Events the ledger writes about itself. A published type never changes shape."""

from dataclasses import dataclass
from typing import ClassVar

from esm.events.types import DomainEvent


@dataclass(frozen=True, kw_only=True)
class PrivateErased(DomainEvent):
    """Names and free text of an earlier event of this chain were erased for good."""

    TYPE: ClassVar[str] = "private.erased"
    seq: int
    type: str
