"""Files of people that somebody uploaded to look at before anything is changed."""

from django.conf import settings
from django.db import models

from esm.common import clock


class PeopleImport(models.Model):
    """One uploaded file; its content is kept until it is applied, what it did for ever."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="people_imports"
    )
    file_name = models.CharField(max_length=200)
    content = models.BinaryField(null=True)
    columns = models.JSONField(default=dict, blank=True, help_text="Meaning → column.")
    created_at = models.DateTimeField(default=clock.now)
    applied_at = models.DateTimeField(null=True, blank=True)
    result = models.JSONField(default=list, blank=True, help_text="What it did, in words.")

    class Meta:
        ordering = ("-id",)
        indexes = [models.Index(fields=["user", "-id"], name="people_import_own")]

    def __str__(self) -> str:
        return self.file_name


class CalendarImport(models.Model):
    """Days taken into a calendar together; a file is kept until its days are taken or not."""

    class Source(models.TextChoices):
        HOLIDAYS = "holidays", "public holidays"
        FILE = "file", "a file"

    calendar_key = models.CharField(max_length=100)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.PROTECT,
        related_name="calendar_imports",
    )
    source = models.CharField(max_length=10, choices=Source.choices)
    label = models.CharField(max_length=200)
    options = models.JSONField(default=dict, blank=True, help_text="What was asked for.")
    content = models.BinaryField(null=True)
    created_at = models.DateTimeField(default=clock.now)
    applied_at = models.DateTimeField(null=True, blank=True)
    undone_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-id",)
        indexes = [models.Index(fields=["calendar_key", "-id"], name="calendar_import_own")]

    def __str__(self) -> str:
        return self.label
