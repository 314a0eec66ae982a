"""Who looked at what they have no part in, because they may see everything."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models.functions import Now

from governance.models.people import Person

# How long a row is kept after it was last added to (days of the database's clock).
KEPT_DAYS = 365


class Lookup(models.Model):
    """Somebody opened a person or a content they are no party of: one row per account, thing and
    day, with how often. Evidence that was taken has a row per content, named by its hash.

    Only the count grows; a row goes after a year. Without an account it was the console.
    """

    class Kind(models.TextChoices):
        REQUEST = "request", "request"
        DECISION = "decision", "decision"
        PERSON = "person", "person"
        PEOPLE = "people", "all people as a file"
        EVIDENCE = "evidence", "evidence taken"

    class Sight(models.TextChoices):
        AUDITOR = "auditor", "auditor"
        STEWARD = "steward", "steward"
        ADMIN = "admin", "administrator"
        EXECUTIVE = "executive", "executive"
        CONSOLE = "console", "console of the server"

    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    person = models.ForeignKey(
        Person, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    kind = models.CharField(max_length=10, choices=Kind.choices)
    ref = models.CharField(max_length=120)
    subject_kind = models.CharField(max_length=30, blank=True, default="", db_default="")
    subject_id = models.BigIntegerField(null=True, blank=True, help_text="Whose sight it follows.")
    about = models.ForeignKey(
        Person,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="Whose it is: they read on their profile who looked.",
    )
    sight = models.CharField(max_length=10, choices=Sight.choices)
    day = models.DateField()
    count = models.PositiveIntegerField(default=1)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    digest = models.CharField(max_length=64, blank=True, default="", db_default="")
    kept_from = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ("-last_at", "-id")
        constraints = [
            models.UniqueConstraint(
                fields=["actor", "kind", "ref", "day", "digest"],
                nulls_distinct=False,
                name="lookup_once_a_day",
            )
        ]
        indexes = [
            models.Index(fields=["-last_at", "-id"], name="lookup_latest"),
            models.Index(fields=["about", "-last_at"], name="lookup_about"),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="lookup_stays",
                operation=pgtrigger.Update | pgtrigger.Delete,
                when=pgtrigger.Before,
                func=f"""
                    IF TG_OP = 'DELETE' THEN
                        IF OLD.kept_from > statement_timestamp() - interval '{KEPT_DAYS} days' THEN
                            RAISE EXCEPTION 'look-up % is kept for {KEPT_DAYS} days', OLD.id;
                        END IF;
                        RETURN OLD;
                    END IF;
                    IF ROW(NEW.id, NEW.actor_id, NEW.person_id, NEW.kind, NEW.ref, NEW.about_id,
                           NEW.subject_kind, NEW.subject_id, NEW.sight, NEW.day,
                           NEW.first_at, NEW.digest)
                       IS DISTINCT FROM
                       ROW(OLD.id, OLD.actor_id, OLD.person_id, OLD.kind, OLD.ref, OLD.about_id,
                           OLD.subject_kind, OLD.subject_id, OLD.sight, OLD.day,
                           OLD.first_at, OLD.digest)
                       OR NEW.count <= OLD.count OR NEW.kept_from < OLD.kept_from THEN
                        RAISE EXCEPTION 'look-up % stands; only its count grows', OLD.id;
                    END IF;
                    RETURN NEW;
                """,
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.ref} by {self.actor_id} on {self.day}"
