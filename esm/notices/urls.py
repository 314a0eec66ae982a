"""Pages of notices."""

from django.urls import path

from esm.notices.views import inbox

urlpatterns = [
    path("inbox/", inbox.inbox, name="inbox"),
    path("inbox/read/", inbox.mark_read, name="inbox-read"),
]
