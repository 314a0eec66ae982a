"""Work that crosses from one team to another: a record of its own, timed on both sides."""

from django.db import models

from governance.models import Person, Team
from workflows.models.requests import Request, StageVisit


class Handoff(models.Model):
    """One offer of a stage to another team; a second offer after a return is a row of its own."""

    class State(models.TextChoices):
        OFFERED = "offered", "offered"
        CLARIFYING = "clarifying", "clarifying"
        ACCEPTED = "accepted", "accepted"
        RETURNED = "returned", "returned"
        WITHDRAWN = "withdrawn", "withdrawn"

    request = models.ForeignKey(Request, on_delete=models.PROTECT, related_name="handoffs")
    seq = models.PositiveIntegerField()
    attempt = models.PositiveSmallIntegerField(default=1)
    previous = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT)
    from_visit = models.ForeignKey(StageVisit, on_delete=models.PROTECT, related_name="handed")
    to_visit = models.OneToOneField(StageVisit, on_delete=models.PROTECT, related_name="handoff")
    from_stage = models.CharField(max_length=100)
    to_stage = models.CharField(max_length=100)
    giver_team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+")
    receiver_team = models.ForeignKey(Team, on_delete=models.PROTECT, related_name="+")
    agreement_key = models.CharField(max_length=100, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.OFFERED)
    auto = models.BooleanField(default=False, help_text="Accepted by the agreement, by nobody.")
    incomplete = models.BooleanField(default=False, help_text="Offered over a missing criterion.")
    criteria = models.JSONField(default=list)
    note = models.TextField(blank=True)
    offered_at = models.DateTimeField()
    offered_by = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    routed_to = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    responded_at = models.DateTimeField(null=True, blank=True)
    responded_by = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    reason_key = models.CharField(max_length=100, blank=True)
    reason_note = models.TextField(blank=True)
    question = models.TextField(blank=True)
    answer = models.TextField(blank=True)
    clarified_once = models.BooleanField(default=False)
    escalated_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("request_id", "seq")
        constraints = [
            models.UniqueConstraint(fields=["request", "seq"], name="handoff_number"),
            models.CheckConstraint(
                condition=~models.Q(giver_team=models.F("receiver_team")),
                name="handoff_crosses_a_boundary",
            ),
        ]
        indexes = [
            models.Index(
                fields=["receiver_team"],
                condition=models.Q(state__in=["offered", "clarifying"]),
                name="handoff_waiting",
            ),
        ]

    def __str__(self) -> str:
        return f"handoff {self.seq}"
