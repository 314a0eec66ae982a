"""Addresses below ``/api/v1/``."""

from django.urls import path

from esm.accounts.api.views import Keys

urlpatterns = [
    path("keys", Keys.as_view(), name="api-keys"),
]
