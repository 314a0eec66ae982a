"""Shapes of webhooks. A secret is told once and never again."""

from rest_framework import serializers

from esm.common.api.serializers import Out, Strict


class WebhookOut(Out):
    """An endpoint without its secrets. `state` is active, paused, tripped or ended."""

    key = serializers.CharField()
    url = serializers.CharField()
    description = serializers.CharField()
    types = serializers.ListField(child=serializers.CharField())
    state = serializers.CharField(source="condition")
    owner = serializers.CharField(source="owner.username")
    created_at = serializers.DateTimeField()
    last_success_at = serializers.DateTimeField(allow_null=True)
    last_failure_at = serializers.DateTimeField(allow_null=True)
    probe_at = serializers.DateTimeField(
        allow_null=True, help_text="When a tripped one is tried again."
    )


class WebhookSecretOut(WebhookOut):
    """With its new secret, which is shown now and never again."""

    secret = serializers.CharField()


class WebhookIn(Strict):
    """Where to send, and which events."""

    url = serializers.CharField(max_length=2000)
    types = serializers.ListField(
        child=serializers.CharField(max_length=60),
        min_length=1,
        max_length=100,
        help_text="Types of events, a first word with a star such as `request.*`, or `*`.",
    )
    description = serializers.CharField(
        max_length=200, required=False, default="", allow_blank=True
    )


class NewWebhookIn(WebhookIn):
    """For oneself, or by an administrator for a program."""

    program = serializers.SlugField(
        max_length=60, required=False, help_text="Key of a service account."
    )


class ReplayIn(Strict):
    """A time within the last 30 days, at most 7 days of it."""

    since = serializers.DateTimeField()
    until = serializers.DateTimeField()


class WebhookMessageOut(Out):
    """One message and how its last attempt ended.

    Type, subject and answer are empty for who may not see what it is about.
    """

    number = serializers.IntegerField(source="sequence")
    type = serializers.CharField()
    subject = serializers.CharField()
    state = serializers.CharField()
    attempts = serializers.IntegerField()
    at = serializers.DateTimeField()
    status = serializers.IntegerField(allow_null=True)
    duration_ms = serializers.IntegerField(allow_null=True)
    error = serializers.CharField()
    answer = serializers.CharField(help_text="The first 4,000 characters.")
    cut = serializers.BooleanField(help_text="Whether there was more.")


class EventWordOut(Out):
    """Types of events with one first word."""

    word = serializers.CharField()
    types = serializers.ListField(child=serializers.CharField())
