"""What is taken and told of a model that comes as files."""

from rest_framework import serializers

from esm.common.api.serializers import Out, Strict
from governance.api.serializers import ChangeOut, VersionOut
from governance.blueprint.findings import SEVERITIES

MAX_TEXT = 1_000_000


class ModelFilesIn(Strict):
    """The files of a model by name: ``model.yaml`` and one of each element."""

    files = serializers.DictField(
        child=serializers.CharField(max_length=MAX_TEXT, trim_whitespace=False, allow_blank=True),
        help_text="Texts by name, like `model.yaml` and `team/reception.yaml`.",
    )
    apply = serializers.BooleanField(
        required=False, default=False, help_text="Fill a draft; without it nothing is changed."
    )


class PlannedFindingOut(Out):
    """Something a check finds in the files."""

    fingerprint = serializers.CharField()
    rule = serializers.CharField()
    severity = serializers.ChoiceField(choices=list(SEVERITIES))
    kind = serializers.CharField()
    key = serializers.CharField()
    part = serializers.CharField()
    sentence = serializers.CharField()


class ModelPlanOut(Out):
    """What applying the files does, compared with the version in force."""

    applied = serializers.BooleanField()
    version = VersionOut(allow_null=True, help_text="The draft that was filled.")
    compared_with = serializers.CharField(allow_null=True)
    allowed = serializers.BooleanField(help_text="False where the number is of a final version.")
    changes = ChangeOut(many=True)
    findings = PlannedFindingOut(many=True)
    retired = ChangeOut(many=True)
