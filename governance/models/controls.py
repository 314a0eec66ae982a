"""What controls said at run time, and findings about what happened."""

import pgtrigger
from django.db import models

from esm.common import clock
from esm.events.chains import ChainParent
from governance.models.decisions import Decision
from governance.models.people import Person
from governance.models.versions import ModelVersion
from governance.models.waivers import Waiver


class ControlResult(ChainParent):
    """A control was not kept: what was tried was refused, or a waiver let it pass.

    A refused attempt is written after what it was part of was taken back; ``attempt`` is its
    number, so that it is written once.
    """

    CHAIN = "control"

    class State(models.TextChoices):
        REFUSED = "refused", "refused"
        WAIVED = "waived", "passed under a waiver"

    attempt = models.UUIDField(unique=True)
    control_key = models.CharField(max_length=100)
    policy_key = models.CharField(max_length=100)
    clause = models.CharField(max_length=200)
    at = models.CharField(max_length=12)
    place = models.CharField(max_length=210, blank=True, help_text="Type, step, role or version.")
    subject_kind = models.CharField(max_length=30)
    subject_id = models.BigIntegerField()
    subject_ref = models.CharField(max_length=40)
    version = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, related_name="+")
    person = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    state = models.CharField(max_length=10, choices=State.choices)
    waiver = models.ForeignKey(
        Waiver, null=True, blank=True, on_delete=models.PROTECT, related_name="uses"
    )
    happened_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ("-happened_at", "-pk")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state="waived", waiver__isnull=False)
                | models.Q(state="refused", waiver__isnull=True),
                name="control_waived_by_which",
            ),
        ]
        indexes = [
            models.Index(fields=["control_key", "-happened_at"], name="control_result_latest"),
            models.Index(fields=["-happened_at"], name="control_result_when"),
        ]
        triggers = [
            pgtrigger.Protect(name="control_result_stays", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(
                name="control_result_says_the_same",
                fields=[
                    "attempt", "control_key", "policy_key", "clause", "at", "place",
                    "subject_kind", "subject_id", "subject_ref", "version", "person", "state",
                    "waiver", "happened_at",
                ],
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.control_key} {self.state} at {self.subject_ref}"


class RunFinding(models.Model):
    """A rule or a control found something wrong in what happened; closed when it is gone.

    ``fingerprint`` names rule and subject: what is found again is the same finding.
    """

    fingerprint = models.CharField(max_length=32)
    rule = models.CharField(max_length=12)
    severity = models.CharField(max_length=10)
    control_key = models.CharField(max_length=100, blank=True)
    kind = models.CharField(max_length=40, help_text="Of the element of the model it points at.")
    key = models.CharField(max_length=100)
    subject_kind = models.CharField(max_length=30, blank=True)
    subject_id = models.BigIntegerField(null=True, blank=True)
    subject_ref = models.CharField(max_length=40, blank=True)
    decision = models.ForeignKey(
        Decision, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    sentence = models.CharField(max_length=500)
    first_seen = models.DateTimeField(default=clock.now)
    last_seen = models.DateTimeField(default=clock.now)
    happened_at = models.DateTimeField(help_text="When what it is about was done.")
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-happened_at", "-pk")
        constraints = [
            models.UniqueConstraint(
                fields=["fingerprint"],
                condition=models.Q(closed_at__isnull=True),
                name="run_finding_open_once",
            ),
        ]
        indexes = [models.Index(fields=["rule", "-happened_at"], name="run_finding_rule")]
        triggers = [pgtrigger.Protect(name="run_finding_stays", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.rule} {self.sentence}"
