from catalog.models.articles import Article, ArticleVersion, ArticleVote
from catalog.models.contents import Content
from catalog.models.searches import MissedSearch
from catalog.models.services import (
    Draft,
    DraftFile,
    Measure,
    Objective,
    Offering,
    Outcome,
    Service,
    Technology,
)
from catalog.models.templates import RequestTemplate
from catalog.models.use import Pin, ServiceUse

__all__ = [
    "Article",
    "ArticleVersion",
    "ArticleVote",
    "Content",
    "Draft",
    "DraftFile",
    "Measure",
    "MissedSearch",
    "Objective",
    "Offering",
    "Outcome",
    "Pin",
    "RequestTemplate",
    "Service",
    "ServiceUse",
    "Technology",
]
