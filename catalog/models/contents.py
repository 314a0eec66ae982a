"""What lies in the store of files, once for each content."""

from django.db import models

from esm.common import clock


class Content(models.Model):
    """One stored content under its hash: what it is, whether it was scanned, how it looks.

    A content without a file of a draft or request that names it is swept after a day.
    """

    class State(models.TextChoices):
        UNCHECKED = "unchecked", "not scanned"
        PENDING = "pending", "being scanned"
        CLEAN = "clean", "clean"
        BLOCKED = "blocked", "blocked"
        ERROR = "error", "could not be scanned"

    class Preview(models.TextChoices):
        LATER = "later", "not made yet"
        PICTURE = "picture", "a small picture"
        TEXT = "text", "the first lines"
        NONE = "none", "none"

    HELD = ("unchecked", "pending", "error")

    sha256 = models.CharField(max_length=64, primary_key=True)
    size = models.PositiveBigIntegerField()
    content_type = models.CharField(max_length=100)
    state = models.CharField(max_length=9, choices=State.choices, default=State.UNCHECKED)
    found = models.CharField(max_length=200, blank=True, help_text="What the scanner named.")
    scanned_at = models.DateTimeField(null=True, blank=True)
    preview = models.CharField(max_length=7, choices=Preview.choices, default=Preview.LATER)
    excerpt = models.TextField(blank=True, help_text="The first lines of a text.")
    touched_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ("sha256",)
        indexes = [
            models.Index(
                fields=["touched_at"],
                name="content_owed",
                condition=models.Q(preview="later"),
            ),
        ]

    def __str__(self) -> str:
        return self.sha256
