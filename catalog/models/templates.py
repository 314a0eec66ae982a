"""Answers that are given again and again."""

from django.db import models

from catalog.models.services import Offering
from governance.models.sharing import Shared


class RequestTemplate(Shared):
    """Answers under a name, from which a request of the same offering starts; no files."""

    CHAIN = "template"

    offering = models.ForeignKey(Offering, on_delete=models.PROTECT, related_name="+")
    data = models.JSONField(default=dict)

    class Meta:
        ordering = ("name", "pk")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(owner=None) | models.Q(team=None), name="template_one_audience"
            )
        ]
        indexes = [
            models.Index(
                fields=["offering", "owner", "team"],
                condition=models.Q(removed_at=None),
                name="template_kept",
            )
        ]
