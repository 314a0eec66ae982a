"""What sponsors of value streams commit to, and what else shows that they stand behind them."""

from datetime import date

import pgtrigger
from django.db import models

from esm.common import clock
from esm.events.chains import ChainParent
from governance.models.people import Person


class Commitment(ChainParent):
    """A sponsor said what they will do for a stream, by which day, and what will show it.

    What was said never changes. It ends once: done with what shows it, missed when its day passed,
    or withdrawn with a reason.
    """

    CHAIN = "commitment"

    class State(models.TextChoices):
        PLEDGED = "pledged", "open"
        DONE = "done", "done"
        MISSED = "missed", "missed"
        WITHDRAWN = "withdrawn", "withdrawn"

    stream_key = models.CharField(max_length=100)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="commitments")
    action = models.CharField(max_length=300)
    wanted = models.CharField(max_length=300, help_text="What will show that it was done.")
    due = models.DateField(help_text="The last day, in the organisation's zone.")
    pledged_at = models.DateTimeField(default=clock.now)
    state = models.CharField(max_length=10, choices=State.choices, default=State.PLEDGED)
    evidence = models.TextField(blank=True)
    link = models.CharField(max_length=200, blank=True, help_text="Path of what shows it.")
    reason = models.TextField(blank=True, help_text="Why it was withdrawn.")
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_on = models.DateField(null=True, blank=True, help_text="That day in the same zone.")
    ended_by = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    reminded_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("due", "pk")
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(action="") & ~models.Q(wanted=""), name="commitment_says_what"
            ),
            models.CheckConstraint(
                condition=models.Q(state="pledged", ended_at__isnull=True, ended_on__isnull=True)
                | (
                    ~models.Q(state="pledged")
                    & models.Q(ended_at__isnull=False, ended_on__isnull=False)
                ),
                name="commitment_ended_when",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="done")
                | (~models.Q(evidence="", link="") & models.Q(ended_on__lte=models.F("due"))),
                name="commitment_done_in_time_and_shown",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="missed") | models.Q(ended_on__gt=models.F("due")),
                name="commitment_missed_after_its_day",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="withdrawn") | ~models.Q(reason=""),
                name="commitment_withdrawn_why",
            ),
        ]
        indexes = [
            models.Index(fields=["stream_key", "person"], name="commitment_stream"),
            models.Index(
                fields=["due"], condition=models.Q(state="pledged"), name="commitment_open"
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="commitment_stays", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(
                name="commitment_says_the_same",
                fields=["stream_key", "person", "action", "wanted", "due", "pledged_at"],
            ),
            pgtrigger.FSM(
                name="commitment_ends_once",
                field="state",
                transitions=[
                    ("pledged", "done"),
                    ("pledged", "missed"),
                    ("pledged", "withdrawn"),
                ],
            ),
        ]

    def __str__(self) -> str:
        return self.ref

    @property
    def ref(self) -> str:
        """What people call it."""
        return f"C-{self.pk}"

    def standing(self, today: date) -> str:
        """Its state on a day: one whose last day passed is missed, before a sweep says so too."""
        late = self.state == self.State.PLEDGED and self.due < today
        return "missed" if late else str(self.state)


class SponsorSign(models.Model):
    """A sponsor opened the brief of a stream, or said that they stand behind it; once each."""

    class Sign(models.TextChoices):
        OPENED = "opened", "opened the brief"
        SUPPORTED = "supported", "stated support"

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="sponsor_signs")
    stream_key = models.CharField(max_length=100)
    sign = models.CharField(max_length=10, choices=Sign.choices)
    text = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ("stream_key", "pk")
        constraints = [
            models.UniqueConstraint(fields=["person", "stream_key", "sign"], name="sign_once")
        ]
        triggers = [
            pgtrigger.Protect(name="sign_stays", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.person}: {self.get_sign_display()}"
