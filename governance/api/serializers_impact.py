"""Shapes of what a version changes: effects on roles and teams, and on whoever asks."""

from rest_framework import serializers

from esm.common.api.serializers import Out, PageQuery
from governance.blueprint.impact import ASPECTS
from governance.models import ModelVersion

SORTS = (("lost", "no longer"), ("gained", "newly"), ("changed", "differently"))


class ImpactQuery(PageQuery):
    """Which effects."""

    receiver = serializers.ChoiceField(
        choices=[("role", "roles"), ("team", "teams")], required=False, default="",
        allow_blank=True,
    )  # fmt: skip
    key = serializers.CharField(
        required=False, default="", allow_blank=True, max_length=100,
        help_text="Key of the role or team.",
    )  # fmt: skip
    aspect = serializers.ChoiceField(
        choices=[*ASPECTS], required=False, default="", allow_blank=True,
        help_text="Mindset and compensation are never computed.",
    )  # fmt: skip
    against = serializers.CharField(
        required=False, default="", allow_blank=True, max_length=40,
        help_text="Code of the version compared with; what was in force before it where none is "
        "named.",
    )  # fmt: skip


class ImpactEffectOut(Out):
    """One thing that is different for a role or team."""

    receiver = serializers.CharField(source="effect.receiver.kind")
    receiver_key = serializers.CharField(source="effect.receiver.key")
    receiver_name = serializers.CharField(source="receiver")
    aspect = serializers.ChoiceField(choices=[*ASPECTS], source="effect.aspect")
    sort = serializers.ChoiceField(choices=SORTS, source="effect.sort")
    topic = serializers.CharField(source="effect.topic")
    kind = serializers.CharField(source="effect.kind")
    key = serializers.CharField(source="effect.key")
    part = serializers.CharField(source="effect.part", help_text="Where in the element.")
    degree = serializers.IntegerField(source="effect.degree", help_text="From 0 to 5, as computed.")
    before = serializers.CharField(source="effect.before.value")
    after = serializers.CharField(source="effect.after.value")
    sentence = serializers.CharField(help_text="As whoever it reaches reads it.")


class ToldOut(Out):
    """What a version changes for whoever asks; ``mark`` is the same as long as that is the same."""

    version = serializers.CharField(source="version.code")
    title = serializers.CharField(source="version.title")
    state = serializers.ChoiceField(choices=ModelVersion.State.choices, source="version.state")
    against = serializers.CharField(
        source="impact.against.code", allow_null=True, default=None,
        help_text="What it is compared with.",
    )  # fmt: skip
    effective_from = serializers.DateTimeField(source="version.effective_from", allow_null=True)
    published_at = serializers.DateTimeField(source="version.published_at", allow_null=True)
    no_longer = serializers.IntegerField(source="sorts.lost", default=0)
    newly = serializers.IntegerField(source="sorts.gained", default=0)
    differently = serializers.IntegerField(source="sorts.changed", default=0)
    degree = serializers.IntegerField(source="mine.degree", default=0)
    mark = serializers.CharField(source="mine.mark", default="")
