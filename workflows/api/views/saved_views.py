"""Saved views of queues over REST."""

from typing import Any

from rest_framework.request import Request as Call
from rest_framework.response import Response

from esm.accounts.api.scoped import ScopedView
from esm.common.api.pagination import page_of, page_response
from esm.common.api.serializers import PageQuery
from esm.common.api.views import operation, told
from governance.selectors import people
from workflows import locks
from workflows.api.bodies import MoveIn, ViewIn
from workflows.api.serializers_desk import ViewOut
from workflows.models import SavedView
from workflows.selectors import queue, saved_views
from workflows.services import saved_views as keeping

SCOPES = {"read": "requests:read", "write": "work"}


def _keep(call: Call, body: dict[str, Any], view_id: int | None = None) -> SavedView:
    key = body.pop("queue", "")
    team = queue.team_for(call.user, key) if key else None
    actor = people.actor_for(call.user)
    return keeping.save_view(**body, queue=team, view_id=view_id, actor=actor)


class Views(ScopedView):
    """All saved views of the caller."""

    scopes = SCOPES

    @operation("view_list", tag="queues", answer=ViewOut, query=PageQuery, page=True)
    def get(self, request: Call) -> Response:
        """List the saved views you may open: yours, those of your teams, those for everyone."""
        rows = saved_views.visible_to(request.user)
        page = page_of(rows, name="views", order=("id",), query=self.query)
        return page_response(request, page, ViewOut)

    @operation("view_create", tag="queues", answer=ViewOut, body=ViewIn, status=201, refused=(404,))
    def post(self, request: Call) -> Response:
        """Keep filters of a queue under a name, for you or for a team you lead."""
        kept = _keep(request, self.body(request))
        answer = told(ViewOut, kept, status=201)
        answer["Location"] = f"{request.path}/{kept.pk}"
        return answer


class View(ScopedView):
    """One saved view."""

    scopes = SCOPES

    @operation("view_get", tag="queues", answer=ViewOut)
    def get(self, request: Call, number: int) -> Response:
        """One saved view with its filters."""
        return told(ViewOut, saved_views.by_id(request.user, number))

    @operation("view_change", tag="queues", answer=ViewOut, body=ViewIn, guarded=True)
    def put(self, request: Call, number: int) -> Response:
        """Change a saved view."""
        found = saved_views.by_id(request.user, number)
        return told(ViewOut, _keep(request, self.body(request), found.pk))

    @operation("view_remove", tag="queues", answer=None, status=204)
    def delete(self, request: Call, number: int) -> Response:
        """Take a saved view away."""
        found = saved_views.by_id(request.user, number)
        keeping.remove_view(found.pk, actor=people.actor_for(request.user))
        return Response(status=204)

    def hold(self, request: Call, **place: int) -> None:
        locks.view_for_update(saved_views.by_id(request.user, place["number"]).pk)


class ViewMove(ScopedView):
    """Its place."""

    scopes = SCOPES

    @operation("view_move", tag="queues", answer=ViewOut, body=MoveIn)
    def post(self, request: Call, number: int) -> Response:
        """Let a saved view change places with the one before or behind it."""
        found = saved_views.by_id(request.user, number)
        later = self.body(request)["to"] == "later"
        actor = people.actor_for(request.user)
        return told(ViewOut, keeping.move_view(found.pk, later=later, actor=actor))
