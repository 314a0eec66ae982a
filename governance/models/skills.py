"""What people are able to do, as somebody who works with them confirmed it."""

import pgtrigger
from django.db import models

from esm.common import clock
from governance.models.people import Person

LEVELS = range(1, 6)


class SkillHolding(models.Model):
    """Somebody is able to do something of the model, this well, as seen by who confirmed it.

    A row never changes but for its end: a correction ends it and begins another, so one row of a
    person and a skill counts now. ``valid_to`` is the last day on which the proof holds.
    """

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="skills")
    skill_key = models.CharField(max_length=100)
    level = models.PositiveSmallIntegerField(help_text="From 1, has seen it, to 5, teaches it.")
    evidence = models.CharField(max_length=300, blank=True)
    confirmed_by = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.PROTECT, related_name="confirmed_skills"
    )
    confirmed_at = models.DateTimeField(default=clock.now)
    valid_to = models.DateField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("skill_key", "pk")
        constraints = [
            models.UniqueConstraint(
                fields=["person", "skill_key"],
                condition=models.Q(ended_at__isnull=True),
                name="skill_held_once",
            ),
            models.CheckConstraint(
                condition=models.Q(level__gte=1, level__lte=5), name="skill_level_of_five"
            ),
        ]
        indexes = [models.Index(fields=["skill_key", "ended_at"], name="skill_held_by")]
        triggers = [
            pgtrigger.Protect(name="skill_stays", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(
                name="skill_unchanged",
                fields=["person", "skill_key", "level", "evidence", "confirmed_by", "valid_to"],
            ),
            pgtrigger.Protect(
                name="skill_end_is_final",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__ended_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.skill_key} {self.level} of {self.person_id}"
