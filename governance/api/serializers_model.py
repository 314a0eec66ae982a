"""Shapes of drafts of the model as programs write them."""

from rest_framework import serializers

from esm.common.api.serializers import Out, PageQuery, Strict
from governance.blueprint.findings import SEVERITIES
from governance.blueprint.kinds import KINDS
from governance.blueprint.kinds.base import KEY_PATTERN
from governance.services.drafts import MAX_TITLE
from governance.services.reasons import MAX_REASON


class DraftIn(Strict):
    """A draft that begins as what is in force."""

    title = serializers.CharField(max_length=MAX_TITLE, help_text="What it is for.")


class DraftDiscardIn(Strict):
    """Why a draft is given up."""

    reason = serializers.CharField(
        required=False, default="", allow_blank=True, max_length=MAX_REASON,
        help_text="Why; kept with the change.",
    )  # fmt: skip


class ElementIn(Strict):
    """The content of an element, as the JSON Schema of its kind says."""

    spec = serializers.DictField()


class ElementNewIn(ElementIn):
    """An element that is not there yet."""

    kind = serializers.ChoiceField(choices=sorted(KINDS))
    key = serializers.RegexField(KEY_PATTERN, max_length=100, help_text="Such as `night-bakers`.")


class DraftFindingsQuery(PageQuery):
    """Which findings."""

    kind = serializers.CharField(required=False, max_length=40, help_text="Such as `Team`.")
    severity = serializers.ChoiceField(choices=SEVERITIES, required=False)


class DraftFindingOut(Out):
    """Something a check finds wrong with a version."""

    rule = serializers.CharField(help_text="Code of the check.")
    severity = serializers.ChoiceField(choices=SEVERITIES)
    kind = serializers.CharField()
    key = serializers.CharField()
    part = serializers.CharField(help_text="Part of the element, such as a stage; or empty.")
    sentence = serializers.CharField()
    remedy = serializers.CharField(help_text="What to do about it.")
    fingerprint = serializers.CharField(help_text="The same while check and subject are.")
