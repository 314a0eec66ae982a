"""Read models of why waits lasted: told week by week from all facts, never edited.

A cause depends on what others had in hand meanwhile, so it cannot be told from the events of its
own request like ``FactSpan``. It is told for whole weeks: a week is made anew from the facts when
anything in it changed, so that weeks told one after the other and weeks told all at once are equal.
"""

from django.db import models

from valueflow.models.facts import FactRequest


class FactWait(models.Model):
    """What one cause holds of a wait that ended; the parts of a wait add up to its span.

    ``position`` is that of the span, ``week`` the Monday (UTC) of the week the wait ended in.
    """

    fact = models.ForeignKey(FactRequest, on_delete=models.CASCADE, related_name="causes")
    position = models.PositiveSmallIntegerField()
    week = models.DateField()
    state = models.CharField(max_length=10)
    stage = models.CharField(max_length=100)
    team = models.CharField(max_length=100, blank=True)
    waiting_kind = models.CharField(max_length=10)
    waiting_on = models.CharField(max_length=100, blank=True)
    slack = models.BooleanField()
    cause = models.CharField(max_length=10)
    cal_s = models.PositiveBigIntegerField()
    bus_s = models.PositiveBigIntegerField()

    class Meta:
        ordering = ("fact_id", "position", "cause")
        indexes = [models.Index(fields=["week"], name="fact_wait_week")]

    def __str__(self) -> str:
        return f"{self.cause} in {self.stage}"


class WaitWeek(models.Model):
    """A week whose waits were told, and a mark of all that they were told from."""

    monday = models.DateField(primary_key=True)
    mark = models.CharField(max_length=64)

    class Meta:
        ordering = ("monday",)

    def __str__(self) -> str:
        return f"week of {self.monday:%Y-%m-%d}"
