"""What people are told, and how they want to be told."""

from uuid import uuid4

from django.conf import settings
from django.db import models

from esm.common import clock


class Notice(models.Model):
    """One thing said to one person, exactly once.

    ``person_id`` names a person of the app above, so it is a plain number; ``user`` is the account
    the notice was meant for when it was written.
    """

    person_id = models.BigIntegerField()
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="notices",
    )
    kind = models.CharField(max_length=60)
    title = models.CharField(max_length=300)
    body = models.TextField(blank=True)
    url = models.CharField(max_length=300, blank=True)
    dedupe_key = models.CharField(max_length=160, unique=True)
    created_at = models.DateTimeField(default=clock.now)
    read_at = models.DateTimeField(null=True, blank=True)
    # Tells the writer which rows are its own after an insert that skips known keys.
    batch = models.UUIDField(default=uuid4, editable=False)

    class Meta:
        ordering = ("-id",)
        indexes = [
            models.Index(fields=["person_id", "-id"], name="notice_person"),
            models.Index(
                fields=["person_id"],
                name="notice_unread",
                condition=models.Q(read_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return self.title


class NoticePreference(models.Model):
    """How a person wants to hear of one kind of notice; an empty kind stands for all others."""

    person_id = models.BigIntegerField()
    kind = models.CharField(max_length=60, blank=True)
    mail = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person_id", "kind"], name="notice_preference_once")
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.kind or '*'}"
