"""Event logs of other systems, imported into tables of their own."""

import json
from typing import Any

from django.conf import settings
from django.db import models

from esm.common import clock


class EventLog(models.Model):
    """One imported file: how it was read, what it gave, and what was left out.

    The same bytes are one log (``sha256``); importing them again gives the same row.
    """

    class State(models.TextChoices):
        UPLOADED = "uploaded", "waits for its columns"
        QUEUED = "queued", "waits for its turn"
        IMPORTING = "importing", "is being read"
        READY = "ready", "read"
        FAILED = "failed", "could not be read"

    name = models.CharField(max_length=200)
    file_name = models.CharField(max_length=255)
    sha256 = models.CharField(max_length=64, unique=True)
    size = models.PositiveBigIntegerField()
    attribution = models.TextField(blank=True)
    is_sample = models.BooleanField(default=False)
    state = models.CharField(max_length=10, choices=State.choices, default=State.UPLOADED)
    mapping = models.JSONField(default=dict, blank=True)
    profile = models.JSONField(default=dict, blank=True, help_text="How the file was read.")
    progress = models.PositiveSmallIntegerField(default=0, help_text="Per cent.")
    error = models.TextField(blank=True)
    rows_read = models.PositiveBigIntegerField(default=0)
    event_count = models.PositiveBigIntegerField(default=0)
    case_count = models.PositiveBigIntegerField(default=0)
    bad_count = models.PositiveBigIntegerField(default=0)
    first_at = models.DateTimeField(null=True, blank=True)
    last_at = models.DateTimeField(null=True, blank=True)
    # Text, because the order of the figures means something and jsonb would lose it.
    figures_json = models.TextField(default="{}", blank=True)
    created_at = models.DateTimeField(default=clock.now)
    claimed_at = models.DateTimeField(null=True, blank=True, help_text="Last sign of its reader.")
    imported_at = models.DateTimeField(null=True, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL
    )

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        return self.name

    @property
    def figures(self) -> dict[str, Any]:
        """What was mined when it was read, in the order of the figures."""
        found: dict[str, Any] = json.loads(self.figures_json)
        return found


class LogLabel(models.Model):
    """What a code of a log stands for; events carry codes only."""

    class Kind(models.TextChoices):
        CASE = "case", "case"
        ACTIVITY = "activity", "activity"
        GROUP = "group", "group"
        RESOURCE = "resource", "person or system"

    log = models.ForeignKey(EventLog, on_delete=models.CASCADE, related_name="labels")
    kind = models.CharField(max_length=8, choices=Kind.choices)
    code = models.PositiveIntegerField()
    label = models.TextField()

    class Meta:
        ordering = ("log_id", "kind", "code")
        constraints = [
            models.UniqueConstraint(fields=["log", "kind", "code"], name="log_label_once")
        ]

    def __str__(self) -> str:
        return self.label


class LogEvent(models.Model):
    """One row of a log as codes; order within a case is time, then line of the file.

    ``start`` is when the work behind the stamp began, where the log says so.
    """

    log = models.ForeignKey(EventLog, on_delete=models.CASCADE, related_name="events")
    case = models.PositiveIntegerField()
    seq = models.PositiveIntegerField()
    activity = models.PositiveIntegerField()
    group = models.PositiveIntegerField(null=True)
    resource = models.PositiveIntegerField(null=True)
    at = models.DateTimeField()
    start = models.DateTimeField(null=True)
    line = models.PositiveBigIntegerField()

    class Meta:
        ordering = ("log_id", "case", "seq")
        constraints = [
            models.UniqueConstraint(fields=["log", "case", "seq"], name="log_event_once")
        ]

    def __str__(self) -> str:
        return f"{self.case}#{self.seq}"


class LogBadRow(models.Model):
    """One row that was left out, with the line it starts on and why."""

    log = models.ForeignKey(EventLog, on_delete=models.CASCADE, related_name="bad_rows")
    line = models.PositiveBigIntegerField()
    kind = models.CharField(max_length=40)
    reason = models.TextField()
    text = models.TextField(blank=True)

    class Meta:
        ordering = ("log_id", "line")

    def __str__(self) -> str:
        return f"line {self.line}"
