"""Notices, and how one wants to be told, over REST."""

from typing import Any, cast

from rest_framework.request import Request as Call
from rest_framework.response import Response

from esm.accounts.api.scoped import ScopedView
from esm.accounts.models import User
from esm.common.api.pagination import Page, page_of, page_response
from esm.common.api.views import operation, told
from esm.common.errors import Invalid
from esm.notices.api.serializers import (
    ChoicesIn,
    FollowIn,
    FollowOut,
    InboxQuery,
    NoticeKindsOut,
    NoticeOut,
    NoticeTimesIn,
    NoticeTimesOut,
    ReadIn,
    ReadOut,
)
from esm.notices.choices import Mail
from esm.notices.selectors import inbox
from esm.notices.selectors import preferences as wished
from esm.notices.services import following, preferences, reading

SCOPES = {"read": "requests:read", "write": "requests:write"}


def _user(request: Call) -> User:
    return cast(User, request.user)


class Inbox(ScopedView):
    """What one was told."""

    scopes = SCOPES

    @operation("inbox_list", tag="inbox", answer=NoticeOut, query=InboxQuery, page=True)
    def get(self, request: Call) -> Response:
        """List your notices, newest first, each by itself."""
        rows = inbox.visible_to(_user(request))
        if self.query["unread"]:
            rows = rows.filter(read_at__isnull=True)
        found = page_of(rows, name="inbox", order=("-pk",), query=self.query)
        lines = inbox.lines_of(_user(request), found.rows)
        return page_response(request, Page(lines, found.cursor), NoticeOut)


class Read(ScopedView):
    """Marking as read."""

    scopes = SCOPES

    @operation("inbox_read", tag="inbox", answer=ReadOut, body=ReadIn)
    def post(self, request: Call) -> Response:
        """Mark notices as read; those of the same thing go with them."""
        body = self.body(request)
        user = _user(request)
        wanted = inbox.visible_to(user).filter(batch__in=body["keys"])
        ids = None if body["all"] else list(wanted.values_list("pk", flat=True))
        return told(ReadOut, {"read": reading.mark_read(user, ids)})


class Follow(ScopedView):
    """Following and muting."""

    scopes = SCOPES

    @operation("inbox_follow", tag="inbox", answer=FollowOut, body=FollowIn, refused=(404,))
    def post(self, request: Call) -> Response:
        """Follow or mute a thing you see, or take either back."""
        body = self.body(request)
        following.choose_thread(_user(request), thing=body["thing"], choice=body["choice"])
        return told(FollowOut, body)


class Preferences(ScopedView):
    """The catalogue of kinds with one's choices."""

    scopes = SCOPES

    @operation("inbox_preferences", tag="inbox", answer=NoticeKindsOut)
    def get(self, request: Call) -> Response:
        """Tell of each kind of notice how you hear of it."""
        return self.all(request)

    @operation("inbox_choose", tag="inbox", answer=NoticeKindsOut, body=ChoicesIn)
    def patch(self, request: Call) -> Response:
        """Change single choices, or all of them by a preset; the rest stays."""
        body = self.body(request)
        user = _user(request)
        if "preset" in body and body.get("choices"):
            raise Invalid("Name choices or a preset, not both.")
        if "preset" in body:
            preferences.apply_preset(user, preset=body["preset"])
        else:
            preferences.choose(user, {_place(c): _wish(c) for c in body.get("choices", [])})
        return self.all(request)

    def all(self, request: Call) -> Response:
        """The whole catalogue."""
        sections = wished.sections(_user(request))
        return told(NoticeKindsOut, {"kinds": [cell for s in sections for cell in s.cells]})


def _place(choice: dict[str, Any]) -> tuple[str, str]:
    return choice["kind"], choice["team"]


def _wish(choice: dict[str, Any]) -> tuple[bool, Mail] | None:
    if choice["mail"] != "same":
        return choice["inbox"], Mail(choice["mail"])
    if not choice["team"]:
        raise Invalid("Only the choice for a team can be the same as that of its kind.")
    return None


class Times(ScopedView):
    """When one is mailed."""

    scopes = SCOPES

    @operation("inbox_times", tag="inbox", answer=NoticeTimesOut)
    def get(self, request: Call) -> Response:
        """Tell the rhythm of your digest and your quiet hours."""
        return told(NoticeTimesOut, wished.times(_user(request)))

    @operation("inbox_set_times", tag="inbox", answer=NoticeTimesOut, body=NoticeTimesIn)
    def put(self, request: Call) -> Response:
        """Replace the rhythm of your digest and your quiet hours."""
        return told(NoticeTimesOut, preferences.set_times(_user(request), **self.body(request)))
