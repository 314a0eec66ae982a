"""What people say when the critical few are chosen: how feasible a change is, why so few cover."""

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models

from esm.common import clock
from governance.models.people import Person


class FeasibilityRating(models.Model):
    """How feasible it is to change a stream, from 1 to 5, as its owner said at a moment, and why.

    The latest one counts; those before stay.
    """

    stream_key = models.CharField(max_length=100)
    score = models.PositiveSmallIntegerField()
    reason = models.CharField(max_length=500)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ("stream_key", "-pk")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(score__gte=1, score__lte=5) & ~models.Q(reason=""),
                name="feasibility_of_five_and_why",
            )
        ]
        indexes = [models.Index(fields=["stream_key", "-id"], name="feasibility_latest")]
        triggers = [
            pgtrigger.Protect(
                name="feasibility_stays", operation=pgtrigger.Update | pgtrigger.Delete
            )
        ]

    def __str__(self) -> str:
        return f"{self.stream_key}: {self.score}"


class CoverageReason(models.Model):
    """Why these streams are the critical few although together they cover less than is wanted."""

    streams = ArrayField(models.CharField(max_length=100), help_text="Keys in order.")
    text = models.CharField(max_length=500)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ("-pk",)
        constraints = [
            models.CheckConstraint(condition=~models.Q(text=""), name="coverage_says_why")
        ]
        triggers = [
            pgtrigger.Protect(name="coverage_stays", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return ", ".join(self.streams)
