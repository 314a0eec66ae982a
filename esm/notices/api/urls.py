"""Addresses below ``/api/v1/``."""

from django.urls import path

from esm.notices.api import views

urlpatterns = [
    path("inbox", views.Inbox.as_view(), name="api-inbox"),
    path("inbox/read", views.Read.as_view(), name="api-inbox-read"),
    path("inbox/follow", views.Follow.as_view(), name="api-inbox-follow"),
    path("inbox/preferences", views.Preferences.as_view(), name="api-inbox-preferences"),
    path("inbox/times", views.Times.as_view(), name="api-inbox-times"),
]
