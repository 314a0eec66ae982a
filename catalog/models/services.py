"""What people can ask for, projected from the model, and what they began to ask."""

import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models

from esm.common import clock
from governance.models import Department, Person
from governance.models.people import Projected


class Service(Projected):
    """Something a department does for others."""

    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="services")
    summary = models.CharField(max_length=300, blank=True)
    synonyms = ArrayField(models.CharField(max_length=80), default=list, blank=True)
    live = models.BooleanField(default=True)

    class Meta:
        ordering = ("name",)


class Offering(Projected):
    """One way to get a service: a form, a promise and a workflow. No audience means everyone.

    Departments, roles and teams of sites each narrow who may ask; None does not.
    """

    service = models.ForeignKey(Service, on_delete=models.PROTECT, related_name="offerings")
    audience = models.ManyToManyField(Department, blank=True)
    audience_roles = ArrayField(models.CharField(max_length=100), null=True, blank=True)
    audience_teams = ArrayField(models.CharField(max_length=100), null=True, blank=True)
    synonyms = ArrayField(models.CharField(max_length=80), default=list, blank=True)

    class Meta:
        ordering = ("name",)


class Objective(Projected):
    """What the organisation wants to become true."""

    code = models.CharField(max_length=20, blank=True)


class Outcome(Projected):
    """What gets better for whom."""

    objectives = models.ManyToManyField(Objective, blank=True)


class Measure(Projected):
    """How an outcome is measured: unit, direction, baseline and target stay in the model."""

    outcome = models.ForeignKey(Outcome, on_delete=models.PROTECT, related_name="measures")


class Technology(Projected):
    """A system that supports stages or services."""

    since = models.DateTimeField(null=True, blank=True)


class Draft(models.Model):
    """A request that is being written; nothing of it is shared before it is sent."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="drafts"
    )
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    offering = models.ForeignKey(Offering, on_delete=models.CASCADE, related_name="+")
    data = models.JSONField(default=dict, blank=True)
    step = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(default=clock.now)
    updated_at = models.DateTimeField(default=clock.now)
    sent_as = models.CharField(max_length=40, blank=True, help_text="Number of the request.")
    discarded_at = models.DateTimeField(null=True, blank=True)
    part_of = models.CharField(
        max_length=40, blank=True, db_default="", help_text="Number of the request it is a part of."
    )
    beneficiary = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        ordering = ("-updated_at",)
        indexes = [
            models.Index(
                fields=["user", "-updated_at"],
                condition=models.Q(sent_as="", discarded_at__isnull=True),
                name="draft_open",
            )
        ]

    def __str__(self) -> str:
        return str(self.id)


class DraftFile(models.Model):
    """A file added to a draft; becomes an attachment when the request is sent."""

    draft = models.ForeignKey(Draft, on_delete=models.CASCADE, related_name="files")
    field_key = models.CharField(max_length=100)
    name = models.CharField(max_length=255)
    content_type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return self.name
