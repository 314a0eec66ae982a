"""What runs while a version comes into force, over REST."""

from rest_framework import serializers

from esm.common.api.serializers import Out, Strict
from governance.models import InFlightPolicy


class RunningUnderOut(Out):
    """How many requests run under one version."""

    version = serializers.CharField()
    requests = serializers.IntegerField()


class MigrationRunOut(Out):
    """A move of all that is safe: how many it looks at, how many moved or stayed so far."""

    total = serializers.IntegerField()
    moved = serializers.IntegerField()
    kept = serializers.IntegerField()
    started_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True)


class RunningWorkflowOut(Out):
    """One workflow: how much runs elsewhere, and what was chosen for it."""

    workflow = serializers.CharField(source="key")
    name = serializers.CharField()
    running = serializers.IntegerField(source="n")
    under = RunningUnderOut(many=True)
    policy = serializers.ChoiceField(source="chosen", choices=InFlightPolicy.Policy.values)
    mapping = serializers.DictField(child=serializers.CharField())
    run = MigrationRunOut(allow_null=True)


class VanishedStepOut(Out):
    """A step that the version does not have, and the steps at which its work could go on."""

    step = serializers.CharField(source="key")
    name = serializers.CharField()
    chosen = serializers.CharField()
    waiting = serializers.IntegerField()
    options = serializers.ListField(source="keys", child=serializers.CharField())


class UnsafeRequestOut(Out):
    """A request that needs a decision, and why."""

    request = serializers.CharField(source="request.ref")
    step = serializers.CharField()
    reasons = serializers.ListField(child=serializers.CharField())


class MigrationPreviewOut(Out):
    """What would become of the requests of one workflow; the first 50 that need a decision."""

    workflow = RunningWorkflowOut(source="row")
    safe = serializers.IntegerField()
    need_a_decision = serializers.IntegerField(source="unsafe")
    requests = UnsafeRequestOut(many=True, source="listed")
    steps = VanishedStepOut(many=True, source="choices")


class InFlightPolicyIn(Strict):
    """What becomes of what runs, with the new step by old step."""

    policy = serializers.ChoiceField(choices=InFlightPolicy.Policy.values)
    mapping = serializers.DictField(
        child=serializers.CharField(max_length=100), required=False, default=dict
    )


class RequestMoveIn(Strict):
    """Where the work of steps that are gone goes on."""

    mapping = serializers.DictField(
        child=serializers.CharField(max_length=100), required=False, default=dict
    )
    ask_anew = serializers.BooleanField(
        required=False,
        default=False,
        help_text="Ask what is being decided anew, although votes were cast.",
    )


class RequestMoveOut(Out):
    """A move of one request."""

    request = serializers.CharField(source="request.ref")
    before = serializers.CharField(source="before_version.code")
    version = serializers.CharField(source="version.code")
    mapping = serializers.DictField(child=serializers.CharField())
    moved_at = serializers.DateTimeField()
    undone_at = serializers.DateTimeField(allow_null=True)
