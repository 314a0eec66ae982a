"""Answers that are given again to whoever sends the same post again."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models


class KeptAnswer(models.Model):
    """What a post with an idempotency key was answered; goes after seven days.

    Committed together with the effect it tells of. ``status`` is 0 only within the transaction
    that is at work; ``body`` is null where the answer held a secret, or private text that was
    erased. ``chains`` are those on which the post recorded: what is erased there goes here, too.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="kept_answers"
    )
    operation = models.CharField(max_length=60)
    key = models.CharField(max_length=255)
    digest = models.CharField(max_length=64, help_text="Of what was sent, in hex.")
    created_at = models.DateTimeField()
    status = models.SmallIntegerField(default=0)
    headers = models.JSONField(default=dict)
    body = models.TextField(null=True)
    chains = ArrayField(models.CharField(max_length=60), default=list, db_default=[])
    erased = models.BooleanField(default=False, db_default=False)

    class Meta:
        ordering = ("id",)
        constraints = [
            models.UniqueConstraint(fields=["user", "operation", "key"], name="answer_once")
        ]
        indexes = [models.Index(fields=["created_at"], name="answer_age")]

    def __str__(self) -> str:
        return f"{self.operation} {self.key}"
