"""What people searched for and did not find; who searched is not kept."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from esm.common import clock


class MissedSearch(models.Model):
    """Words that found nothing: how often by week, and by how many people, who stay unknown.

    ``marks`` are keyed hashes that tell the first three people apart; they go once three are known.
    """

    words = models.CharField(max_length=80, unique=True)
    times = models.PositiveIntegerField(default=0)
    people = models.PositiveSmallIntegerField(default=0, help_text="Counted up to three.")
    marks = ArrayField(models.CharField(max_length=64), default=list, blank=True)
    weeks = models.JSONField(default=dict, help_text="Times by ISO week, such as 2026-W48.")
    last_at = models.DateTimeField(default=clock.now)
    dismissed_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-times", "words")
        indexes = [
            models.Index(
                fields=["-times", "words"],
                condition=models.Q(times__gte=3, people__gte=3),
                name="missed_search_shown",
            ),
            models.Index(fields=["last_at"], name="missed_search_last"),
        ]

    def __str__(self) -> str:
        return self.words
