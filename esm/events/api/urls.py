"""Addresses below ``/api/v1/``."""

from django.urls import path

from esm.events.api.views import Feed

urlpatterns = [
    path("events", Feed.as_view(), name="api-feed"),
]
