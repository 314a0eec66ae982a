"""People and where they work. Identity rows of the model are projected here with a stable key."""

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models

from esm.common import clock
from esm.events.chains import ChainParent
from governance.models.imports import CalendarImport


class Projected(models.Model):
    """An identity row published from the model: permanent key, name of today, never deleted."""

    key = models.SlugField(max_length=100, unique=True)
    name = models.CharField(max_length=200)
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name


class Department(Projected):
    """A part of the organisation; its slot is the colour it has on every page."""

    code = models.CharField(max_length=12)
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT)
    slot = models.PositiveSmallIntegerField(default=0, help_text="Colour 1 to 10; 0 is neutral.")

    class Meta:
        ordering = ("slot", "name")


class Team(Projected):
    """People who share one queue; belongs to exactly one department."""

    department = models.ForeignKey(Department, on_delete=models.PROTECT, related_name="teams")
    calendar_key = models.CharField(max_length=100, blank=True)
    wip_limit = models.PositiveSmallIntegerField(null=True, blank=True)

    class Meta:
        ordering = ("department__slot", "name")


class Person(ChainParent):
    """A natural person with any number of accounts; votes and rights count once per person."""

    CHAIN = "person"

    key = models.SlugField(max_length=100, unique=True)
    name = models.CharField(max_length=200)
    email = models.EmailField(blank=True)
    zone = models.CharField(max_length=60, default="UTC")
    users = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="persons", blank=True)
    active = models.BooleanField(default=True)

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name

    @property
    def ref(self) -> str:
        """The opaque name used in events; a person's name never enters the chain."""
        return f"P-{self.pk}"


class Membership(models.Model):
    """Somebody works in a team from a day until, not including, another."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="memberships")
    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="memberships")
    is_lead = models.BooleanField(default=False)
    valid = DateTimeRangeField()

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="membership_no_overlap",
                expressions=[
                    ("person", RangeOperators.EQUAL),
                    ("team", RangeOperators.EQUAL),
                    ("valid", RangeOperators.OVERLAPS),
                ],
            )
        ]

    def __str__(self) -> str:
        return f"{self.person_id} in {self.team_id}"


class Absence(models.Model):
    """Somebody is away; the stand-in takes what would come to them."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="absences")
    stand_in = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.PROTECT, related_name="stands_in_for"
    )
    valid = DateTimeRangeField()
    kind = models.CharField(max_length=40, blank=True)

    def __str__(self) -> str:
        return f"absence of {self.person_id}"


class CalendarException(models.Model):
    """One day on which a calendar differs from its weekly pattern; no interval means closed."""

    calendar_key = models.CharField(max_length=100)
    day = models.DateField()
    name = models.CharField(max_length=120)
    intervals = models.JSONField(default=list, blank=True, help_text='Like ["09:00-12:30"].')
    created_at = models.DateTimeField(default=clock.now)
    taken_with = models.ForeignKey(
        CalendarImport,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="days",
        help_text="The import it came with; nothing once somebody kept it by hand.",
    )

    class Meta:
        ordering = ("calendar_key", "day")
        constraints = [
            models.UniqueConstraint(fields=["calendar_key", "day"], name="calendar_exception_day")
        ]

    def __str__(self) -> str:
        return f"{self.calendar_key} {self.day}"


__all__ = [
    "Absence",
    "CalendarException",
    "Department",
    "Membership",
    "Person",
    "Projected",
    "Team",
]
