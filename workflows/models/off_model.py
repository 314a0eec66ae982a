"""Work that no published flow knows."""

from django.db import models

from esm.common import clock
from esm.events.chains import ChainParent
from governance.models import Department, Person, Team


class OffModelWork(ChainParent):
    """Work done outside any published flow, in one step, as whoever did it logged it.

    ``department`` is for whom it was; none where it was for the team itself.
    """

    CHAIN = "off-model"

    team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="off_model_work")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    department = models.ForeignKey(
        Department, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    title = models.CharField(max_length=200)
    note = models.TextField(blank=True)
    day = models.DateField(help_text="In the zone of the team.")
    seconds = models.PositiveIntegerField()
    logged_at = models.DateTimeField(default=clock.now)
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-day", "-id")
        indexes = [
            models.Index(
                fields=["team", "-day", "-id"],
                condition=models.Q(removed_at=None),
                name="off_model_team",
            )
        ]

    def __str__(self) -> str:
        return self.title
