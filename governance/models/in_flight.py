"""What becomes of running requests when a version comes into force."""

import pgtrigger
from django.db import models

from esm.common import clock
from governance.models.people import Person
from governance.models.versions import ModelVersion


class InFlightPolicy(models.Model):
    """Of one workflow: what runs ends under the version it began under, or moves to this one.

    Where nothing was chosen it ends where it began. ``mapping`` says at which step of this version
    the work of an old step goes on, where its key is another one.
    """

    class Policy(models.TextChoices):
        FINISH = "finish", "ends under the version it began under"
        MIGRATE = "migrate", "moves to this version"

    # While it may still be chosen; in force, too: what runs may be moved later.
    OPEN = ("draft", "in_review", "agreed", "published")

    version = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, related_name="in_flight")
    workflow_key = models.CharField(max_length=100)
    policy = models.CharField(max_length=8, choices=Policy.choices, default=Policy.FINISH)
    mapping = models.JSONField(default=dict, blank=True)
    chosen_at = models.DateTimeField(default=clock.now)
    chosen_by = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ("version_id", "workflow_key")
        constraints = [
            models.UniqueConstraint(
                fields=["version", "workflow_key"], name="in_flight_once_per_workflow"
            )
        ]
        triggers = [pgtrigger.Protect(name="in_flight_stays", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.version.code}, {self.workflow_key}: {self.policy}"
