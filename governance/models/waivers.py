"""Waivers: dated exceptions from a control, a policy or a finding, each granted by a decision."""

from datetime import datetime, timedelta

import pgtrigger
from django.db import models

from esm.common import clock
from esm.events.chains import ChainParent
from governance.models.decisions import Decision
from governance.models.people import Person
from governance.models.versions import ModelVersion

# 180 days of the calendar; a change of the clocks may add an hour.
LONGEST = timedelta(days=180, hours=1)
GRANTED = """
    IF NOT EXISTS (
        SELECT 1 FROM governance_decision d WHERE d.id = NEW.decision_id
            AND d.subject_kind = 'waiver' AND d.subject_id = NEW.id
            AND d.state = 'decided' AND d.outcome = 'approve'
            AND d.decided_by_id IS DISTINCT FROM NEW.requested_by_id
            AND NOT EXISTS (SELECT 1 FROM governance_vote v WHERE v.decision_id = d.id
                AND v.counted AND v.person_id = NEW.requested_by_id)
    ) THEN
        RAISE EXCEPTION 'waiver % has no approval by somebody else', NEW.id;
    END IF;
    RETURN NEW;
"""


class Waiver(ChainParent):
    """Somebody asked that a rule need not be kept for a time, says why, and what stands in for it.

    It counts while it is active, which a decision by somebody else makes it; then it ends by its
    day, or earlier when it is taken back. What was said when it was asked for never changes.
    """

    CHAIN = "waiver"

    class State(models.TextChoices):
        REQUESTED = "requested", "asked for"
        APPROVED = "approved", "approved"
        ACTIVE = "active", "active"
        EXPIRED = "expired", "expired"
        REVOKED = "revoked", "taken back"
        DECLINED = "declined", "declined"

    class Of(models.TextChoices):
        CONTROL = "control", "control"
        POLICY = "policy", "policy"
        FINDING = "finding", "finding"

    of = models.CharField(max_length=10, choices=Of.choices)
    key = models.CharField(max_length=100, help_text="Of the element, or mark of the finding.")
    name = models.CharField(max_length=500, help_text="What it said when it was asked for.")
    severity = models.CharField(max_length=10)
    scope_kind = models.CharField(max_length=12, blank=True)
    scope_key = models.CharField(max_length=100, blank=True)
    reason = models.TextField()
    risk = models.TextField()
    compensation = models.TextField()
    version = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, related_name="+")
    requested_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="waivers")
    requested_at = models.DateTimeField(default=clock.now)
    expires_at = models.DateTimeField()
    decision = models.ForeignKey(
        Decision, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    state = models.CharField(max_length=10, choices=State.choices, default=State.REQUESTED)
    activated_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    reminded_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("expires_at", "pk")
        constraints = [
            models.UniqueConstraint(
                fields=["of", "key", "scope_kind", "scope_key"],
                condition=models.Q(state="active"),
                name="waiver_active_once",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    expires_at__gt=models.F("requested_at"),
                    expires_at__lte=models.F("requested_at") + LONGEST,
                ),
                name="waiver_bound_in_time",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=["requested", "declined", "expired", "revoked"])
                | models.Q(decision__isnull=False),
                name="waiver_decided",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="active") | models.Q(activated_at__isnull=False),
                name="waiver_active_when",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    state__in=["requested", "approved", "active"], ended_at__isnull=True
                )
                | models.Q(state__in=["expired", "revoked", "declined"], ended_at__isnull=False),
                name="waiver_ended_when",
            ),
            models.CheckConstraint(
                condition=~models.Q(reason="") & ~models.Q(risk="") & ~models.Q(compensation=""),
                name="waiver_says_why",
            ),
        ]
        indexes = [
            models.Index(
                fields=["expires_at"],
                condition=models.Q(state__in=["requested", "active"]),
                name="waiver_live",
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="waiver_stays", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="waiver_begins_asked_for",
                operation=pgtrigger.Insert,
                condition=~pgtrigger.Q(new__state="requested"),
            ),
            pgtrigger.FSM(
                name="waiver_goes_forward",
                field="state",
                transitions=[
                    ("requested", "approved"),
                    ("approved", "active"),
                    ("requested", "declined"),
                    ("requested", "expired"),
                    ("requested", "revoked"),
                    ("active", "expired"),
                    ("active", "revoked"),
                ],
            ),
            pgtrigger.ReadOnly(
                name="waiver_says_the_same",
                fields=[
                    "of", "key", "name", "severity", "scope_kind", "scope_key", "reason", "risk",
                    "compensation", "version", "requested_by", "requested_at", "expires_at",
                ],
            ),
            pgtrigger.Trigger(
                name="waiver_granted_by_another",
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                condition=pgtrigger.Q(new__state__in=["approved", "active"])
                & pgtrigger.Q(old__state__df=pgtrigger.F("new__state")),
                func=GRANTED,
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.ref

    @property
    def ref(self) -> str:
        """What people call it."""
        return f"W-{self.pk}"

    @property
    def live(self) -> bool:
        """It waits for its decision or counts; its day may be over."""
        return self.state in (self.State.REQUESTED, self.State.ACTIVE)

    def standing(self, now: datetime) -> str:
        """Its state at a moment: what ends is over at once, also before a sweep writes it down."""
        return "expired" if self.live and self.expires_at <= now else str(self.state)
