"""Queues over REST: what waits for a team."""

from typing import Any

from rest_framework.request import Request as Call
from rest_framework.response import Response

from esm.accounts.api.scoped import ScopedView
from esm.common.api.pagination import Page, page_of, page_of_list, page_response
from esm.common.api.serializers import PageQuery
from esm.common.api.views import operation
from governance.models import Department, Team
from workflows.api.bodies import QueueQuery
from workflows.api.serializers_queues import QueueOut, QueueRowOut
from workflows.selectors import queue, queue_filters
from workflows.selectors.queue_filters import QueueFilter
from workflows.selectors.queue_rows import rows_for

SCOPES = {"read": "requests:read"}


class _Queue:
    def __init__(self, call: Call, team: Team) -> None:
        self.key, self.name = team.key, team.name
        self.department: Department = team.department
        self.counts = queue.counts(call.user, team)
        self.url = f"/api/v1/queues/{team.key}"


def _filter(query: dict[str, Any]) -> QueueFilter:
    names = ("view", "sort", *queue_filters.FILTERS)
    return queue_filters.read({name: query.get(name) or "" for name in names})


class Queues(ScopedView):
    """The queues of the caller."""

    scopes = SCOPES

    @operation("queue_list", tag="queues", answer=QueueOut, query=PageQuery, page=True)
    def get(self, request: Call) -> Response:
        """List the queues you work, with how much each view of them holds."""
        teams = sorted(queue.my_teams(request.user), key=lambda team: team.key)
        rows = [_Queue(request, team) for team in teams]
        page = page_of_list(rows, name="queues", key=lambda row: (row.key,), query=self.query)
        return page_response(request, page, QueueOut)


class Queue(ScopedView):
    """One queue."""

    scopes = SCOPES

    @operation("queue_get", tag="queues", answer=QueueRowOut, query=QueueQuery, page=True)
    def get(self, request: Call, key: str) -> Response:
        """List what waits for a team: what ends soonest on its side comes first, and of two that
        end at the same moment the one whose priority gives it less time.

        Work that somebody wants to start on a later day comes after the rest.
        """
        team = queue.team_for(request.user, key)
        wanted = _filter(self.query)
        rows = queue.with_parts(queue.filtered(request.user, team, wanted))
        rows, order = queue_filters.ordered(rows, wanted.get("sort"))
        page = page_of(rows, name=f"queue {key} {wanted.query()}", order=order, query=self.query)
        shown = Page(rows_for(page.rows), page.cursor)
        return page_response(request, shown, QueueRowOut)
