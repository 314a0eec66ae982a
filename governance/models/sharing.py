"""What people keep for daily use: for themselves, for a team, or for everyone."""

from django.db import models

from esm.common import clock
from esm.events.chains import ChainParent
from governance.models.people import Person, Team


class Shared(ChainParent):
    """A named thing with an owner, or a team, or neither: then it is for everyone."""

    name = models.CharField(max_length=80)
    owner = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    team = models.ForeignKey(
        Team, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    author = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    updated_at = models.DateTimeField(default=clock.now)
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name

    @property
    def audience(self) -> str:
        """«mine», «everyone», or «team:» with its key; the team must be at hand."""
        if self.owner_id:
            return "mine"
        return f"team:{self.team.key}" if self.team else "everyone"
