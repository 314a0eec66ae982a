"""What is taken and told of skills."""

from typing import Any

from rest_framework import serializers

from esm.common.api.serializers import Out, Strict
from governance.services.skills import MAX_EVIDENCE


class SkillIn(Strict):
    """How well somebody does a skill; what was said before ends."""

    level = serializers.IntegerField(min_value=1, max_value=5)
    evidence = serializers.CharField(
        required=False, default="", allow_blank=True, max_length=MAX_EVIDENCE
    )
    valid_to = serializers.DateField(
        required=False, allow_null=True, default=None, help_text="Last day of the proof."
    )
    reason = serializers.CharField(required=False, default="", allow_blank=True, max_length=500)


class SkillHeldOut(Out):
    """What somebody is able to do now, as it was confirmed."""

    skill = serializers.CharField(source="key")
    name = serializers.CharField()
    level = serializers.IntegerField()
    evidence = serializers.CharField()
    confirmed_by = serializers.CharField()
    confirmed_at = serializers.DateTimeField()
    valid_to = serializers.DateField(allow_null=True)


class NeedOut(Out):
    """A need of a role, or of a stage of a workflow, and how many can meet it."""

    skill = serializers.CharField()
    name = serializers.CharField(source="skill_name")
    kind = serializers.ChoiceField(choices=["Role", "Workflow"], source="place.kind")
    key = serializers.CharField(source="place.key")
    stage = serializers.CharField(source="place.stage", help_text="Empty for a role.")
    level = serializers.IntegerField()
    headcount = serializers.IntegerField(source="required", help_text="How many people it takes.")
    able = serializers.IntegerField()
    here = serializers.IntegerField(help_text="Of those who can, who is not away now.")
    gap = serializers.IntegerField()
    single = serializers.BooleanField(help_text="One person can, and nobody else.")
    people = serializers.SerializerMethodField()

    def get_people(self, row: Any) -> list[str]:
        """Names of those whom the caller may know."""
        return list(row.names)
