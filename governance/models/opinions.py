"""Opinions on decisions: who is asked for one, and what they said."""

import pgtrigger
from django.db import models

from esm.common import clock
from governance.models.decisions import Decision
from governance.models.people import Person


class Part(models.TextChoices):
    """The parts beside deciding and carrying out; only who must agree can keep a yes from being."""

    RECOMMEND = "recommend", "recommends"
    AGREE = "agree", "must agree"
    INPUT = "input", "gives input"


class AskedOpinion(models.Model):
    """Somebody whose opinion on an open decision is asked; once it is decided, who was asked."""

    decision = models.ForeignKey(Decision, on_delete=models.CASCADE, related_name="asked")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    part = models.CharField(max_length=10, choices=Part.choices)
    role_key = models.CharField(max_length=100)
    right_key = models.CharField(max_length=100)
    said_at = models.DateTimeField(null=True, blank=True, help_text="In the round of now.")

    class Meta:
        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(
                fields=["decision", "person", "part"], name="opinion_asked_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.part} of {self.person_id} on {self.decision_id}"


class Opinion(models.Model):
    """What somebody said in one round of a decision; of several the last one counts."""

    class Verdict(models.TextChoices):
        FOR = "for", "for it"
        AGAINST = "against", "against it"
        COMMENT = "comment", "says"

    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="opinions")
    round = models.PositiveSmallIntegerField()
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    part = models.CharField(max_length=10, choices=Part.choices)
    role_key = models.CharField(max_length=100)
    right_key = models.CharField(max_length=100)
    verdict = models.CharField(max_length=10, choices=Verdict.choices)
    text = models.TextField(blank=True)
    content_hash = models.BinaryField(max_length=32, help_text="Of what it is about.")
    given_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ("given_at", "pk")
        triggers = [
            pgtrigger.Protect(name="opinion_stays", operation=pgtrigger.Update | pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.part} of {self.person_id}: {self.verdict}"
