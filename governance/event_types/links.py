"""Events of links in mails."""

from dataclasses import dataclass
from typing import ClassVar

from esm.events.types import DomainEvent


@dataclass(frozen=True, kw_only=True)
class DecisionLinkUsed(DomainEvent):
    """Somebody decided, or voted, by the link of a mail; what they said follows on the chain."""

    TYPE: ClassVar[str] = "decision.link_used"
    decision: int
    round: int
    person: str
    made_at: str
