"""Exchange rates: what one unit of a currency was worth in another on a day."""

import pgtrigger
from django.db import models

from esm.common import clock


class ExchangeRate(models.Model):
    """One unit of ``source`` was worth ``rate`` units of ``target`` on a day.

    A row never changes: a correction is a new row that replaces it from that moment on, so that
    what was asked for before finds the rate it was decided with.
    """

    source = models.CharField(max_length=3)
    target = models.CharField(max_length=3)
    day = models.DateField()
    rate = models.DecimalField(max_digits=20, decimal_places=10)
    origin = models.CharField(max_length=200, blank=True, help_text="Who published it.")
    recorded_at = models.DateTimeField(default=clock.now)
    replaced_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-day", "-id")
        constraints = [
            models.UniqueConstraint(
                fields=["source", "target", "day"],
                condition=models.Q(replaced_at__isnull=True),
                name="rate_once_a_day",
            ),
            models.CheckConstraint(condition=models.Q(rate__gt=0), name="rate_above_zero"),
            models.CheckConstraint(
                condition=~models.Q(source=models.F("target")), name="rate_of_two_currencies"
            ),
        ]
        indexes = [models.Index(fields=["target", "source", "day"], name="rate_into")]
        triggers = [
            pgtrigger.Protect(name="rate_stays", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(
                name="rate_says_the_same",
                fields=["source", "target", "day", "rate", "origin", "recorded_at"],
            ),
            pgtrigger.Protect(
                name="rate_replaced_is_final",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__replaced_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.source} {self.target} {self.day.isoformat()}"

    @property
    def plain(self) -> str:
        """The rate without needless zeros."""
        return format(self.rate.normalize(), "f")
