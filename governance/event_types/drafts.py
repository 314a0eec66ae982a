"""Events of drafts of the model."""

from dataclasses import dataclass
from typing import ClassVar

from esm.events.types import DomainEvent


@dataclass(frozen=True, kw_only=True)
class ModelDiscarded(DomainEvent):
    """A draft was given up before it was agreed; why stands in the private part."""

    TYPE: ClassVar[str] = "model.discarded"
    version: str
    based_on: str
