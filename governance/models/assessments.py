"""Assessments of maturity: whom was asked, what they answered, what facts said at the end."""

import pgtrigger
from django.db import models

from esm.common import clock
from esm.events.chains import ChainParent
from governance.models.people import Person


class Assessment(ChainParent):
    """Twenty questions about the organisation, a department or a stream, asked of some people.

    When it is closed the levels that facts give are kept beside the answers (``computed``: by
    question, as ``maturity.Computed``), so that it says the same ever after.
    """

    CHAIN = "assessment"

    class State(models.TextChoices):
        PLANNED = "planned", "planned"
        OPEN = "open", "open"
        CLOSED = "closed", "closed"
        PUBLISHED = "published", "published"

    class Of(models.TextChoices):
        ORGANISATION = "organisation", "the organisation"
        DEPARTMENT = "department", "a department"
        STREAM = "stream", "a value stream"

    title = models.CharField(max_length=200)
    of = models.CharField(max_length=12, choices=Of.choices)
    key = models.CharField(max_length=100, blank=True, help_text="Of the department or stream.")
    until = models.DateField(help_text="The last day to answer, in the organisation's zone.")
    state = models.CharField(max_length=10, choices=State.choices, default=State.PLANNED)
    planned_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    planned_at = models.DateTimeField(default=clock.now)
    opened_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)
    version = models.CharField(max_length=30, blank=True, help_text="In force when it was closed.")
    computed = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering = ("-pk",)
        constraints = [
            models.CheckConstraint(
                condition=models.Q(of="organisation", key="")
                | (~models.Q(of="organisation") & ~models.Q(key="")),
                name="assessment_of_something",
            ),
            models.CheckConstraint(
                condition=models.Q(state__in=["planned", "open"], closed_at__isnull=True)
                | models.Q(state__in=["closed", "published"], closed_at__isnull=False),
                name="assessment_closed_when",
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="assessment_stays", operation=pgtrigger.Delete),
            pgtrigger.FSM(
                name="assessment_goes_forward",
                field="state",
                transitions=[("planned", "open"), ("open", "closed"), ("closed", "published")],
            ),
            pgtrigger.Protect(
                name="assessment_says_the_same",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__state__in=["closed", "published"])
                & pgtrigger.Q(old__computed__df=pgtrigger.F("new__computed")),
            ),
        ]

    def __str__(self) -> str:
        return self.ref

    @property
    def ref(self) -> str:
        """What people call it."""
        return f"A-{self.pk}"


ONLY_WHILE_OPEN = """
    IF NOT EXISTS (
        SELECT 1 FROM governance_assessment a WHERE a.id = NEW.assessment_id AND a.state = 'open'
    ) THEN
        RAISE EXCEPTION 'assessment % is not open', NEW.assessment_id;
    END IF;
    RETURN NEW;
"""


class AssessmentAnswer(models.Model):
    """Somebody is asked in an assessment, and the levels from 0 to 5 they gave, by question.

    What one person answered is shown to nobody but them; others see figures of at least five.
    """

    assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, related_name="answers")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="assessments")
    levels = models.JSONField(default=dict, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("assessment_id", "pk")
        constraints = [
            models.UniqueConstraint(fields=["assessment", "person"], name="assessment_asked_once")
        ]
        triggers = [
            pgtrigger.Protect(name="assessment_answer_stays", operation=pgtrigger.Delete),
            pgtrigger.Trigger(
                name="answered_while_open",
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                func=ONLY_WHILE_OPEN,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.assessment_id}: {self.person_id}"
