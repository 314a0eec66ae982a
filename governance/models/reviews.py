"""Elements that were looked at again, and what a meeting took up of its agenda."""

import pgtrigger
from django.db import models

from esm.common import clock
from governance.models.people import Person
from governance.models.versions import ModelVersion


class Review(models.Model):
    """Whoever answers for an element says that it still holds, and when it is looked at again.

    It counts for the element of the version in force then and of those that follow, until the day
    it names; a later day in the model itself counts instead.
    """

    kind = models.CharField(max_length=40)
    key = models.CharField(max_length=100)
    version = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, related_name="+")
    content_hash = models.BinaryField(max_length=32, help_text="Of what was looked at.")
    note = models.TextField(blank=True)
    next_due = models.DateField()
    confirmed_at = models.DateTimeField(default=clock.now)
    confirmed_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ("-pk",)
        indexes = [models.Index(fields=["kind", "key", "-id"], name="review_of")]
        triggers = [
            pgtrigger.Protect(name="review_stays", operation=pgtrigger.Delete | pgtrigger.Update)
        ]

    def __str__(self) -> str:
        return f"{self.kind}/{self.key} until {self.next_due}"


class AgendaNote(models.Model):
    """A meeting took up a point of its agenda: what was said, and whether it was decided there.

    ``body`` is the key of a governance body, empty for the agenda of all; ``point`` names what the
    point was made of, ``title`` is how it read then.
    """

    body = models.CharField(max_length=100, blank=True)
    point = models.CharField(max_length=120)
    title = models.TextField()
    text = models.TextField()
    decided = models.BooleanField(default=False)
    taken_at = models.DateTimeField(default=clock.now)
    taken_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ("-pk",)
        constraints = [
            models.CheckConstraint(condition=~models.Q(text=""), name="agenda_note_says_what")
        ]
        indexes = [models.Index(fields=["point", "-id"], name="agenda_note_of")]
        triggers = [
            pgtrigger.Protect(
                name="agenda_note_stays", operation=pgtrigger.Delete | pgtrigger.Update
            )
        ]

    def __str__(self) -> str:
        return self.title
