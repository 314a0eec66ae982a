"""The change feed over REST."""

from typing import Any
from urllib.parse import urlencode

from rest_framework.request import Request
from rest_framework.response import Response

from esm.accounts.api.scoped import ScopedView
from esm.common.api.views import operation, told
from esm.events.api.serializers import FeedOut, FeedQuery
from esm.events.selectors import feed
from esm.events.selectors.told import in_keys
from esm.events.services import horizon


class Feed(ScopedView):
    """What happened."""

    scopes = {"read": "requests:read"}

    @operation("feed", tag="events", answer=FeedOut, query=FeedQuery)
    def get(self, request: Request) -> Response:
        """Follow what happens to all you may see, in the order of the ledger.

        Whoever sends the cursor of the answer before gets every event exactly once, also those
        that others committed late; an answer that was lost is asked for again with the same
        cursor. Events appear once everything before them is settled, usually at once.
        """
        asked = self.query
        after = int(asked.get("cursor", 0))
        # Nothing was given out since: no need to ask how far all is settled.
        upto = horizon.settled() if horizon.last_given() > after else after
        if "cursor" not in asked and asked["start"] == "now":
            after = upto
        wanted = feed.Wanted(
            types=[name for name in asked.get("type", "").split(",") if name],
            subject=asked.get("subject", ""),
            since=asked.get("since"),
        )
        found = feed.read(request.user, after=after, upto=upto, limit=asked["limit"], wanted=wanted)
        following = None
        if found.more:
            given = {k: v for k, v in request.query_params.items() if k != "cursor"}
            following = f"{request.path}?{urlencode({**given, 'cursor': found.position})}"
        answer = told(
            FeedOut,
            {"items": _shown(found.events), "cursor": str(found.position), "next": following},
        )
        if following:
            answer["Link"] = f'<{following}>; rel="next"'
        return answer


def _shown(events: list[feed.Told]) -> list[dict[str, Any]]:
    """Events with persons by their keys."""
    rows = [one.event for one in events]
    return [
        {"key": one.key, "subject": one.event.subject, **row}
        for one, row in zip(events, in_keys(rows), strict=True)
    ]
