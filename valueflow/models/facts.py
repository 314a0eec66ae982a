"""Read models of value flow: rebuilt from a request's own events, never edited.

They hold the keys of the model as they were at the time. ``_cal_s`` is seconds of calendar time,
``_bus_s`` business seconds: of the service's calendar for requests, spans and visits, of the
receiver's for handoffs, of the decider's for decisions.
"""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import BrinIndex
from django.db import models

from workflows.models import Request


class FactRequest(models.Model):
    """How one request went, and who it waits for while it is open."""

    request = models.OneToOneField(
        Request, primary_key=True, on_delete=models.CASCADE, related_name="fact"
    )
    number = models.PositiveIntegerField()
    stream = models.CharField(max_length=100)
    service = models.CharField(max_length=100)
    offering = models.CharField(max_length=100)
    workflow = models.CharField(max_length=100)
    version = models.CharField(max_length=30)
    department = models.CharField(max_length=100, blank=True)
    requester = models.CharField(max_length=80)
    confidential = models.BooleanField()
    channel = models.CharField(max_length=12)
    calendar = models.CharField(max_length=100)
    day_s = models.PositiveIntegerField()
    submitted_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    fulfilled_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=12)
    promise_s = models.PositiveIntegerField()
    promise = models.CharField(max_length=8)
    promise_due_at = models.DateTimeField(null=True)
    promise_elapsed_s = models.PositiveIntegerField(null=True)
    breached_at = models.DateTimeField(null=True)
    lead_cal_s = models.PositiveBigIntegerField(null=True)
    lead_bus_s = models.PositiveBigIntegerField(null=True)
    touch_s = models.PositiveIntegerField()
    touch_estimated_s = models.PositiveIntegerField()
    handoffs = models.PositiveSmallIntegerField()
    returns = models.PositiveSmallIntegerField()
    clarifications = models.PositiveSmallIntegerField()
    departments = ArrayField(models.CharField(max_length=100), default=list)
    first_pass = models.BooleanField()
    state = models.CharField(max_length=10, blank=True)
    stage = models.CharField(max_length=100, blank=True)
    team = models.CharField(max_length=100, blank=True)
    waiting_kind = models.CharField(max_length=10, blank=True)
    waiting_on = models.CharField(max_length=100, blank=True)
    since = models.DateTimeField(null=True)
    last_seq = models.PositiveIntegerField()

    class Meta:
        ordering = ("-number",)
        indexes = [
            models.Index(fields=["fulfilled_at"], name="fact_fulfilled"),
            models.Index(fields=["submitted_at"], name="fact_submitted"),
            models.Index(
                fields=["submitted_at"],
                condition=models.Q(outcome="open"),
                name="fact_open",
            ),
            models.Index(fields=["ended_at"], name="fact_ended"),
            models.Index(
                fields=["promise_due_at"],
                condition=models.Q(promise__in=("missed", "running", "none")),
                name="fact_due",
            ),
        ]

    def __str__(self) -> str:
        return f"facts of {self.number}"


class FactSpan(models.Model):
    """One span of attributed time; those without slack add up to the lead time."""

    fact = models.ForeignKey(FactRequest, on_delete=models.CASCADE, related_name="spans")
    position = models.PositiveSmallIntegerField()
    start = models.DateTimeField()
    end = models.DateTimeField(null=True)
    state = models.CharField(max_length=10)
    stage = models.CharField(max_length=100)
    visit = models.PositiveSmallIntegerField()
    team = models.CharField(max_length=100)
    department = models.CharField(max_length=100)
    accountable_role = models.CharField(max_length=100, blank=True)
    accountable_team = models.CharField(max_length=100, blank=True)
    waiting_kind = models.CharField(max_length=10)
    waiting_on = models.CharField(max_length=100, blank=True)
    branch = models.CharField(max_length=60, blank=True)
    slack = models.BooleanField()
    cal_s = models.PositiveBigIntegerField(null=True)
    bus_s = models.PositiveBigIntegerField(null=True)

    class Meta:
        ordering = ("fact_id", "position")
        # Spans are written soon after they end, so that whole weeks lie together.
        indexes = [BrinIndex(fields=["end"], name="fact_span_end", autosummarize=True)]

    def __str__(self) -> str:
        return f"{self.state} in {self.stage}"


