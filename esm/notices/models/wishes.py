"""How people want to be told."""

from datetime import time

from django.db import models

from esm.notices.choices import Following, Mail, Rhythm


class NoticePreference(models.Model):
    """How a person wants to hear of one kind of notice; an empty kind stands for all others.

    ``team`` narrows it to what comes to one team. ``digest`` counts where ``mail`` is on.
    """

    person_id = models.BigIntegerField()
    kind = models.CharField(max_length=60, blank=True)
    team = models.CharField(max_length=100, blank=True, db_default="")
    inbox = models.BooleanField(default=True, db_default=True)
    mail = models.BooleanField(default=True)
    digest = models.BooleanField(default=False, db_default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person_id", "kind", "team"], name="notice_preference_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.kind or '*'} {self.team}".rstrip()

    @property
    def how(self) -> Mail:
        """The way of the mail."""
        if not self.mail:
            return Mail.NONE
        return Mail.DIGEST if self.digest else Mail.NOW


class NoticeTimes(models.Model):
    """When a person is mailed, in their own zone: the digest's rhythm, and hours of quiet."""

    person_id = models.BigIntegerField(unique=True)
    rhythm = models.CharField(max_length=8, choices=Rhythm.choices, default=Rhythm.DAILY)
    digest_at = models.TimeField(default=time(8))
    quiet_from = models.TimeField(null=True, blank=True)
    quiet_until = models.TimeField(null=True, blank=True)
    quiet_weekend = models.BooleanField(default=False)
    urgent_passes = models.BooleanField(default=True)

    def __str__(self) -> str:
        return f"times of {self.person_id}"


class NoticeThread(models.Model):
    """Somebody follows one thing, or wants to hear nothing of it."""

    person_id = models.BigIntegerField()
    subject = models.CharField(max_length=60)
    choice = models.CharField(max_length=6, choices=Following.choices)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["person_id", "subject"], name="notice_thread_once")
        ]
        indexes = [models.Index(fields=["subject"], name="notice_thread_subject")]

    def __str__(self) -> str:
        return f"{self.person_id} {self.choice} {self.subject}"
