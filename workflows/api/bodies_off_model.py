"""What logging work outside the model takes."""

from rest_framework import serializers

from esm.common.api.serializers import Strict
from workflows.services.off_model import MAX_MINUTES, MAX_NOTE, MAX_TITLE


class OffModelIn(Strict):
    """What was done, when, how long and for whom."""

    title = serializers.CharField(max_length=MAX_TITLE)
    minutes = serializers.IntegerField(min_value=1, max_value=MAX_MINUTES)
    day = serializers.DateField()
    department = serializers.CharField(
        required=False,
        allow_blank=True,
        default="",
        max_length=100,
        help_text="Key of the department it was for; empty for the team itself.",
    )
    note = serializers.CharField(required=False, allow_blank=True, default="", max_length=MAX_NOTE)
