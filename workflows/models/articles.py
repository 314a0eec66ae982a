"""What was known at a step."""

from django.db import models

from catalog.models import ArticleVersion
from esm.common import clock
from governance.models import Person
from workflows.models.requests import Request, StageVisit


class ArticleUse(models.Model):
    """A version of an article helped at a step; the step keeps this version."""

    request = models.ForeignKey(Request, on_delete=models.PROTECT, related_name="article_uses")
    visit = models.ForeignKey(StageVisit, on_delete=models.PROTECT, related_name="article_uses")
    version = models.ForeignKey(ArticleVersion, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(fields=["visit", "version"], name="article_use_once")
        ]

    def __str__(self) -> str:
        return f"use {self.pk}"
