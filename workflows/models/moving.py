"""Running requests that follow another version of the model than they began under."""

import pgtrigger
from django.db import models

from esm.common import clock
from governance.models import ModelVersion, Person
from workflows.models.requests import Request


class MigrationRun(models.Model):
    """All running requests of a workflow are moved to a version, as far as nobody has to decide.

    ``total`` are those that ran elsewhere when it began; ``moved`` and ``kept`` what became of
    those looked at so far, ``pieces`` how many parts are still owed.
    """

    version = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, related_name="+")
    workflow_key = models.CharField(max_length=100)
    mapping = models.JSONField(default=dict, blank=True)
    started_at = models.DateTimeField(default=clock.now)
    started_by = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    total = models.PositiveIntegerField(default=0)
    moved = models.PositiveIntegerField(default=0)
    kept = models.PositiveIntegerField(default=0)
    pieces = models.PositiveIntegerField(default=0)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-pk",)
        constraints = [
            models.UniqueConstraint(
                fields=["version", "workflow_key"],
                condition=models.Q(ended_at__isnull=True),
                name="migration_run_one_at_a_time",
            )
        ]

    def __str__(self) -> str:
        return f"{self.workflow_key} to {self.version.code}"


class RequestMigration(models.Model):
    """A running request was moved from one version to another, and maybe back again.

    ``before`` is what undoing restores: its marking, the step, role and estimate of each live
    visit, the targets and calendars of its clocks, the agreements of its offers. ``event_seq`` is
    the number of the last event of the move: a step since then, and it cannot be undone any more.
    """

    request = models.ForeignKey(Request, on_delete=models.PROTECT, related_name="migrations")
    seq = models.PositiveSmallIntegerField()
    before_version = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, related_name="+")
    version = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, related_name="+")
    mapping = models.JSONField(default=dict, blank=True)
    before = models.JSONField(default=dict)
    event_seq = models.PositiveIntegerField(default=0)
    run = models.ForeignKey(
        MigrationRun, null=True, blank=True, on_delete=models.PROTECT, related_name="migrations"
    )
    moved_at = models.DateTimeField(default=clock.now)
    moved_by = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ("request_id", "seq")
        constraints = [
            models.UniqueConstraint(fields=["request", "seq"], name="migration_number"),
            models.CheckConstraint(
                condition=~models.Q(before_version=models.F("version")),
                name="migration_goes_elsewhere",
            ),
        ]
        triggers = [pgtrigger.Protect(name="migration_stays", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.request.ref}, move {self.seq}"
