"""Figures of value flow that somebody opens again and again, and who is sent them."""

from django.db import models

from governance.models import Person
from governance.models.sharing import Shared


class FlowView(Shared):
    """A question (or the dashboard, without one) with its period and filters, under a name."""

    CHAIN = "flow-view"

    question = models.CharField(max_length=60, blank=True)
    params = models.JSONField(default=dict)

    class Meta:
        ordering = ("name", "pk")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(owner=None) | models.Q(team=None), name="flow_view_one_audience"
            )
        ]


class FlowSubscription(models.Model):
    """Somebody is sent a saved view by mail, next at ``next_at``."""

    class Rhythm(models.TextChoices):
        """How often."""

        WEEKLY = "weekly"
        MONTHLY = "monthly"

    view = models.ForeignKey(FlowView, on_delete=models.PROTECT, related_name="subscriptions")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    rhythm = models.CharField(max_length=8, choices=Rhythm.choices)
    next_at = models.DateTimeField()

    class Meta:
        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(fields=["view", "person"], name="flow_subscription_once")
        ]
        indexes = [models.Index(fields=["next_at"], name="flow_subscription_due")]

    def __str__(self) -> str:
        return f"{self.rhythm} {self.view_id}"
