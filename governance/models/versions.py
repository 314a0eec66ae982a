"""Versions of the operating model and the elements they hold."""

import pgtrigger
from django.db import models

from esm.common import clock
from esm.events.chains import ChainParent
from governance.models.people import Person


class ModelVersion(ChainParent):
    """One dated version of the model; immutable once it is no longer a draft."""

    CHAIN = "model"

    class State(models.TextChoices):
        DRAFT = "draft", "draft"
        IN_REVIEW = "in_review", "in review"
        AGREED = "agreed", "agreed"
        PUBLISHED = "published", "published"
        RETIRED = "retired", "retired"
        DISCARDED = "discarded", "discarded"

    class Kind(models.TextChoices):
        AS_IS = "as_is", "as found"
        TO_BE = "to_be", "as agreed"

    number = models.PositiveIntegerField(unique=True)
    code = models.CharField(max_length=30, unique=True, help_text="What people call it.")
    title = models.CharField(max_length=200, blank=True)
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.TO_BE)
    state = models.CharField(max_length=12, choices=State.choices, default=State.DRAFT)
    based_on = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT)
    restores = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="An older version it brings back.",
    )
    author = models.ForeignKey(Person, null=True, blank=True, on_delete=models.PROTECT)
    created_at = models.DateTimeField(default=clock.now)
    effective_from = models.DateTimeField(null=True, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)
    retired_at = models.DateTimeField(null=True, blank=True)
    checked_at = models.DateTimeField(
        null=True, blank=True, help_text="When its findings were looked for last."
    )
    without_consent = models.BooleanField(default=False)
    content_hash = models.BinaryField(max_length=32, null=True, blank=True)
    release_note = models.TextField(blank=True)

    class Meta:
        ordering = ("number",)
        constraints = [
            models.UniqueConstraint(
                fields=["state"],
                condition=models.Q(state="published"),
                name="one_published_version",
            )
        ]
        triggers = [
            pgtrigger.Trigger(
                name="published_is_final",
                operation=pgtrigger.Update | pgtrigger.Delete,
                when=pgtrigger.Before,
                condition=pgtrigger.Q(old__state__in=["published", "retired"]),
                func="""
                    IF TG_OP = 'DELETE' THEN
                        RAISE EXCEPTION 'version % was published and stays', OLD.id;
                    END IF;
                    IF ROW(NEW.number, NEW.code, NEW.kind, NEW.content_hash, NEW.effective_from,
                           NEW.published_at, NEW.without_consent)
                       IS DISTINCT FROM
                       ROW(OLD.number, OLD.code, OLD.kind, OLD.content_hash, OLD.effective_from,
                           OLD.published_at, OLD.without_consent)
                       OR NEW.state NOT IN ('published', 'retired')
                       OR (OLD.state = 'retired' AND NEW.state <> 'retired') THEN
                        RAISE EXCEPTION 'version % was published and cannot change', OLD.id;
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Trigger(
                name="no_open_objection",
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                func="""
                    IF NEW.state IN ('agreed', 'published') AND OLD.state <> NEW.state AND EXISTS (
                        SELECT 1 FROM governance_objection o WHERE o.version_id = NEW.id
                            AND o.state IN ('raised', 'testing', 'valid', 'integrating')
                    ) THEN
                        RAISE EXCEPTION 'version % has an open objection', NEW.id;
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return self.code


class ModelElement(models.Model):
    """One typed element of one version: its canonical JSON and the hash of that JSON."""

    version = models.ForeignKey(ModelVersion, on_delete=models.PROTECT, related_name="elements")
    kind = models.CharField(max_length=40)
    key = models.CharField(max_length=100)
    schema = models.PositiveSmallIntegerField(default=1)
    content = models.JSONField()
    content_hash = models.BinaryField(max_length=32)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["version", "kind", "key"], name="element_once")
        ]
        triggers = [
            pgtrigger.Trigger(
                name="frozen_version",
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                when=pgtrigger.Before,
                declare=[("version_state", "text"), ("version_pk", "bigint")],
                func="""
                    version_pk := COALESCE(NEW.version_id, OLD.version_id);
                    SELECT state INTO version_state FROM governance_modelversion
                        WHERE id = version_pk;
                    IF version_state <> 'draft' THEN
                        RAISE EXCEPTION 'version % is no draft and cannot change', version_pk;
                    END IF;
                    IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
                    RETURN NEW;
                """,
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind}/{self.key}"
