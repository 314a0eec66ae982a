"""How far the change feed may be read."""

from django.db import models


class FeedHorizon(models.Model):
    """All events up to ``upto`` are settled once every transaction before ``xid`` has ended."""

    upto = models.BigIntegerField(primary_key=True)
    xid = models.BigIntegerField(help_text="Number of a transaction, with its epoch.")

    class Meta:
        ordering = ("upto",)

    def __str__(self) -> str:
        return f"up to {self.upto} once {self.xid} is the oldest"
