"""What people say on elements of the model."""

from django.db import models

from esm.common import clock
from governance.models.people import Person
from governance.models.versions import ModelVersion


class ElementComment(models.Model):
    """Something said on an element of a version: the first of a thread, or an answer to it.

    Numbers count within the version. What was taken back has no words any more; what was written
    first stays in the ledger. Whether a thread is settled stands on its first comment.
    """

    version = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, related_name="comments")
    kind = models.CharField(max_length=40)
    key = models.CharField(max_length=100)
    number = models.PositiveIntegerField()
    thread = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="answers"
    )
    author = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    body = models.TextField(blank=True)
    created_at = models.DateTimeField(default=clock.now)
    removed_at = models.DateTimeField(null=True, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_by = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        ordering = ("version_id", "number")
        constraints = [
            models.UniqueConstraint(fields=["version", "number"], name="element_comment_number"),
            models.CheckConstraint(
                condition=models.Q(settled_at=None) | models.Q(thread=None),
                name="thread_settled_on_its_first",
            ),
            models.CheckConstraint(
                condition=models.Q(settled_at=None, settled_by=None)
                | models.Q(settled_at__isnull=False, settled_by__isnull=False),
                name="thread_settled_by_somebody",
            ),
        ]
        indexes = [
            models.Index(fields=["version", "kind", "key"], name="element_comment_place"),
        ]

    def __str__(self) -> str:
        return f"comment {self.number} on {self.kind}/{self.key}"
