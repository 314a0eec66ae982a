"""Drafts of the model over REST: begun, changed element by element, given up.

The same services as the pages of drafts; what was changed meanwhile is never overwritten.
"""

from typing import Any

from rest_framework.request import Request
from rest_framework.response import Response

from esm.accounts.api.scoped import ScopedView
from esm.common.api import match
from esm.common.api.pagination import page_of_list, page_response
from esm.common.api.views import operation, told
from esm.common.errors import Invalid
from governance.api.serializers import ElementDetailOut, VersionOut
from governance.api.serializers_model import (
    DraftDiscardIn,
    DraftFindingOut,
    DraftFindingsQuery,
    DraftIn,
    ElementIn,
    ElementNewIn,
)
from governance.api.views.model import (
    Element,
    Elements,
    Versions,
    element_row,
    element_told,
    version_of,
    version_told,
)
from governance.blueprint.editing.reading import check_key
from governance.locks import lock_version
from governance.models import ModelVersion
from governance.selectors.found import found_in
from governance.selectors.people import actor_for
from governance.services import drafting, drafts
from governance.services.publishing import last_editor

SCOPES = {"read": "model:read", "write": "model:write"}


class VersionsAndDrafts(Versions):
    """All versions, and a new draft."""

    scopes = SCOPES

    @operation("draft_begin", tag="model", answer=VersionOut, body=DraftIn, status=201)
    def post(self, request: Request) -> Response:
        """Begin a draft that holds what is in force, under the next free number."""
        body = self.body(request)
        made = drafts.begin_draft(title=body["title"], actor=actor_for(request.user))
        answer = told(VersionOut, made, status=201)
        answer["Location"] = f"{request.path}/{made.code}"
        return answer


class Discard(ScopedView):
    """The end of a draft."""

    scopes = SCOPES

    @operation("draft_discard", tag="model", answer=VersionOut, body=DraftDiscardIn)
    def post(self, request: Request, code: str) -> Response:
        """Give a draft up: nobody reads or changes it any more."""
        version, why = version_of(request, code), self.body(request)["reason"]
        return told(
            VersionOut, drafts.discard_draft(version, reason=why, actor=actor_for(request.user))
        )

    def hold(self, request: Request, **place: str) -> None:
        lock_version(version_of(request, place["code"]).pk)

    def tag(self, request: Request, **place: str) -> str:
        """The version's."""
        return match.tag_of(version_told(version_of(request, place["code"])).data)


class DraftElements(Elements):
    """The elements of a version, and a new one in a draft."""

    scopes = SCOPES

    @operation("element_add", tag="model", answer=ElementDetailOut, body=ElementNewIn, status=201)
    def post(self, request: Request, code: str) -> Response:
        """Add an element to a draft; 409 where it is there already."""
        version, body = version_of(request, code), self.body(request)
        kind, key = body["kind"], body["key"]
        if wrong := check_key(key, ()):
            raise Invalid(wrong, {"key": [wrong]})
        _write(request, version, kind, key, body["spec"], None)
        answer = element_told(version, kind, key, status=201)
        answer["Location"] = f"{request.path}/{kind}/{key}"
        return answer


class DraftElement(Element):
    """One element: read in any version, changed and taken out in a draft."""

    scopes = SCOPES

    @operation(
        "element_change",
        tag="model",
        answer=ElementDetailOut,
        body=ElementIn,
        guarded=True,
    )
    def put(self, request: Request, code: str, kind: str, key: str) -> Response:
        """Write the whole content of an element of a draft."""
        version, row = element_row(request, code, kind, key)
        seen = bytes(row.content_hash)
        _write(request, version, kind, key, self.body(request)["spec"], seen)
        return element_told(version, kind, key)

    @operation("element_remove", tag="model", answer=None, status=204, guarded=True)
    def delete(self, request: Request, code: str, kind: str, key: str) -> Response:
        """Take an element out of a draft; what names it is found by the checks."""
        version, row = element_row(request, code, kind, key)
        _write(request, version, kind, key, None, bytes(row.content_hash))
        return Response(status=204)

    def hold(self, request: Request, **place: str) -> None:
        lock_version(version_of(request, place["code"]).pk)

    def meanwhile(self, request: Request, **place: str) -> dict[str, Any]:
        """Who changed it last, and what it is now."""
        version, row = element_row(request, **place)
        by = last_editor(version, place["kind"], place["key"])
        return {"changed_by": by, "content_hash": bytes(row.content_hash).hex(),
                "spec": row.content}  # fmt: skip


def _write(
    request: Request,
    version: ModelVersion,
    kind: str,
    key: str,
    spec: dict[str, Any] | None,
    seen: bytes | None,
) -> None:
    """Write one element; what is wrong with its content points into ``spec``."""
    try:
        drafting.edit_element(
            version, kind, key, spec, expected_hash=seen, actor=actor_for(request.user)
        )
    except Invalid as refused:
        errors = {f"spec/{path}".rstrip("/"): said for path, said in refused.errors.items()}
        raise Invalid(refused.sentence, errors) from refused


class Findings(ScopedView):
    """What is wrong with a version."""

    scopes = SCOPES

    @operation(
        "version_findings", tag="model", answer=DraftFindingOut, query=DraftFindingsQuery, page=True
    )
    def get(self, request: Request, code: str) -> Response:
        """List what the checks find in a version or draft, by kind and key."""
        version = version_of(request, code)
        rows = [
            row
            for row in found_in(version)
            if self.query.get("kind", row.kind) == row.kind
            and self.query.get("severity", row.severity) == row.severity
        ]
        page = page_of_list(
            rows, name=f"findings {code}", key=lambda row: row.place, query=self.query
        )
        return page_response(request, page, DraftFindingOut)
