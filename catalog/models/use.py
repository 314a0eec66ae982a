"""What people keep at hand, and what is asked for most."""

from django.db import models

from catalog.models.services import Service
from esm.common import clock
from governance.models import Department, Person


class Pin(models.Model):
    """A service that somebody keeps on their home page."""

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="pins")
    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="+")
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ("id",)
        constraints = [models.UniqueConstraint(fields=["person", "service"], name="pin_once")]

    def __str__(self) -> str:
        return f"pin {self.pk}"


class ServiceUse(models.Model):
    """How often a service was asked for lately, by everyone or by one department.

    Counted once a day and never for fewer than five people, so that it says nothing of anybody.
    """

    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="uses")
    department = models.ForeignKey(
        Department, null=True, blank=True, on_delete=models.CASCADE, related_name="+"
    )
    times = models.PositiveIntegerField()

    class Meta:
        ordering = ("service_id", "department_id")
        constraints = [
            models.UniqueConstraint(
                fields=["service", "department"], nulls_distinct=False, name="service_use_once"
            )
        ]

    def __str__(self) -> str:
        return f"use {self.pk}"
