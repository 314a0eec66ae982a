"""Baselines: how a stream went in a window before something changes, frozen row by row."""

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models

from esm.common import clock
from governance.models import ModelVersion, Person


class Baseline(models.Model):
    """The requests of a stream that were finished in a window, and how they were counted then.

    ``requests`` are their ids, ``rows_hash`` is over what was counted of each, ``definitions`` says
    each figure in words, ``code`` is the mark of the code that counts, ``figures`` are those of
    that day. Nothing of it changes.
    """

    stream_key = models.CharField(max_length=100)
    start = models.DateTimeField()
    end = models.DateTimeField(help_text="Does not count in.")
    service_key = models.CharField(max_length=100, blank=True)
    version = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, related_name="+")
    definitions = models.JSONField()
    code = models.CharField(max_length=64)
    requests = ArrayField(models.BigIntegerField())
    rows_hash = models.BinaryField(max_length=32)
    figures = models.JSONField()
    note = models.CharField(max_length=500, blank=True)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    frozen_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ("-pk",)
        constraints = [
            models.CheckConstraint(
                condition=models.Q(end__gt=models.F("start")), name="baseline_begins_before_it_ends"
            )
        ]
        triggers = [
            pgtrigger.Protect(name="baseline_stays", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.stream_key} {self.start:%Y-%m-%d} to {self.end:%Y-%m-%d}"

    @property
    def rows_mark(self) -> str:
        """The hash of its rows as text."""
        return bytes(self.rows_hash).hex()

    @property
    def n(self) -> int:
        """How many requests it holds."""
        return len(self.requests)
