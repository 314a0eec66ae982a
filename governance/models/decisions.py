"""Decisions: who decides what, under which right of which version, and why it is theirs."""

import pgtrigger
from django.db import models

from esm.common import clock
from governance.models.delegations import Delegation
from governance.models.people import Person, Team
from governance.models.versions import ModelVersion


class Decision(models.Model):
    """One question that one person or several decide; immutable once decided, reversed only by a
    new one.

    The subject is named by kind and id, so that governance knows no workflow row; its chain is the
    subject's chain and its number counts within the subject. Where several decide together nobody
    is the ``decider``: who may vote are its seats. A change of what is decided on begins a new
    round, and no vote of an earlier one counts.
    """

    class State(models.TextChoices):
        OPEN = "open", "open"
        DECIDED = "decided", "decided"
        VOID = "void", "void"

    class Outcome(models.TextChoices):
        APPROVE = "approve", "approved"
        DECLINE = "decline", "declined"
        REFER_BACK = "refer_back", "referred back"

    subject_kind = models.CharField(max_length=30)
    subject_id = models.BigIntegerField()
    subject_ref = models.CharField(max_length=40)
    seq = models.PositiveIntegerField()
    type_key = models.CharField(max_length=100)
    question = models.CharField(max_length=300)
    amount = models.DecimalField(max_digits=20, decimal_places=2, null=True, blank=True)
    currency = models.CharField(max_length=3, blank=True)
    department_key = models.CharField(max_length=100, blank=True)
    service_key = models.CharField(max_length=100, blank=True)
    party = models.CharField(max_length=32, blank=True, help_text="Mark of the counter-party.")
    version = models.ForeignKey(ModelVersion, on_delete=models.PROTECT)
    requester = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    beneficiary = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    right_key = models.CharField(max_length=100, blank=True)
    role_key = models.CharField(max_length=100, blank=True)
    band_min = models.DecimalField(max_digits=20, decimal_places=2, null=True, blank=True)
    band_max = models.DecimalField(max_digits=20, decimal_places=2, null=True, blank=True)
    decider = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.PROTECT, related_name="decisions"
    )
    stands_in_for = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    delegation = models.ForeignKey(
        Delegation,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="decisions",
        help_text="Under which it is theirs, where they act for somebody who gave it to them.",
    )
    body_key = models.CharField(max_length=100, blank=True)
    rule = models.CharField(max_length=10, default="single", help_text="How several decide.")
    quorum = models.PositiveSmallIntegerField(default=1, help_text="How many take part at least.")
    needed = models.PositiveSmallIntegerField(default=1, help_text="How many say yes at least.")
    round = models.PositiveSmallIntegerField(default=1)
    round_began_at = models.DateTimeField(
        null=True, blank=True, help_text="When what is decided on changed last."
    )
    seated_at = models.DateTimeField(
        null=True, blank=True, help_text="When who may vote was last looked at."
    )
    deferred_until = models.DateTimeField(null=True, blank=True)
    reverses = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="reversals"
    )
    asked_because = models.TextField(blank=True, help_text="Why it is asked to take one back.")
    trace = models.JSONField(default=list)
    content_hash = models.BinaryField(max_length=32)
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    opened_at = models.DateTimeField(default=clock.now)
    due_at = models.DateTimeField(null=True, blank=True)
    team = models.ForeignKey(Team, null=True, blank=True, on_delete=models.PROTECT)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    outcome = models.CharField(max_length=12, choices=Outcome.choices, blank=True)
    rationale = models.TextField(blank=True)
    conditions = models.TextField(blank=True, help_text="Under which it was approved.")

    class Meta:
        ordering = ("due_at", "id")
        constraints = [
            models.UniqueConstraint(
                fields=["subject_kind", "subject_id", "seq"], name="decision_number"
            ),
            models.CheckConstraint(
                condition=~models.Q(state="decided")
                | (models.Q(decided_at__isnull=False) & ~models.Q(outcome="")),
                name="decided_has_outcome",
            ),
            models.CheckConstraint(
                condition=models.Q(rule="single") | models.Q(decider__isnull=True),
                name="decided_together_by_nobody_alone",
            ),
            models.UniqueConstraint(
                fields=["reverses"],
                condition=models.Q(state="open"),
                name="decision_one_open_reversal",
            ),
        ]
        indexes = [
            models.Index(
                fields=["decider", "due_at"],
                condition=models.Q(state="open"),
                name="decision_open_decider",
            ),
            models.Index(
                fields=["seated_at"],
                condition=models.Q(state="open") & ~models.Q(rule="single"),
                name="decision_open_several",
            ),
            models.Index(fields=["type_key", "decided_at"], name="decision_type_decided"),
            models.Index(fields=["requester", "type_key", "opened_at"], name="decision_splitting"),
        ]
        triggers = [
            pgtrigger.Protect(
                name="decided_is_final",
                operation=pgtrigger.Update | pgtrigger.Delete,
                condition=pgtrigger.Q(old__state__in=["decided", "void"]),
            )
        ]

    def __str__(self) -> str:
        return self.question

    @property
    def together(self) -> bool:
        """Whether several decide it by votes."""
        return self.rule != "single"
