"""What a row needs to be the parent of a chain of events."""

from datetime import date
from typing import ClassVar

from django.db import models

from esm.common import clock


def opening_month() -> date:
    """First day of the month in which a chain is opened: the partition it lives in for ever."""
    return clock.now().date().replace(day=1)


class ChainParent(models.Model):
    """Carries the number and hash of its chain's last event.

    The service that records locks this row anyway, so numbers have no gap and cost no query.
    """

    CHAIN: ClassVar[str] = ""

    chain_bucket = models.DateField(default=opening_month, editable=False)
    chain_seq = models.IntegerField(default=0, editable=False)
    chain_hash = models.BinaryField(max_length=32, default=bytes(32), editable=False)

    class Meta:
        abstract = True

    @property
    def chain(self) -> str:
        """Name of the chain, such as ``request/17``."""
        return f"{self.CHAIN}/{self.pk}"
