"""Counts made beforehand, so that a year of a million requests is read in a moment.

Made from the facts, in the transaction that writes them, and rebuilt from them; never edited.
"""

from django.db import models


class Rollup(models.Model):
    """What finished, came and went in some weeks under one scope: number and sum by bucket.

    ``week`` is the first Monday in the zone of ``RollupState``. ``key`` is a stream or empty,
    ``part`` what of it is counted, ``bucket`` that of ``engine/tally.py``, 0 where none is kept;
    ``total`` is in seconds, or in millionths of a business day.
    """

    pk = models.CompositePrimaryKey("scope", "metric", "week", "key", "part", "bucket")
    scope = models.CharField(max_length=10)
    week = models.DateField()
    key = models.CharField(max_length=100, blank=True)
    part = models.CharField(max_length=410, blank=True)
    metric = models.CharField(max_length=10)
    bucket = models.SmallIntegerField()
    n = models.IntegerField()
    total = models.BigIntegerField()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.metric} of {self.scope} {self.key} {self.part}"


class RollupWeek(Rollup):
    """Counts of one week."""

    class Meta:
        ordering = ("scope", "metric", "week", "key", "part", "bucket")


class RollupFourWeeks(Rollup):
    """Counts of four weeks that follow each other, for long periods."""

    class Meta:
        ordering = ("scope", "metric", "week", "key", "part", "bucket")


class RollupState(models.Model):
    """The one row that says the counts are whole, and in which zone their weeks begin."""

    zone = models.CharField(max_length=60)
    built_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="rollup_state_once")]

    def __str__(self) -> str:
        return f"counted in {self.zone}"