class FactVisit(models.Model):
    """One visit of a stage."""

    fact = models.ForeignKey(FactRequest, on_delete=models.CASCADE, related_name="visits")
    number = models.PositiveSmallIntegerField()
    stage = models.CharField(max_length=100)
    kind = models.CharField(max_length=10)
    team = models.CharField(max_length=100)
    department = models.CharField(max_length=100)
    role = models.CharField(max_length=100, blank=True)
    rework = models.BooleanField()
    entered_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=10, blank=True)
    stay_cal_s = models.PositiveBigIntegerField(null=True)
    stay_bus_s = models.PositiveBigIntegerField(null=True)
    touch_s = models.PositiveIntegerField()
    estimated = models.BooleanField()
    on_line = models.BooleanField()

    class Meta:
        ordering = ("fact_id", "number")

    def __str__(self) -> str:
        return f"{self.stage} #{self.number}"


class FactHandoff(models.Model):
    """One offer of work to another team; ``lost`` only on first offers that were settled."""

    fact = models.ForeignKey(FactRequest, on_delete=models.CASCADE, related_name="offers")
    number = models.PositiveSmallIntegerField()
    attempt = models.PositiveSmallIntegerField()
    first = models.PositiveSmallIntegerField()
    from_stage = models.CharField(max_length=100)
    to_stage = models.CharField(max_length=100)
    giver_team = models.CharField(max_length=100)
    giver_department = models.CharField(max_length=100)
    receiver_team = models.CharField(max_length=100)
    receiver_department = models.CharField(max_length=100)
    agreement = models.CharField(max_length=100, blank=True)
    offered_at = models.DateTimeField()
    responded_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=10)
    reason = models.CharField(max_length=100, blank=True)
    auto = models.BooleanField()
    incomplete = models.BooleanField()
    escalated = models.BooleanField()
    clarified = models.BooleanField()
    sent_back = models.BooleanField()
    respond_s = models.PositiveIntegerField(null=True)
    day_s = models.PositiveIntegerField()
    wait_cal_s = models.PositiveBigIntegerField(null=True)
    wait_bus_s = models.PositiveBigIntegerField(null=True)
    met = models.BooleanField(null=True)
    lost_cal_s = models.PositiveBigIntegerField(null=True)
    lost_bus_s = models.PositiveBigIntegerField(null=True)

    class Meta:
        ordering = ("fact_id", "number")

    def __str__(self) -> str:
        return f"{self.giver_department} to {self.receiver_department}"


class FactDecision(models.Model):
    """One decision and how long it took."""

    fact = models.ForeignKey(FactRequest, on_delete=models.CASCADE, related_name="decisions")
    number = models.PositiveSmallIntegerField()
    type = models.CharField(max_length=100)
    role = models.CharField(max_length=100, blank=True)
    right = models.CharField(max_length=100, blank=True)
    amount = models.DecimalField(max_digits=20, decimal_places=2, null=True)
    currency = models.CharField(max_length=3, blank=True)
    band_min = models.DecimalField(max_digits=20, decimal_places=2, null=True)
    band_max = models.DecimalField(max_digits=20, decimal_places=2, null=True)
    opened_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=12)
    latency_s = models.PositiveIntegerField(null=True)
    wait_cal_s = models.PositiveBigIntegerField(null=True)
    wait_bus_s = models.PositiveBigIntegerField(null=True)
    version = models.CharField(max_length=30, blank=True)

    class Meta:
        ordering = ("fact_id", "number")

    def __str__(self) -> str:
        return f"{self.type} {self.outcome}"
