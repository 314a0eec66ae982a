"""What follows from a version that was agreed: signatures, acknowledgements, training."""

import pgtrigger
from django.db import models

from esm.common import clock
from governance.models.people import Person
from governance.models.versions import ModelVersion


class AgreementSignature(models.Model):
    """Somebody signed a handoff agreement for one side, in the role that leads it.

    It holds for the content that was signed (``content_hash``), in whichever version it stands:
    an agreement that changes is signed anew, one that stays is not.
    """

    class Side(models.TextChoices):
        GIVER = "giver", "hands over"
        RECEIVER = "receiver", "takes over"

    version = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, related_name="signatures")
    agreement_key = models.CharField(max_length=100)
    content_hash = models.BinaryField(max_length=32)
    side = models.CharField(max_length=10, choices=Side.choices)
    role_key = models.CharField(max_length=100)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    signed_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ("agreement_key", "side")
        constraints = [
            models.UniqueConstraint(
                fields=["agreement_key", "content_hash", "side"], name="signature_once"
            )
        ]
        triggers = [
            pgtrigger.Protect(name="signature_stays", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.agreement_key}: {self.person}"


class Acknowledgement(models.Model):
    """Somebody is asked to read what a version changes for them; asked again where that changed.

    ``mark`` is the mark of what changes for them. Late is a fact about the day, not a state.
    """

    class State(models.TextChoices):
        REQUESTED = "requested", "asked"
        SEEN = "seen", "opened"
        ACKNOWLEDGED = "acknowledged", "read"
        CONCERNED = "acknowledged_with_concern", "read, with a concern"

    GIVEN = ("acknowledged", "acknowledged_with_concern")

    version = models.ForeignKey(
        ModelVersion, on_delete=models.PROTECT, related_name="acknowledgements"
    )
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="acknowledgements")
    mark = models.CharField(max_length=64)
    state = models.CharField(max_length=26, choices=State.choices, default=State.REQUESTED)
    requested_at = models.DateTimeField(default=clock.now)
    due_at = models.DateTimeField()
    told_at = models.DateTimeField(null=True, blank=True)
    seen_at = models.DateTimeField(null=True, blank=True)
    given_at = models.DateTimeField(null=True, blank=True)
    text = models.TextField(blank=True, help_text="The concern.")

    class Meta:
        ordering = ("version_id", "pk")
        constraints = [
            models.UniqueConstraint(fields=["version", "person"], name="acknowledgement_once"),
            models.CheckConstraint(
                condition=models.Q(state__in=["requested", "seen"], given_at__isnull=True)
                | models.Q(
                    state__in=["acknowledged", "acknowledged_with_concern"],
                    given_at__isnull=False,
                ),
                name="acknowledgement_given_when",
            ),
        ]
        indexes = [
            models.Index(
                fields=["person"],
                condition=models.Q(state__in=["requested", "seen"]),
                name="acknowledgement_waiting",
            )
        ]
        triggers = [pgtrigger.Protect(name="acknowledgement_stays", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.version.code}: {self.person}"


class TrainingTask(models.Model):
    """A version needs a skill of somebody that they do not hold yet, at a level from 1 to 5."""

    class State(models.TextChoices):
        OPEN = "open", "open"
        DONE = "done", "done"
        DROPPED = "dropped", "not needed"

    version = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, related_name="trainings")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="trainings")
    skill_key = models.CharField(max_length=100)
    level = models.PositiveSmallIntegerField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    created_at = models.DateTimeField(default=clock.now)
    due_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    note = models.TextField(blank=True)

    class Meta:
        ordering = ("version_id", "pk")
        constraints = [
            models.UniqueConstraint(
                fields=["version", "person", "skill_key"], name="training_once"
            ),
            models.CheckConstraint(
                condition=models.Q(level__gte=1, level__lte=5), name="training_level"
            ),
            models.CheckConstraint(
                condition=models.Q(state="open", ended_at__isnull=True)
                | (~models.Q(state="open") & models.Q(ended_at__isnull=False)),
                name="training_ended_when",
            ),
        ]
        triggers = [pgtrigger.Protect(name="training_stays", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.person}: {self.skill_key}"
