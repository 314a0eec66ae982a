from catalog.models.articles import Article, ArticleVersion, ArticleVote
from catalog.models.contents import Content
from catalog.models.outcomes import BenefitCase, BenefitDecision, MeasureSeries, Observation
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
    "BenefitCase",
    "BenefitDecision",
    "Content",
    "Draft",
    "DraftFile",
    "Measure",
    "MeasureSeries",
    "MissedSearch",
    "Objective",
    "Observation",
    "Offering",
    "Outcome",
    "Pin",
    "RequestTemplate",
    "Service",
    "ServiceUse",
    "Technology",
]
