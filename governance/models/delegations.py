"""Delegations: what a holder gave to somebody else to decide while they are away."""

from datetime import datetime, timedelta

import pgtrigger
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models

from esm.common import clock
from governance.models.people import Person

# 180 days of the calendar; a change of the clocks may add an hour.
LONGEST = timedelta(days=180, hours=1)


class Delegation(models.Model):
    """A person gave a role's rights, or one type of decision, to another for a time.

    It counts once accepted, inside its period, while the giver is away, and reaches no further
    than what the giver holds at the moment of deciding. Ended, it never changes again.
    """

    class State(models.TextChoices):
        PROPOSED = "proposed", "proposed"
        ACCEPTED = "accepted", "accepted"
        DECLINED = "declined", "declined"
        REVOKED = "revoked", "revoked"

    class Of(models.TextChoices):
        ROLE = "role", "role"
        TYPE = "type", "type of decision"

    class Cause(models.TextChoices):
        GIVER = "giver", "taken back"
        DELEGATE = "delegate", "given back"
        ADMINISTRATOR = "administrator", "ended by an administrator"
        ROLE = "role", "the role ended"
        LEFT = "left", "somebody left"

    giver = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="delegations_given")
    delegate = models.ForeignKey(
        Person, on_delete=models.PROTECT, related_name="delegations_received"
    )
    of = models.CharField(max_length=10, choices=Of.choices)
    key = models.CharField(max_length=100, help_text="Of the role or the type of decision.")
    scope_kind = models.CharField(max_length=20, blank=True, help_text="department, service, site")
    scope_key = models.CharField(max_length=100, blank=True)
    max_amount = models.DecimalField(
        max_digits=20, decimal_places=2, null=True, blank=True, help_text="Included."
    )
    currency = models.CharField(max_length=3, blank=True)
    valid = DateTimeRangeField()
    reason = models.CharField(max_length=500, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.PROPOSED)
    proposed_at = models.DateTimeField(default=clock.now)
    accepted_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    cause = models.CharField(max_length=15, choices=Cause.choices, blank=True)

    class Meta:
        ordering = ("-valid", "-id")
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(giver=models.F("delegate")), name="delegation_to_another"
            ),
            models.CheckConstraint(
                condition=models.Q(
                    valid__startswith__isnull=False,
                    valid__endswith__isnull=False,
                    valid__endswith__lte=models.F("valid__startswith") + LONGEST,
                ),
                name="delegation_bound_in_time",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="accepted") | models.Q(accepted_at__isnull=False),
                name="delegation_accepted_when",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=["proposed", "accepted"], ended_at__isnull=True)
                | models.Q(state__in=["declined", "revoked"], ended_at__isnull=False),
                name="delegation_ended_when",
            ),
            models.CheckConstraint(
                condition=models.Q(max_amount__isnull=True) | models.Q(max_amount__gte=0),
                name="delegation_amount",
            ),
            ExclusionConstraint(
                name="delegation_given_once",
                expressions=[
                    ("giver", RangeOperators.EQUAL),
                    ("delegate", RangeOperators.EQUAL),
                    ("of", RangeOperators.EQUAL),
                    ("key", RangeOperators.EQUAL),
                    ("scope_kind", RangeOperators.EQUAL),
                    ("scope_key", RangeOperators.EQUAL),
                    ("valid", RangeOperators.OVERLAPS),
                ],
                condition=models.Q(state__in=["proposed", "accepted"]),
            ),
        ]
        indexes = [
            models.Index(
                fields=["giver"],
                condition=models.Q(state__in=["proposed", "accepted"]),
                name="delegation_live_giver",
            ),
            models.Index(
                fields=["delegate"],
                condition=models.Q(state__in=["proposed", "accepted"]),
                name="delegation_live_delegate",
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="delegation_stays", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="delegation_ended_is_final",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__state__in=["declined", "revoked"]),
            ),
            pgtrigger.ReadOnly(
                name="delegation_says_the_same",
                fields=[
                    "giver", "delegate", "of", "key", "scope_kind", "scope_key", "max_amount",
                    "currency", "valid", "proposed_at",
                ],
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.of} {self.key} of {self.giver_id} to {self.delegate_id}"

    @property
    def live(self) -> bool:
        """Neither declined nor taken back; its time may be over."""
        return self.state in (self.State.PROPOSED, self.State.ACCEPTED)

    def standing(self, now: datetime) -> str:
        """proposed, accepted (ahead), active, expired, declined or revoked at a moment."""
        if not self.live:
            return str(self.state)
        if self.valid.upper <= now:
            return "expired"
        if self.state == self.State.PROPOSED:
            return "proposed"
        return "active" if self.valid.lower <= now else "accepted"
