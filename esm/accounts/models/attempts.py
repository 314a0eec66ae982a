"""Attempts to sign in, kept for a day so that guessing stays slow."""

from django.db import models

from esm.common import clock


class SignInAttempt(models.Model):
    """One attempt for a name from an address, known only by a keyed hash of the two."""

    key = models.CharField(max_length=64)
    at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ("id",)
        indexes = [
            models.Index(fields=["key", "at"], name="attempt_key"),
            models.Index(fields=["at"], name="attempt_at"),
        ]

    def __str__(self) -> str:
        return f"attempt at {self.at:%Y-%m-%d %H:%M}"
