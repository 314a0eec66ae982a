"""Work outside the model over REST."""

from typing import Any

from rest_framework.request import Request as Call
from rest_framework.response import Response

from esm.accounts.api.scoped import ScopedView
from esm.common.api.pagination import page_of, page_response
from esm.common.api.serializers import PageQuery
from esm.common.api.views import operation, told
from governance.selectors import people
from workflows import locks
from workflows.api.bodies_off_model import OffModelIn
from workflows.api.serializers_off_model import OffModelOut, OffModelSummaryOut
from workflows.selectors import off_model as logged
from workflows.selectors import queue
from workflows.services import off_model

SCOPES = {"read": "requests:read", "write": "work"}
ORDER = ("-day", "-id")


class OffModelOfTeam(ScopedView):
    """The entries of a team."""

    scopes = SCOPES

    @operation("off_model_list", tag="teams", answer=OffModelOut, query=PageQuery, page=True)
    def get(self, request: Call, key: str) -> Response:
        """List what a team of yours did outside the model, newest first; else empty."""
        team = queue.team_for(request.user, key)
        rows = logged.of_team(request.user, team)
        page = page_of(rows, name=f"off-model {key}", order=ORDER, query=self.query)
        return page_response(request, page, OffModelOut)

    @operation("off_model_log", tag="teams", answer=OffModelOut, body=OffModelIn, status=201)
    def post(self, request: Call, key: str) -> Response:
        """Log work of a team you are in that no published flow knows."""
        team = queue.team_for(request.user, key)
        entry = off_model.Entry(**self.body(request))
        actor = people.actor_for(request.user, team=team.key)
        answer = told(OffModelOut, off_model.log_work(team, entry=entry, actor=actor), status=201)
        answer["Location"] = f"/api/v1/off-model/{answer.data['number']}"
        return answer


class OffModelSummary(ScopedView):
    """How much it was."""

    scopes = {"read": "requests:read"}

    @operation("off_model_summary", tag="teams", answer=OffModelSummaryOut)
    def get(self, request: Call, key: str) -> Response:
        """How much a team did outside the model in 90 days, by department it was for.

        Who is not in the team learns the sum alone, and that from five entries on.
        """
        team = queue.team_for(request.user, key)
        until = off_model.today_of(team)
        return told(OffModelSummaryOut, logged.summary(request.user, key, until=until))


class OffModelEntry(ScopedView):
    """One entry."""

    scopes = SCOPES

    @operation("off_model_get", tag="teams", answer=OffModelOut)
    def get(self, request: Call, number: int) -> Response:
        """One entry."""
        return told(OffModelOut, logged.by_id(request.user, number))

    @operation("off_model_change", tag="teams", answer=OffModelOut, body=OffModelIn, guarded=True)
    def put(self, request: Call, number: int) -> Response:
        """Correct an entry you logged; a lead corrects any of the team."""
        found = logged.by_id(request.user, number)
        body: dict[str, Any] = self.body(request)
        actor = people.actor_for(request.user, team=found.team.key)
        entry = off_model.Entry(**body)
        work = off_model.log_work(found.team, entry=entry, work_id=found.pk, actor=actor)
        return told(OffModelOut, work)

    def hold(self, request: Call, **place: int) -> None:
        locks.off_model_for_update(logged.by_id(request.user, place["number"]).pk)

    @operation("off_model_remove", tag="teams", answer=None, status=204)
    def delete(self, request: Call, number: int) -> Response:
        """Take an entry away; it no longer counts."""
        found = logged.by_id(request.user, number)
        off_model.remove_work(found.pk, actor=people.actor_for(request.user, team=found.team.key))
        return Response(status=204)
