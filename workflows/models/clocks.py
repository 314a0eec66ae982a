"""Clocks measure against a target and carry their next due moment."""

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models

from workflows.models.handoffs import Handoff
from workflows.models.requests import Request, StageVisit


class CalendarContent(models.Model):
    """What counted: the whole content of a calendar under its hash; never changed."""

    content_hash = models.CharField(max_length=64, primary_key=True)
    content = models.JSONField()

    def __str__(self) -> str:
        return self.content_hash[:12]


class Clock(models.Model):
    """One row holds all the sweep and the page need: target, elapsed, spans, next threshold.

    Seconds are business seconds of the clock's calendar; elapsed equal to target is met.
    ``spans`` is append-only, see ``workflows.engine.clockwork``: each span ran or stood still and
    keeps what was counted in it, by which calendar, against which target, and why it ended there.
    The open span is not in it: it is ``running_since`` or ``still_since``, counted by the content
    ``counted_by``. ``elapsed_s`` is the sum of the running spans of this generation.
    """

    class Metric(models.TextChoices):
        RESPOND = "respond", "to accept"
        COMPLETE = "complete", "to finish"
        PROMISE = "promise", "the promise"
        DECISION = "decision", "to decide"
        CLARIFY = "clarify", "to answer"
        WAIT = "wait", "to let us go on"
        STAGE = "stage", "the whole step"

    class State(models.TextChoices):
        RUNNING = "running", "running"
        PAUSED = "paused", "stands still"
        STOPPED = "stopped", "stopped"
        CANCELLED = "cancelled", "cancelled"

    # The number within the request has an index that begins with it.
    request = models.ForeignKey(
        Request, on_delete=models.PROTECT, related_name="clocks", db_index=False
    )
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
    agreed_s = models.PositiveIntegerField(
        null=True, blank=True, help_text="The target before priority; empty: no priority counts."
    )
    elapsed_s = models.PositiveIntegerField(default=0)
    running_since = models.DateTimeField(null=True, blank=True)
    still_since = models.DateTimeField(null=True, blank=True)
    counted_by = models.CharField(
        max_length=64, blank=True, help_text="Hash of the calendar content of the open span."
    )
    spans = models.JSONField(default=list, blank=True)
    generation = models.PositiveSmallIntegerField(default=1)
    rungs = ArrayField(
        models.PositiveSmallIntegerField(),
        default=list,
        blank=True,
        help_text="Rungs of the ladder that fired in this generation.",
    )
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
    pause_party = models.CharField(
        max_length=40, blank=True, help_text="Whom it waits for; of a wait clock, whose it is."
    )
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("request_id", "seq")
        constraints = [models.UniqueConstraint(fields=["request", "seq"], name="clock_number")]
        triggers = [
            pgtrigger.Trigger(
                name="spans_are_kept",
                operation=pgtrigger.UpdateOf("spans"),
                when=pgtrigger.Before,
                condition=pgtrigger.Q(old__spans__df=pgtrigger.F("new__spans")),
                func="""
                    IF OLD.spans IS DISTINCT FROM (
                        SELECT coalesce(jsonb_agg(one ORDER BY n), '[]')
                        FROM jsonb_array_elements(NEW.spans) WITH ORDINALITY AS t(one, n)
                        WHERE n <= jsonb_array_length(OLD.spans)
                    ) THEN
                        RAISE EXCEPTION 'spans of clock % are kept as they were', OLD.id;
                    END IF;
                    RETURN NEW;
                """,
            )
        ]
        indexes = [
            models.Index(
                fields=["next_due", "id"],
                condition=models.Q(next_due__isnull=False),
                name="clock_next",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.metric} clock {self.seq}"
