"""Saved replies over REST."""

from typing import Any

from rest_framework.request import Request as Call
from rest_framework.response import Response

from esm.accounts.api.scoped import ScopedView
from esm.common.api.pagination import Page, page_of, page_response
from esm.common.api.serializers import PageQuery
from esm.common.api.views import operation, told
from governance.selectors import people
from workflows import locks
from workflows.api.bodies import RepliesQuery, ReplyIn
from workflows.api.serializers_desk import FilledReplyOut, ReplyOut
from workflows.api.views.base import OfRequest
from workflows.selectors import replies
from workflows.services import replies as keeping

SCOPES = {"read": "requests:read", "write": "work"}


class Replies(ScopedView):
    """All saved replies of the caller."""

    scopes = SCOPES

    @operation("reply_list", tag="replies", answer=ReplyOut, query=PageQuery, page=True)
    def get(self, request: Call) -> Response:
        """List the saved replies you may use: yours, those of your teams, those for everyone."""
        rows = replies.visible_to(request.user)
        page = page_of(rows, name="replies", order=("id",), query=self.query)
        return page_response(request, page, ReplyOut)

    @operation("reply_create", tag="replies", answer=ReplyOut, body=ReplyIn, status=201)
    def post(self, request: Call) -> Response:
        """Keep a new saved reply, for you or for a team you lead."""
        kept = keeping.save_reply(**self.body(request), actor=people.actor_for(request.user))
        answer = told(ReplyOut, kept, status=201)
        answer["Location"] = f"{request.path}/{kept.pk}"
        return answer


class Reply(ScopedView):
    """One saved reply."""

    scopes = SCOPES

    @operation("reply_get", tag="replies", answer=ReplyOut)
    def get(self, request: Call, number: int) -> Response:
        """One saved reply, with its placeholders as they were written."""
        return told(ReplyOut, replies.by_id(request.user, number))

    @operation("reply_change", tag="replies", answer=ReplyOut, body=ReplyIn, guarded=True)
    def put(self, request: Call, number: int) -> Response:
        """Change a saved reply."""
        found = replies.by_id(request.user, number)
        body: dict[str, Any] = self.body(request)
        actor = people.actor_for(request.user)
        return told(ReplyOut, keeping.save_reply(**body, reply_id=found.pk, actor=actor))

    @operation("reply_remove", tag="replies", answer=None, status=204)
    def delete(self, request: Call, number: int) -> Response:
        """Take a saved reply away."""
        found = replies.by_id(request.user, number)
        keeping.remove_reply(found.pk, actor=people.actor_for(request.user))
        return Response(status=204)

    def hold(self, request: Call, **place: int) -> None:
        locks.reply_for_update(replies.by_id(request.user, place["number"]).pk)


class RepliesOfRequest(OfRequest):
    """Saved replies filled for one request."""

    @operation(
        "request_reply_list", tag="replies", answer=FilledReplyOut, query=RepliesQuery, page=True
    )
    def get(self, request: Call, ref: str) -> Response:
        """The first saved replies that match, with the placeholders of this request filled in."""
        rows = replies.offered(request.user, self.find(ref), self.query.get("q", ""))
        return page_response(request, Page(rows), FilledReplyOut)
