"""Events of value flow itself; what happened to work is told by the apps below."""

from dataclasses import dataclass
from typing import ClassVar

from esm.events.types import DomainEvent


@dataclass(frozen=True, kw_only=True)
class BaselineFrozen(DomainEvent):
    """Somebody froze how a stream went in a window; the note is in the private part."""

    TYPE: ClassVar[str] = "baseline.frozen"
    baseline: int
    person: str
    stream: str
    start: str
    end: str
    requests: int
    rows: str
    code: str
