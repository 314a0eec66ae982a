"""Votes on decisions, and who may still vote where several decide together."""

import pgtrigger
from django.db import models

from esm.common import clock
from governance.models.decisions import Decision
from governance.models.delegations import Delegation
from governance.models.people import Person


class Seat(models.Model):
    """Somebody who decides an open decision together with others, as it stood when last looked at.

    Once it is decided it stays as it was then: who was asked, and so who saw what it is about.
    """

    decision = models.ForeignKey(Decision, on_delete=models.CASCADE, related_name="seats")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="seats")
    role_key = models.CharField(max_length=100)
    stands_in_for = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    delegation = models.ForeignKey(
        Delegation, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    voted_at = models.DateTimeField(null=True, blank=True, help_text="In the round of now.")

    class Meta:
        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(fields=["decision", "person"], name="seat_once_a_person"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} on {self.decision_id}"


class Vote(models.Model):
    """What one natural person said in one round, with the right they said it under and why.

    Taken back it stays on record. ``counted`` is whether the outcome was made of it: whoever no
    longer held the right at that instant is not counted.
    """

    class Choice(models.TextChoices):
        APPROVE = "approve", "yes"
        DECLINE = "decline", "no"
        REFER_BACK = "refer_back", "send back"

    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="votes")
    round = models.PositiveSmallIntegerField()
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="votes")
    choice = models.CharField(max_length=12, choices=Choice.choices)
    role_key = models.CharField(max_length=100)
    right_key = models.CharField(max_length=100, blank=True)
    stands_in_for = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    delegation = models.ForeignKey(
        Delegation, null=True, blank=True, on_delete=models.PROTECT, related_name="votes"
    )
    rationale = models.TextField(blank=True)
    conditions = models.TextField(blank=True)
    trace = models.JSONField(default=list)
    content_hash = models.BinaryField(max_length=32, help_text="Of what was voted on.")
    cast_at = models.DateTimeField(default=clock.now)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    counted = models.BooleanField(default=False)

    class Meta:
        ordering = ("cast_at", "pk")
        constraints = [
            models.UniqueConstraint(
                fields=["decision", "round", "person"],
                condition=models.Q(withdrawn_at__isnull=True),
                name="vote_once_a_person",
            ),
            models.CheckConstraint(
                condition=~models.Q(counted=True, withdrawn_at__isnull=False),
                name="vote_counted_or_withdrawn",
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="vote_stays", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="vote_counted_is_final",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__counted=True)
                | pgtrigger.Q(old__withdrawn_at__isnull=False),
            ),
            pgtrigger.ReadOnly(
                name="vote_says_the_same",
                fields=[
                    "decision", "round", "person", "choice", "role_key", "right_key",
                    "stands_in_for", "delegation", "rationale", "conditions", "trace",
                    "content_hash", "cast_at",
                ],
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.choice} by {self.person_id} on {self.decision_id}"
