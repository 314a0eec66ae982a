"""What still has to happen after a commit."""

from django.db import models
from django.db.models.functions import Now


class Delivery(models.Model):
    """One effect somebody asked for, owed to one consumer; gone once it is done.

    Stands for an event (``event_id`` and ``bucket``) or, for senders, for ``item``. ``attempts`` is
    counted before the work; a ``dead`` row was given up and waits for a person.
    """

    class State(models.TextChoices):
        DUE = "due", "due"
        DEAD = "dead", "given up"

    event_id = models.BigIntegerField(null=True)
    bucket = models.DateField(null=True)
    item = models.CharField(max_length=100, db_default="")
    consumer = models.CharField(max_length=80)
    queue = models.CharField(max_length=20)
    state = models.CharField(max_length=4, choices=State.choices, db_default="due")
    due_at = models.DateTimeField()
    created_at = models.DateTimeField(db_default=Now())
    attempts = models.SmallIntegerField(db_default=0)
    lease_until = models.DateTimeField(null=True)
    lease_token = models.UUIDField(null=True)
    error = models.TextField(db_default="")

    class Meta:
        ordering = ("id",)
        indexes = [
            models.Index(
                fields=["queue", "due_at", "id"],
                name="delivery_due",
                condition=models.Q(state="due"),
            ),
            models.Index(fields=["id"], name="delivery_dead", condition=models.Q(state="dead")),
            # The next message of one endpoint, however many wait for another.
            models.Index(
                fields=["item", "id"],
                name="delivery_webhook",
                condition=models.Q(state="due", queue="webhooks"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.consumer} of {self.event_id or self.item}"


class Dirty(models.Model):
    """A chain whose projection is behind; ``mark`` counts how often it grew since ``since``.

    What fails is counted and set aside as a ``Suspect``, like the rows of every sweep.
    """

    chain = models.CharField(max_length=60, unique=True)
    bucket = models.DateField()
    since = models.DateTimeField()
    due_at = models.DateTimeField()
    mark = models.IntegerField(db_default=1)

    class Meta:
        ordering = ("id",)

    def __str__(self) -> str:
        return self.chain
