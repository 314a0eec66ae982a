"""Shapes of what goes with a version: the change pack and the replay of the last 90 days."""

from rest_framework import serializers

from esm.common.api.serializers import Out, PageQuery
from workflows.selectors.replaying import WHATS
from workflows.selectors.replaying_decisions import SORTS


class ReplayQuery(PageQuery):
    """Which requests and decisions."""

    sort = serializers.ChoiceField(
        choices=[*SORTS], required=False, default="", allow_blank=True,
        help_text="Decisions by what would have been different.",
    )  # fmt: skip
    what = serializers.ChoiceField(
        choices=[*WHATS], required=False, default="", allow_blank=True,
        help_text="Requests by what would have been different.",
    )  # fmt: skip


class ReplayedOut(Out):
    """A request that would have gone another way, or a decision on one."""

    request = serializers.CharField(source="ref")
    of = serializers.ChoiceField(choices=["decision", "request"])
    at = serializers.DateTimeField()
    question = serializers.CharField(default="")
    sort = serializers.CharField(default="", help_text="Of a decision, what would be different.")
    before = serializers.CharField(default="", help_text="Role or body that decided.")
    after = serializers.CharField(default="", help_text="Role or body that would decide.")
    newly = serializers.ListField(child=serializers.CharField(), default=list)
    no_longer = serializers.ListField(child=serializers.CharField(), default=list)
    promise_before_s = serializers.IntegerField(allow_null=True, default=None)
    promise_after_s = serializers.IntegerField(allow_null=True, default=None)
    problem = serializers.CharField(default="")


class ChangePackOut(Out):
    """Everything that goes with a version; ``replay`` is null for one that is or was in force."""

    version = serializers.CharField()
    title = serializers.CharField()
    state = serializers.CharField()
    against = serializers.CharField(allow_null=True)
    effective_from = serializers.DateTimeField(allow_null=True)
    changes = serializers.ListField(child=serializers.DictField())
    affected = serializers.DictField()
    replay = serializers.DictField(allow_null=True)
    settled = serializers.ListField(child=serializers.DictField())
    new = serializers.ListField(child=serializers.DictField())
