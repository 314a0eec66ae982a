"""Shapes of what makes working on steps quick: saved replies."""

from rest_framework import serializers

from esm.common.api.fields import MaybeNamedField
from esm.common.api.serializers import Out


class ReplyOut(Out):
    """A saved reply."""

    number = serializers.IntegerField(source="pk")
    name = serializers.CharField()
    body = serializers.CharField()
    audience = serializers.CharField(help_text="`mine`, `team:<key>` or `everyone`.")
    author = MaybeNamedField()
    updated_at = serializers.DateTimeField()


class FilledReplyOut(Out):
    """A saved reply as it reads on one request."""

    number = serializers.IntegerField(source="reply.pk")
    name = serializers.CharField(source="reply.name")
    text = serializers.CharField()
