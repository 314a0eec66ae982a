"""How it felt: asked once, of whoever asked for the work."""

from django.db import models

from esm.common import clock
from governance.models import Person
from workflows.models.requests import Request


class Pulse(models.Model):
    """What the requester said after closing: 1 (bad) to 5 (good), a word, a comment.

    Shown to others only in figures of five persons and more.
    """

    request = models.OneToOneField(Request, on_delete=models.PROTECT, related_name="pulse")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    score = models.PositiveSmallIntegerField()
    word = models.CharField(max_length=40, blank=True)
    comment = models.TextField(blank=True)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ("-created_at", "-id")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(score__gte=1, score__lte=5), name="pulse_one_to_five"
            ),
        ]

    def __str__(self) -> str:
        return f"pulse of {self.request_id}"
