"""What becomes of a finding: people work otherwise by a day, or the model changes."""

import pgtrigger
from django.db import models

from esm.common import clock
from governance.models.change import ChangeProposal
from governance.models.findings import KeptFinding
from governance.models.people import Person


class FindingClosing(models.Model):
    """Somebody said what is done about a finding, who does it and by when, or which proposal does.

    It is looked at again after that day, or when the proposal has come to its end: a finding that
    is found again is open again, and ``outcome`` says so.
    """

    class How(models.TextChoices):
        BEHAVIOUR = "behaviour", "people work otherwise"
        MODEL = "model", "the model changes"

    class Outcome(models.TextChoices):
        OPEN = "", "not looked at yet"
        HELD = "held", "it is gone"
        FOUND_AGAIN = "found_again", "it was found again"

    finding = models.ForeignKey(KeptFinding, on_delete=models.PROTECT, related_name="closings")
    how = models.CharField(max_length=10, choices=How.choices)
    what = models.TextField()
    who = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    due = models.DateField(null=True, blank=True)
    proposal = models.ForeignKey(
        ChangeProposal, null=True, blank=True, on_delete=models.PROTECT, related_name="closings"
    )
    closed_at = models.DateTimeField(default=clock.now)
    closed_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    outcome = models.CharField(max_length=12, choices=Outcome.choices, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("finding_id", "pk")
        constraints = [
            models.UniqueConstraint(
                fields=["finding"],
                condition=models.Q(ended_at__isnull=True),
                name="closing_one_open",
            ),
            models.CheckConstraint(
                condition=models.Q(how="behaviour", who__isnull=False, due__isnull=False)
                | models.Q(how="model", proposal__isnull=False),
                name="closing_says_who_or_which",
            ),
            models.CheckConstraint(
                condition=models.Q(ended_at__isnull=True, outcome="")
                | (models.Q(ended_at__isnull=False) & ~models.Q(outcome="")),
                name="closing_ended_how",
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="closing_stays", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(
                name="closing_says_what_it_said",
                fields=["finding", "how", "what", "who", "due", "proposal", "closed_at"],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.finding.ref}: {self.get_how_display()}"

    @property
    def over(self) -> bool:
        """The proposal has come to its end, so that the finding should be gone."""
        return self.proposal is not None and self.proposal.state in (
            ChangeProposal.State.ADOPTED,
            *ChangeProposal.ENDED,
        )
