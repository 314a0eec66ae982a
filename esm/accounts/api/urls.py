"""Addresses below ``/api/v1/``."""

from django.urls import path

from esm.accounts.api.views import Keys, Token, Tokens

urlpatterns = [
    path("keys", Keys.as_view(), name="api-keys"),
    path("tokens", Tokens.as_view(), name="api-tokens"),
    path("tokens/<str:prefix>", Token.as_view(), name="api-token"),
]
