"""What was observed of measures, and what was decided on benefits that are overdue."""

import pgtrigger
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models.expressions import Func, Value

from catalog.models.services import Measure
from esm.common import clock
from esm.events.chains import ChainParent
from governance.models import ModelVersion, Person


class MeasureSeries(ChainParent):
    """The record of one measure: its observations, in a chain of their own."""

    CHAIN = "measure"

    measure = models.OneToOneField(Measure, on_delete=models.PROTECT, related_name="series")

    def __str__(self) -> str:
        return f"series {self.measure_id}"

    @property
    def ref(self) -> str:
        """What the ledger calls it."""
        return f"M-{self.pk}"


class Observation(models.Model):
    """A value of a measure over the days of a period, both counted in.

    A row never changes: a correction is a new row that supersedes it. ``n`` counts what the value
    was made of; none where it is a count itself.
    """

    class Source(models.TextChoices):
        COMPUTED = "computed", "computed"
        MANUAL = "manual", "by hand"
        API = "api", "by a program"

    series = models.ForeignKey(MeasureSeries, on_delete=models.PROTECT, related_name="observations")
    period_start = models.DateField()
    period_end = models.DateField()
    value = models.DecimalField(max_digits=20, decimal_places=4)
    n = models.PositiveIntegerField(null=True, blank=True)
    source = models.CharField(max_length=10, choices=Source.choices)
    query = models.CharField(max_length=60, blank=True, help_text="The figure it was computed by.")
    note = models.CharField(max_length=500, blank=True)
    version = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, related_name="+")
    entered_by = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    recorded_at = models.DateTimeField(default=clock.now)
    supersedes = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="superseded_by"
    )
    replaced_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-period_start", "-id")
        constraints = [
            ExclusionConstraint(
                name="observation_once_a_period",
                expressions=[
                    ("series", RangeOperators.EQUAL),
                    (
                        Func(
                            "period_start",
                            "period_end",
                            Value("[]"),
                            function="DATERANGE",
                            output_field=DateRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                condition=models.Q(replaced_at__isnull=True),
            ),
            models.CheckConstraint(
                condition=models.Q(period_end__gte=models.F("period_start")),
                name="observation_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=models.Q(n__isnull=True) | models.Q(n__gte=1), name="observation_of_some"
            ),
            models.CheckConstraint(
                condition=models.Q(source="computed") ^ models.Q(query=""),
                name="observation_computed_by_a_figure",
            ),
        ]
        indexes = [
            models.Index(
                fields=["series", "period_start"],
                condition=models.Q(replaced_at__isnull=True),
                name="observation_now",
            )
        ]
        triggers = [
            pgtrigger.Protect(name="observation_stays", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(
                name="observation_says_the_same",
                fields=[
                    "series", "period_start", "period_end", "value", "n", "source", "query", "note",
                    "version", "entered_by", "recorded_at", "supersedes",
                ],
            ),
            pgtrigger.Protect(
                name="observation_replaced_is_final",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__replaced_at__isnull=False),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.period_start} to {self.period_end}: {self.plain}"

    @property
    def plain(self) -> str:
        """The value without needless zeros."""
        return format(self.value.normalize(), "f")


class BenefitCase(ChainParent):
    """The record of one benefit of the model: what was decided on it."""

    CHAIN = "benefit"

    key = models.CharField(max_length=100, unique=True)

    def __str__(self) -> str:
        return self.key

    @property
    def ref(self) -> str:
        """What the ledger calls it."""
        return f"B-{self.pk}"


class BenefitDecision(models.Model):
    """What becomes of a benefit that did not come by its day; the latest one counts."""

    class Outcome(models.TextChoices):
        EXTEND = "extend", "gets more time"
        STOP = "stop", "is stopped"
        WITHDRAW = "withdraw", "is withdrawn"

    case = models.ForeignKey(BenefitCase, on_delete=models.PROTECT, related_name="decisions")
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    due = models.DateField(null=True, blank=True, help_text="The new day, where it gets more time.")
    reason = models.CharField(max_length=500)
    version = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, related_name="+")
    decided_by = models.ForeignKey(Person, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ("-decided_at", "-id")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(outcome="extend", due__isnull=False)
                | (~models.Q(outcome="extend") & models.Q(due__isnull=True)),
                name="benefit_more_time_until",
            ),
            models.CheckConstraint(condition=~models.Q(reason=""), name="benefit_decided_why"),
        ]
        triggers = [
            pgtrigger.Protect(
                name="benefit_decision_stays", operation=pgtrigger.Delete | pgtrigger.Update
            )
        ]

    def __str__(self) -> str:
        return f"{self.outcome} on {self.decided_at:%Y-%m-%d}"
