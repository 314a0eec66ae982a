"""Events of a request's files; names are private, hashes stay."""

from dataclasses import dataclass
from typing import ClassVar

from esm.events.types import DomainEvent


@dataclass(frozen=True, kw_only=True)
class FileRemoved(DomainEvent):
    """A file was taken out; what it was can be told by its hash."""

    TYPE: ClassVar[str] = "file.removed"
    file: int
    sha256: str


@dataclass(frozen=True, kw_only=True)
class FileReplaced(DomainEvent):
    """A file was replaced by another one of the same request."""

    TYPE: ClassVar[str] = "file.replaced"
    file: int
    by: int
    sha256: str
