"""Shapes of the account that calls."""

from rest_framework import serializers

from esm.common.api.serializers import Out, Strict


class KeysOut(Out):
    """Whether single keys act on pages."""

    on = serializers.BooleanField(source="uses_keys")


class KeysIn(Strict):
    """Whether they do from now on."""

    on = serializers.BooleanField()
