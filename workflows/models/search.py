"""What requests are found by."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Value

from workflows.models.requests import Request


class RequestText(models.Model):
    """The words of one request: what all who see it may read, and apart the internal notes.

    A projection of the request, its comments and files, written in their transaction by
    ``services.indexing``; ``manage.py rebuild_search`` makes it anew. A trigger keeps
    ``principals`` those of the request, so that one index knows what holds a word and who sees it.
    """

    request = models.OneToOneField(
        Request, primary_key=True, on_delete=models.CASCADE, related_name="text"
    )
    plain = models.CharField(max_length=400, help_text="The title without case and accents.")
    body = models.TextField(blank=True, help_text="A line for each answer, message and file.")
    notes = models.TextField(blank=True, help_text="A line for each internal note.")
    words = SearchVectorField()
    note_words = SearchVectorField(null=True, help_text="All words, where there are notes.")

    principals = ArrayField(models.IntegerField(), default=list, db_default=Value("{}"))

    class Meta:
        indexes = [
            GinIndex(fields=["words", "principals"], name="request_words_seen"),
            GinIndex(
                fields=["note_words", "principals"],
                name="request_note_words_seen",
                condition=models.Q(note_words__isnull=False),
            ),
            GinIndex(fields=["plain"], opclasses=["gin_trgm_ops"], name="request_plain_title"),
        ]

    def __str__(self) -> str:
        return self.plain
