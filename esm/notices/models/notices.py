"""What people are told."""

from uuid import uuid4

from django.conf import settings
from django.db import models

from esm.common import clock


class Digest(models.Model):
    """One mail of several notices to one person; a notice is in one digest at most."""

    person_id = models.BigIntegerField()
    created_at = models.DateTimeField(default=clock.now)

    def __str__(self) -> str:
        return f"digest {self.pk} of {self.person_id}"


class Notice(models.Model):
    """One thing said to one person, exactly once.

    ``person_id`` names a person of the app above, so it is a plain number; ``user`` is the account
    the notice was meant for when it was written. ``subject`` is what it is about, such as
    ``request/17``: notices of one subject are one line in the inbox, its last one is ``latest``.
    ``shown`` is false for what a person wants by mail alone. ``bundle_at`` is when it is due in a
    digest, ``digest`` the one it went out with.
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
    subject = models.CharField(max_length=60, blank=True, db_default="")
    team = models.CharField(max_length=100, blank=True, db_default="")
    why = models.CharField(max_length=20, blank=True, db_default="")
    title = models.CharField(max_length=300)
    body = models.TextField(blank=True)
    url = models.CharField(max_length=300, blank=True)
    dedupe_key = models.CharField(max_length=160, unique=True)
    created_at = models.DateTimeField(default=clock.now)
    read_at = models.DateTimeField(null=True, blank=True)
    shown = models.BooleanField(db_default=True, default=True)
    latest = models.BooleanField(db_default=True, default=True)
    bundle_at = models.DateTimeField(null=True, blank=True)
    digest = models.ForeignKey(
        Digest, null=True, blank=True, on_delete=models.SET_NULL, related_name="notices"
    )
    # Tells the writer which rows are its own after an insert that skips known keys; with the person
    # it names one notice outside of this database.
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
            models.Index(
                fields=["person_id", "-id"],
                name="notice_heads",
                condition=models.Q(latest=True, shown=True),
            ),
            models.Index(
                fields=["person_id", "subject"],
                name="notice_subject",
                condition=models.Q(shown=True) & ~models.Q(subject=""),
            ),
            models.Index(
                fields=["person_id", "bundle_at"],
                name="notice_bundle",
                condition=models.Q(bundle_at__isnull=False, digest__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return self.title
