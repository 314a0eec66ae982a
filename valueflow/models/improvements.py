"""Problems that were shown to the owner of their stream, and what is done about problems."""

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models

from esm.common import clock
from esm.events.chains import ChainParent
from governance.models import ChangeProposal, Person


class StreamProblem(ChainParent):
    """A problem was found in a stream, and what its owner says of it.

    The owner has some working days to answer. Until then, and while it is disputed, executives
    read that it is being looked at. What was said stays.
    """

    CHAIN = "problem"

    class State(models.TextChoices):
        FOUND = "found", "found"
        CONFIRMED = "confirmed", "confirmed by its owner"
        DISPUTED = "disputed", "disputed by its owner"
        SETTLED = "settled", "dispute settled"

    key = models.CharField(max_length=300, unique=True)
    kind = models.CharField(max_length=12)
    stream_key = models.CharField(max_length=100)
    found_at = models.DateTimeField(default=clock.now)
    answer_until = models.DateTimeField(help_text="Until then its owner may answer first.")
    state = models.CharField(max_length=10, choices=State.choices, default=State.FOUND)
    note = models.TextField(blank=True, help_text="What its owner says of it.")
    answered_by = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    answered_at = models.DateTimeField(null=True, blank=True)
    outcome = models.TextField(blank=True, help_text="How the dispute was settled.")
    settled_by = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-pk",)
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(state="disputed") | ~models.Q(note=""),
                name="problem_disputed_why",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="settled") | ~models.Q(outcome=""),
                name="problem_settled_how",
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="problem_stays", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(
                name="problem_is_the_same", fields=["key", "kind", "stream_key", "found_at"]
            ),
        ]

    def __str__(self) -> str:
        return self.key


# From which state to which an opportunity goes.
MOVES: tuple[tuple[str, str], ...] = (
    ("proposed", "triaged"),
    ("triaged", "accepted"),
    ("accepted", "in_progress"),
    ("in_progress", "implemented"),
    ("implemented", "verified"),
    ("implemented", "in_progress"),
    ("verified", "closed"),
    *((state, "parked") for state in ("proposed", "triaged", "accepted", "in_progress")),
    ("parked", "triaged"),
    *((state, "rejected") for state in ("proposed", "triaged", "accepted", "parked")),
)


class ImprovementOpportunity(ChainParent):
    """Something that could be better, from what shows it to the result that was verified.

    ``evidence`` is what was seen when it was raised and never changes; ``result`` is the comparison
    of before and after it was verified by.
    """

    CHAIN = "improvement"

    class State(models.TextChoices):
        PROPOSED = "proposed", "proposed"
        TRIAGED = "triaged", "looked at"
        ACCEPTED = "accepted", "accepted"
        IN_PROGRESS = "in_progress", "in progress"
        IMPLEMENTED = "implemented", "done"
        VERIFIED = "verified", "verified"
        CLOSED = "closed", "closed"
        PARKED = "parked", "parked"
        REJECTED = "rejected", "turned down"

    OVER = ("closed", "rejected")
    # What somebody may still do something about; parked ones wait.
    OPEN = ("proposed", "triaged", "accepted", "in_progress", "implemented")
    MOVES = MOVES

    title = models.CharField(max_length=200)
    text = models.TextField(blank=True, help_text="What should be different.")
    stream_key = models.CharField(max_length=100)
    problem = models.ForeignKey(
        StreamProblem, null=True, blank=True, on_delete=models.PROTECT, related_name="improvements"
    )
    evidence = models.JSONField(default=dict, blank=True)
    findings = ArrayField(
        models.CharField(max_length=32), default=list, blank=True, help_text="Marks of findings."
    )
    days = models.DecimalField(
        max_digits=8, decimal_places=2, null=True, blank=True,
        help_text="Business days it would save a request.",
    )  # fmt: skip
    volume = models.PositiveIntegerField(
        null=True, blank=True, help_text="Requests a quarter that it concerns."
    )
    money = models.DecimalField(max_digits=12, decimal_places=2, null=True, blank=True)
    effort = models.PositiveSmallIntegerField(null=True, blank=True, help_text="1 to 5.")
    kind = models.CharField(
        max_length=12, choices=ChangeProposal.Kind.choices, blank=True, help_text="Of the four."
    )
    owner = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.PROTECT, related_name="improvements"
    )
    raised_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    raised_at = models.DateTimeField(default=clock.now)
    state = models.CharField(max_length=12, choices=State.choices, default=State.PROPOSED)
    started_at = models.DateTimeField(null=True, blank=True)
    implemented_at = models.DateTimeField(null=True, blank=True)
    verified_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    reason = models.TextField(blank=True, help_text="Why it was parked or turned down.")
    result = models.JSONField(default=dict, blank=True)
    proposal = models.ForeignKey(
        ChangeProposal, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ("-pk",)
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(title="") & ~models.Q(stream_key=""),
                name="improvement_says_what",
            ),
            models.CheckConstraint(
                condition=models.Q(effort__isnull=True) | models.Q(effort__range=(1, 5)),
                name="improvement_effort",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=["proposed", "parked", "rejected"])
                | models.Q(
                    effort__isnull=False,
                    days__isnull=False,
                    volume__isnull=False,
                    owner__isnull=False,
                ),
                name="improvement_looked_at",
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=["verified", "closed"])
                | (~models.Q(result={}) & models.Q(verified_at__isnull=False)),
                name="improvement_verified_by_what",
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=["parked", "rejected"]) | ~models.Q(reason=""),
                name="improvement_stopped_why",
            ),
        ]
        indexes = [models.Index(fields=["stream_key", "state"], name="improvement_stream")]
        triggers = [
            pgtrigger.Protect(name="improvement_stays", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(
                name="improvement_shows_the_same",
                fields=["stream_key", "problem", "evidence", "raised_by", "raised_at"],
            ),
            pgtrigger.FSM(name="improvement_moves", field="state", transitions=list(MOVES)),
        ]

    def __str__(self) -> str:
        return self.ref

    @property
    def ref(self) -> str:
        """What people call it."""
        return f"I-{self.pk}"
