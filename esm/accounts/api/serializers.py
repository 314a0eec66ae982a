"""Shapes of tokens; the secret is told once and never again."""

from rest_framework import serializers

from esm.accounts.choices import TokenScope
from esm.common.api.serializers import Out, Strict


class TokenOut(Out):
    """A token without its secret; the prefix names it."""

    prefix = serializers.CharField()
    name = serializers.CharField()
    scopes = serializers.ListField(child=serializers.CharField())
    created_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField(allow_null=True)
    last_used_at = serializers.DateTimeField(allow_null=True)
    revoked_at = serializers.DateTimeField(allow_null=True)


class NewTokenOut(TokenOut):
    """A new token with its text, which is shown now and never again."""

    token = serializers.CharField()


class KeysOut(Out):
    """Whether single keys act on pages."""

    on = serializers.BooleanField(source="uses_keys")


class KeysIn(Strict):
    """Whether they do from now on."""

    on = serializers.BooleanField()


class TokenIn(Strict):
    """What the token is for and what it may do."""

    name = serializers.CharField(max_length=120)
    scopes = serializers.ListField(
        child=serializers.ChoiceField(choices=TokenScope.choices),
        min_length=1,
        max_length=len(TokenScope.values),
    )
    expires_at = serializers.DateTimeField(required=False, allow_null=True)
