"""Texts that are written again and again."""

from django.db import models

from governance.models.sharing import Shared


class SavedReply(Shared):
    """A text to insert where people write on a request; placeholders are filled when it is used."""

    CHAIN = "reply"

    body = models.TextField()

    class Meta:
        ordering = ("name", "pk")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(owner=None) | models.Q(team=None), name="reply_one_audience"
            )
        ]
        indexes = [
            models.Index(
                fields=["owner", "team"],
                condition=models.Q(removed_at=None),
                name="reply_kept",
            )
        ]
