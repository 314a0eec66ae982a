"""Rows that sweeps could not work on, and what sweeps have in hand."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from esm.events.chains import ChainParent


class InHand(models.Model):
    """What one process of a sweep works on at this moment; gone with the transaction that did it.

    One that stays was left by a process that died: ``backend`` and ``begun`` name its connection.
    Leases end on the database's clock.
    """

    sweep = models.CharField(max_length=20)
    keys = ArrayField(models.BigIntegerField())
    backend = models.IntegerField()
    begun = models.DateTimeField()
    lease_until = models.DateTimeField()

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return f"{len(self.keys)} of {self.sweep}"


class Suspect(models.Model):
    """A row that raised, or was in hand when a process died; worked alone from then on.

    ``key`` is the primary key of what the sweep works on. ``attempts`` is counted before the work;
    a ``dead`` one was given up and waits for a person. It is gone once the work was done.
    """

    class State(models.TextChoices):
        DUE = "due", "due"
        DEAD = "dead", "given up"

    sweep = models.CharField(max_length=20)
    key = models.BigIntegerField()
    state = models.CharField(max_length=4, choices=State.choices, db_default="due")
    since = models.DateTimeField(db_default=Now())
    due_at = models.DateTimeField()
    attempts = models.SmallIntegerField(db_default=0)
    error = models.TextField(db_default="")

    class Meta:
        ordering = ("id",)
        constraints = [models.UniqueConstraint(fields=["sweep", "key"], name="suspect_once")]

    def __str__(self) -> str:
        return f"{self.sweep} {self.key}"


class Clockwork(ChainParent):
    """The one row on whose chain stands what people did to effects that were given up."""

    CHAIN = "clockwork"

    id = models.SmallIntegerField(primary_key=True, default=1)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(id=1), name="clockwork_single"),
        ]

    def __str__(self) -> str:
        return "clockwork"
