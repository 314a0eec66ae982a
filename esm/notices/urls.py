"""Pages of notices."""

from django.urls import path

from esm.notices.views import inbox, live, preferences

urlpatterns = [
    path("live/", live.changes, name="live"),
    path("inbox/", inbox.inbox, name="inbox"),
    path("inbox/read/", inbox.mark_read, name="inbox-read"),
    path("inbox/follow/", inbox.follow, name="inbox-follow"),
    path("inbox/preferences/", preferences.preferences_page, name="inbox-preferences"),
    path("inbox/unsubscribe/<str:token>/", preferences.unsubscribe, name="inbox-unsubscribe"),
]
