"""Links in mails by which one person decides one thing without signing in."""

from django.db import models

from esm.common import clock
from governance.models.decisions import Decision
from governance.models.people import Person


class DecisionLink(models.Model):
    """A secret that was mailed to one person to decide one decision in one round, once.

    The secret itself is in the mail alone; here is its hash.
    """

    decision = models.ForeignKey(Decision, on_delete=models.CASCADE, related_name="links")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")
    round = models.PositiveSmallIntegerField()
    token_hash = models.BinaryField(max_length=32, unique=True)
    made_at = models.DateTimeField(default=clock.now)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("pk",)
        constraints = [
            models.CheckConstraint(
                condition=models.Q(expires_at__gt=models.F("made_at")),
                name="decision_link_ends",
            ),
        ]
        indexes = [models.Index(fields=["expires_at"], name="decision_link_expiry")]

    def __str__(self) -> str:
        return f"link of {self.person_id} on {self.decision_id}"
