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


@dataclass(frozen=True, kw_only=True)
class ModelRebased(DomainEvent):
    """A draft was brought up to what came into force; each change is kind, key and how."""

    TYPE: ClassVar[str] = "model.rebased"
    version: str
    former: str
    based_on: str
    changes: list[dict[str, str]]
