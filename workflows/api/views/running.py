"""What runs while a version comes into force over REST: choose, move, take back."""

from rest_framework.request import Request as Call
from rest_framework.response import Response

from esm.accounts.api.scoped import ScopedView
from esm.common.api.pagination import page_of_list, page_response
from esm.common.api.serializers import PageQuery
from esm.common.api.views import operation, told
from governance.api.views.model import version_of
from governance.locks import lock_version
from governance.models import ModelVersion
from governance.selectors.people import actor_for
from workflows.api.serializers_running import (
    InFlightPolicyIn,
    MigrationPreviewOut,
    MigrationRunOut,
    RequestMoveIn,
    RequestMoveOut,
    RunningWorkflowOut,
)
from workflows.api.views.requests import OnRequest
from workflows.selectors import running_page
from workflows.services import migrating, migration_runs


class OfVersion(ScopedView):
    """What runs beside a version that it may move to."""

    scopes = {"read": "model:read", "write": "model:write"}

    def version(self, code: str) -> ModelVersion:
        """The version, for stewards. Raises NotFound, NotAllowed."""
        found = version_of(self.request, code)
        running_page.check(self.request.user)
        return running_page.movable(found)

    def hold(self, request: Call, **place: str) -> None:
        lock_version(self.version(place["code"]).pk)


class Running(OfVersion):
    """All workflows that differ."""

    @operation("running_list", tag="model", answer=RunningWorkflowOut, query=PageQuery, page=True)
    def get(self, request: Call, code: str) -> Response:
        """List workflows that differ, how much runs in each and what becomes of it."""
        rows = running_page.rows(self.version(code))
        page = page_of_list(rows, name="running", key=lambda row: (row.key,), query=self.query)
        return page_response(request, page, RunningWorkflowOut)


class RunningOf(OfVersion):
    """One workflow."""

    @operation("running_get", tag="model", answer=MigrationPreviewOut)
    def get(self, request: Call, code: str, key: str) -> Response:
        """What would become of what runs in a workflow: how much is safe, what is not and why."""
        return told(
            MigrationPreviewOut, running_page.preview(request.user, self.version(code), key, None)
        )

    @operation("running_choose", tag="model", answer=MigrationPreviewOut, body=InFlightPolicyIn)
    def post(self, request: Call, code: str, key: str) -> Response:
        """Say what becomes of what runs: it ends where it began, or moves to this version."""
        version, body = self.version(code), self.body(request)
        migration_runs.choose_policy(version, key, **body, actor=actor_for(request.user))
        return told(MigrationPreviewOut, running_page.preview(request.user, version, key, None))


class RunningMove(OfVersion):
    """Moving what is safe."""

    @operation("running_move", tag="model", answer=MigrationRunOut, status=201)
    def post(self, request: Call, code: str, key: str) -> Response:
        """Begin to move what is safe to the version in force; the rest stays where it is."""
        self.version(code)
        self.body(request)
        run = migration_runs.migrate_safe(key, actor=actor_for(request.user))
        return told(MigrationRunOut, run, status=201)


class Move(OnRequest):
    """One request to the version in force."""

    @operation("request_move", tag="requests", answer=RequestMoveOut, body=RequestMoveIn)
    def post(self, request: Call, ref: str) -> Response:
        """Let a running request follow the version in force."""
        found = self.find(ref)
        move = migrating.migrate_request(found.pk, **self.body(request), actor=self.actor())
        return told(RequestMoveOut, move)


class MoveBack(OnRequest):
    """And back."""

    @operation("request_move_back", tag="requests", answer=RequestMoveOut)
    def post(self, request: Call, ref: str) -> Response:
        """Take the last move of a request back, before its next step."""
        found = self.find(ref)
        self.body(request)
        return told(RequestMoveOut, migrating.undo_migration(found.pk, actor=self.actor()))
