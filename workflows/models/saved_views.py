"""Filters of a queue that are used again and again."""

from django.db import models

from governance.models import Team
from governance.models.sharing import Shared


class SavedView(Shared):
    """Filters and order of a queue under a name, a tab of it; without a queue, of every queue."""

    CHAIN = "view"

    queue = models.ForeignKey(
        Team, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    filters = models.JSONField(default=dict)
    position = models.PositiveSmallIntegerField(default=1)

    class Meta:
        ordering = ("position", "pk")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(owner=None) | models.Q(team=None), name="view_one_audience"
            ),
            # What a team shares is of its own queue, what everyone sees of every queue.
            models.CheckConstraint(
                condition=models.Q(owner__isnull=False, queue__isnull=False)
                | models.Q(owner=None, team=models.F("queue"))
                | models.Q(owner=None, team=None, queue=None),
                name="view_of_its_queue",
            ),
        ]
        indexes = [
            models.Index(
                fields=["queue", "owner"],
                condition=models.Q(removed_at=None),
                name="view_kept",
            )
        ]
