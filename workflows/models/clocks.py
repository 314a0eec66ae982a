"""Clocks measure against a target and carry their next due moment."""

from django.contrib.postgres.fields import ArrayField, DateTimeRangeField
from django.db import models

from workflows.models.handoffs import Handoff
from workflows.models.requests import Request, StageVisit


class Clock(models.Model):
    """One row holds all the sweep and the page need: target, elapsed, spans, next threshold.

    Seconds are business seconds of the clock's calendar; elapsed equal to target is met.
    """

    class Metric(models.TextChoices):
        RESPOND = "respond", "to accept"
        COMPLETE = "complete", "to finish"
        PROMISE = "promise", "the promise"
        DECISION = "decision", "to decide"
        CLARIFY = "clarify", "to answer"

    class State(models.TextChoices):
        RUNNING = "running", "running"
        PAUSED = "paused", "stands still"
        STOPPED = "stopped", "stopped"
        CANCELLED = "cancelled", "cancelled"

    request = models.ForeignKey(Request, on_delete=models.PROTECT, related_name="clocks")
    seq = models.PositiveIntegerField()
    visit = models.ForeignKey(
        StageVisit, null=True, blank=True, on_delete=models.PROTECT, related_name="clocks"
    )
    handoff = models.ForeignKey(
        Handoff, null=True, blank=True, on_delete=models.PROTECT, related_name="clocks"
    )
    decision_seq = models.PositiveIntegerField(null=True, blank=True)
    metric = models.CharField(max_length=10, choices=Metric.choices)
    state = models.CharField(max_length=10, choices=State.choices, default=State.RUNNING)
    calendar_key = models.CharField(max_length=100)
    target_s = models.PositiveIntegerField()
    elapsed_s = models.PositiveIntegerField(default=0)
    running_since = models.DateTimeField(null=True, blank=True)
    spans = ArrayField(DateTimeRangeField(), default=list, blank=True)
    due_at = models.DateTimeField(null=True, blank=True)
    risk_at = models.DateTimeField(
        null=True, blank=True, help_text="When three quarters of the target are used."
    )
    next_kind = models.CharField(max_length=12, blank=True)
    next_due = models.DateTimeField(null=True, blank=True)
    warned = ArrayField(models.PositiveSmallIntegerField(), default=list, blank=True)
    breached_at = models.DateTimeField(null=True, blank=True)
    detected_at = models.DateTimeField(null=True, blank=True)
    met = models.BooleanField(null=True, blank=True)
    pause_reason = models.CharField(max_length=40, blank=True)
    pause_party = models.CharField(max_length=40, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("request_id", "seq")
        constraints = [models.UniqueConstraint(fields=["request", "seq"], name="clock_number")]
        indexes = [
            models.Index(
                fields=["next_due", "id"],
                condition=models.Q(next_due__isnull=False),
                name="clock_next",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.metric} clock {self.seq}"
