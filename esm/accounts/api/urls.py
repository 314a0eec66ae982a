"""Addresses below ``/api/v1/``."""

from django.urls import path

from esm.accounts.api.views import Token, Tokens

urlpatterns = [
    path("tokens", Tokens.as_view(), name="api-tokens"),
    path("tokens/<str:prefix>", Token.as_view(), name="api-token"),
]
