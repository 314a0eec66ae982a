"""Shapes of tokens; the secret is told once and never again."""

from rest_framework import serializers

from esm.accounts.choices import TokenScope
from esm.accounts.services.tokens import MAX_NAME
from esm.common.api.serializers import Out, Strict


class TokenOut(Out):
    """A token without its secret; the prefix names it."""

    prefix = serializers.CharField()
    name = serializers.CharField()
    scopes = serializers.ListField(child=serializers.CharField())
    created_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField(source="ends_at", help_text="When it ends by itself.")
    last_used_at = serializers.DateTimeField(allow_null=True)
    revoked_at = serializers.DateTimeField(allow_null=True)


class NewTokenOut(TokenOut):
    """A new token with its text, which is shown now and never again."""

    token = serializers.CharField()


class TokenIn(Strict):
    """What the token is for and what it may do."""

    name = serializers.CharField(max_length=MAX_NAME)
    scopes = serializers.ListField(
        child=serializers.ChoiceField(choices=TokenScope.choices),
        min_length=1,
        max_length=len(TokenScope.values),
    )
    expires_at = serializers.DateTimeField(
        required=False,
        allow_null=True,
        help_text="Without it or null as the installation says, 90 days when it says nothing; at"
        " most 365 days unless it says otherwise.",
    )
