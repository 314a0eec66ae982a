"""Events of findings in the model; they stand in the chain of the version in force."""

from dataclasses import dataclass
from typing import ClassVar

from esm.events.types import DomainEvent


@dataclass(frozen=True, kw_only=True)
class ModelChecked(DomainEvent):
    """Findings were looked for and something changed: marks of what is open now and was not, of
    what came back, of what is mended; counts of what is open by severity."""

    TYPE: ClassVar[str] = "model.checked"
    version: str
    opened: tuple[str, ...]
    returned: tuple[str, ...]
    fixed: tuple[str, ...]
    open: dict[str, int]


@dataclass(frozen=True, kw_only=True)
class FindingClosed(DomainEvent):
    """It was said what becomes of a finding: ``how`` is behaviour (who, by when) or model (which
    proposal). What is done stands in the private part."""

    TYPE: ClassVar[str] = "model.finding_closed"
    version: str
    finding: str
    mark: str
    rule: str
    owner: str
    how: str
    who: str
    due: str | None
    proposal: str


@dataclass(frozen=True, kw_only=True)
class FindingReopened(DomainEvent):
    """A finding that was closed was found again after its day, or when its proposal was over."""

    TYPE: ClassVar[str] = "model.finding_reopened"
    version: str
    finding: str
    mark: str
    rule: str
    owner: str
    how: str


@dataclass(frozen=True, kw_only=True)
class FindingAcknowledged(DomainEvent):
    """Somebody takes note of a finding; what they say stands in the private part."""

    TYPE: ClassVar[str] = "model.finding_acknowledged"
    version: str
    finding: str
    mark: str
    rule: str
    owner: str
