"""Events of assessments. What somebody answered stands in none of them."""

from dataclasses import dataclass
from typing import ClassVar

from esm.events.types import DomainEvent


@dataclass(frozen=True, kw_only=True)
class AssessmentPlanned(DomainEvent):
    """An assessment was planned; ``asked`` is how many people will be asked."""

    TYPE: ClassVar[str] = "assessment.planned"
    assessment: str
    of: str
    key: str
    until: str
    asked: int


@dataclass(frozen=True, kw_only=True)
class AssessmentOpened(DomainEvent):
    """It may be answered from now on."""

    TYPE: ClassVar[str] = "assessment.opened"
    assessment: str
    until: str


@dataclass(frozen=True, kw_only=True)
class AssessmentAnswered(DomainEvent):
    """Somebody answered, or answered anew."""

    TYPE: ClassVar[str] = "assessment.answered"
    assessment: str


@dataclass(frozen=True, kw_only=True)
class AssessmentClosed(DomainEvent):
    """Nobody answers any more; what facts said is kept from now on."""

    TYPE: ClassVar[str] = "assessment.closed"
    assessment: str
    answered: int
    asked: int


@dataclass(frozen=True, kw_only=True)
class AssessmentPublished(DomainEvent):
    """Everybody may read its figures."""

    TYPE: ClassVar[str] = "assessment.published"
    assessment: str
