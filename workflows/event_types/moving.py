"""Events of running requests that follow another version of the model."""

from dataclasses import dataclass
from typing import Any, ClassVar

from esm.events.types import DomainEvent


@dataclass(frozen=True, kw_only=True)
class RequestMigrated(DomainEvent):
    """A running request follows another version from now on.

    ``visits`` are its live visits with the step and the role they go on at.
    """

    TYPE: ClassVar[str] = "request.migrated"
    move: int
    before: str
    version: str
    mapping: dict[str, str]
    visits: list[dict[str, Any]]


@dataclass(frozen=True, kw_only=True)
class RequestMigrationUndone(DomainEvent):
    """Before anything happened since, it follows again the version it did before."""

    TYPE: ClassVar[str] = "request.migration_undone"
    move: int
    before: str
    version: str
    visits: list[dict[str, Any]]


@dataclass(frozen=True, kw_only=True)
class ModelMigrationBegun(DomainEvent):
    """What runs in a workflow begins to be moved to the version in force, as far as it is safe."""

    TYPE: ClassVar[str] = "model.migration_begun"
    version: str
    workflow: str
    mapping: dict[str, str]
    requests: int
