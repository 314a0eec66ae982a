"""Findings in the model in force, kept from night to night, and when each was open."""

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models

from esm.common import clock
from governance.models.people import Person
from governance.models.versions import ModelVersion
from governance.models.waivers import Waiver

# The part of a finding that tells of single decisions how many: shown to those who oversee.
COUNTED = "counted"


class KeptFinding(models.Model):
    """One finding for good: rule and subject name it, whatever its sentence says from day to day.

    ``first_seen`` stays when it comes back; ``opened_at`` is since when it is there this time.
    ``evidence`` are the figures it was made of, ``stake`` how many business days are at stake.
    ``inherited``: it was there before the version in force, or this one describes what is.
    """

    class State(models.TextChoices):
        OPEN = "open", "open"
        ACKNOWLEDGED = "acknowledged", "noted"
        WAIVED = "waived", "waived"
        CLOSED = "closed", "closed"
        FIXED = "fixed", "mended"

    # What counts as definition debt.
    DEBT = ("open", "acknowledged")

    fingerprint = models.CharField(max_length=32, unique=True)
    rule = models.CharField(max_length=12)
    cls = models.CharField(max_length=1, help_text="D of definitions, R of what happened.")
    severity = models.CharField(max_length=10)
    kind = models.CharField(max_length=40)
    key = models.CharField(max_length=100)
    part = models.TextField(blank=True)
    sentence = models.TextField()
    evidence = models.JSONField(default=dict, blank=True)
    stake = models.DecimalField(max_digits=12, decimal_places=1, null=True, blank=True)
    owner_role = models.CharField(max_length=100, blank=True)
    streams = ArrayField(models.CharField(max_length=100), default=list, blank=True)
    state = models.CharField(max_length=12, choices=State.choices, default=State.OPEN)
    inherited = models.BooleanField(default=False)
    first_version = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, related_name="+")
    version = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, related_name="findings")
    first_seen = models.DateTimeField(default=clock.now)
    opened_at = models.DateTimeField(default=clock.now)
    last_seen = models.DateTimeField(default=clock.now)
    fixed_at = models.DateTimeField(null=True, blank=True)
    times = models.PositiveSmallIntegerField(default=1, help_text="How often it came.")
    waiver = models.ForeignKey(
        Waiver, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    acknowledged_by = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    note = models.TextField(blank=True)

    class Meta:
        ordering = ("rule", "kind", "key", "pk")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state="fixed", fixed_at__isnull=False)
                | (~models.Q(state="fixed") & models.Q(fixed_at__isnull=True)),
                name="finding_fixed_when",
            ),
            models.CheckConstraint(
                condition=models.Q(state="waived", waiver__isnull=False)
                | (~models.Q(state="waived") & models.Q(waiver__isnull=True)),
                name="finding_waived_by_which",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="acknowledged")
                | models.Q(acknowledged_at__isnull=False, acknowledged_by__isnull=False),
                name="finding_acknowledged_by_whom",
            ),
        ]
        indexes = [
            models.Index(
                fields=["owner_role"],
                condition=models.Q(state__in=["open", "acknowledged"]),
                name="finding_open_owner",
            )
        ]
        triggers = [
            pgtrigger.Protect(name="finding_stays", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(
                name="finding_is_of_its_subject",
                fields=["fingerprint", "rule", "kind", "key", "part", "first_seen"],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rule} {self.sentence}"

    @property
    def ref(self) -> str:
        """What people call it."""
        return f"F-{self.pk}"

    @property
    def counts(self) -> bool:
        """It tells of single decisions how many there are."""
        return self.part == COUNTED

    @property
    def open(self) -> bool:
        """It counts as definition debt."""
        return self.state in self.DEBT


class FindingSpell(models.Model):
    """A finding was open from then until then, of one severity; waived and mended it is not."""

    finding = models.ForeignKey(KeptFinding, on_delete=models.PROTECT, related_name="spells")
    severity = models.CharField(max_length=10)
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("began_at", "pk")
        constraints = [
            models.UniqueConstraint(
                fields=["finding"],
                condition=models.Q(ended_at__isnull=True),
                name="finding_open_once",
            ),
            models.CheckConstraint(
                condition=models.Q(ended_at__isnull=True)
                | models.Q(ended_at__gte=models.F("began_at")),
                name="spell_ends_after_it_begins",
            ),
        ]
        indexes = [models.Index(fields=["began_at", "ended_at"], name="finding_spell_when")]
        triggers = [pgtrigger.Protect(name="spell_stays", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.severity} since {self.began_at:%Y-%m-%d}"
