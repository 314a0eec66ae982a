"""What became of checking the ledger."""

from django.db import models
from django.db.models.functions import Now


class LedgerCheck(models.Model):
    """The whole ledger was read against its hashes: how many events there were, what was wrong.

    ``checked_at`` is the machine's time at the end.
    """

    checked_at = models.DateTimeField(db_default=Now())
    events = models.BigIntegerField()
    faults = models.IntegerField()

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"{self.events} events, {self.faults} faults"
