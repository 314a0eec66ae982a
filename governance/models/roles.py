"""Roles and who holds them when."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models

from governance.models.people import Department, Person, Projected


class Role(Projected):
    """What somebody answers for and may decide, whoever holds it today."""

    department = models.ForeignKey(Department, null=True, blank=True, on_delete=models.PROTECT)
    category = models.CharField(max_length=20, blank=True, help_text="line, executive, …")
    focus = models.CharField(max_length=20, blank=True, help_text="What narrows a holding.")

    class Meta:
        ordering = ("name",)


class RoleAssignment(models.Model):
    """A person holds a role from a moment until, not including, another; focus narrows it."""

    role = models.ForeignKey(Role, on_delete=models.PROTECT, related_name="assignments")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="assignments")
    focus_kind = models.CharField(max_length=30, blank=True, help_text="department, team, stream")
    focus_key = models.CharField(max_length=100, blank=True)
    valid = DateTimeRangeField()

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="assignment_no_overlap",
                expressions=[
                    ("role", RangeOperators.EQUAL),
                    ("person", RangeOperators.EQUAL),
                    ("focus_kind", RangeOperators.EQUAL),
                    ("focus_key", RangeOperators.EQUAL),
                    ("valid", RangeOperators.OVERLAPS),
                ],
            )
        ]

    def __str__(self) -> str:
        return f"{self.person_id} as {self.role_id}"
