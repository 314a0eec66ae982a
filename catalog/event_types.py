"""Events of articles, templates, measures and benefits. A published type never changes shape."""

from dataclasses import dataclass
from typing import ClassVar

from esm.events.types import DomainEvent


@dataclass(frozen=True, kw_only=True)
class ArticleSaved(DomainEvent):
    """A version of an article is being written; its title is private."""

    TYPE: ClassVar[str] = "article.saved"
    version: int
    audience: str


@dataclass(frozen=True, kw_only=True)
class ArticlePublished(DomainEvent):
    """Readers see this version from now on; ``content_hash`` is that of its text."""

    TYPE: ClassVar[str] = "article.published"
    version: int
    audience: str
    departments: list[str]
    services: list[str]
    stages: list[str]
    review_on: str
    content_hash: str


@dataclass(frozen=True, kw_only=True)
class ArticleReviewed(DomainEvent):
    """The team looked at it and found it still right."""

    TYPE: ClassVar[str] = "article.reviewed"
    version: int
    review_on: str


@dataclass(frozen=True, kw_only=True)
class ArticleRetired(DomainEvent):
    """It is no longer offered to readers; steps that used it keep the version they used."""

    TYPE: ClassVar[str] = "article.retired"
    version: int


@dataclass(frozen=True, kw_only=True)
class ArticleRated(DomainEvent):
    """Somebody said whether it helped; the answer is private."""

    TYPE: ClassVar[str] = "article.rated"
    version: int


@dataclass(frozen=True, kw_only=True)
class ArticleUsed(DomainEvent):
    """It helped at a step: this version stays with the step."""

    TYPE: ClassVar[str] = "article.used"
    version: int
    request: str
    visit: int
    stage: str


@dataclass(frozen=True, kw_only=True)
class TemplateSaved(DomainEvent):
    """Answers were kept as a template; its name and the answers are private."""

    TYPE: ClassVar[str] = "template.saved"
    audience: str
    offering: str


@dataclass(frozen=True, kw_only=True)
class TemplateRemoved(DomainEvent):
    """It is no longer offered."""

    TYPE: ClassVar[str] = "template.removed"
    audience: str


@dataclass(frozen=True, kw_only=True)
class ObservationRecorded(DomainEvent):
    """A value of a measure over some days; ``query`` names the figure that was computed."""

    TYPE: ClassVar[str] = "observation.recorded"
    measure: str
    period_start: str
    period_end: str
    value: str
    n: int | None
    source: str
    query: str
    model_version: str


@dataclass(frozen=True, kw_only=True)
class ObservationCorrected(DomainEvent):
    """Another value counts for these days; ``former`` is what was there. The reason is private."""

    TYPE: ClassVar[str] = "observation.corrected"
    measure: str
    period_start: str
    period_end: str
    value: str
    n: int | None
    former: str
    source: str
    query: str
    model_version: str


@dataclass(frozen=True, kw_only=True)
class BenefitDecided(DomainEvent):
    """A benefit gets more time, is stopped or withdrawn; the reason is private."""

    TYPE: ClassVar[str] = "benefit.decided"
    benefit: str
    outcome: str
    due: str
    model_version: str
