"""What is said on a request over REST, and how it went for who asked."""

from rest_framework import serializers

from esm.common.api.fields import MaybeNamedField, NamedField
from esm.common.api.serializers import Out


class CommentOut(Out):
    """Something said; an internal note is told only to the teams that work on the request."""

    number = serializers.IntegerField(source="seq")
    author = NamedField()
    role = serializers.CharField(source="role_name")
    department = MaybeNamedField()
    body = serializers.CharField()
    internal = serializers.BooleanField()
    created_at = serializers.DateTimeField()
    edited_at = serializers.DateTimeField(allow_null=True)


class PulseOut(Out):
    """What you said about how it went; nobody else sees it but in figures."""

    score = serializers.IntegerField()
    word = serializers.CharField()
    comment = serializers.CharField()
    created_at = serializers.DateTimeField()


class ReminderOut(Out):
    """When they were reminded, and from when on it is possible again."""

    nudged_at = serializers.DateTimeField()
    again_at = serializers.DateTimeField()
