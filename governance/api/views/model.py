"""The operating model over REST, for reading: versions, elements, what differs."""

from collections import Counter
from typing import Any

from django.db.models import QuerySet
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from esm.accounts.api.scoped import ScopedView
from esm.common.api.pagination import Page, page_of, page_of_list, page_response
from esm.common.api.serializers import PageQuery
from esm.common.api.views import operation, told
from esm.common.errors import NotFound
from governance.api.serializers import (
    ChangeOut,
    DiffQuery,
    ElementDetailOut,
    ElementOut,
    ElementsQuery,
    KindDetailOut,
    KindOut,
    VersionDetailOut,
    VersionOut,
)
from governance.blueprint.diff import name_of
from governance.blueprint.kinds import KINDS
from governance.blueprint.serialise import json_schema
from governance.models import ModelElement, ModelVersion
from governance.selectors import people, plans, versions

SCOPES = {"read": "model:read"}
ROOT = "/api/v1/model"


def visible_versions(request: Request) -> QuerySet[ModelVersion]:
    """Everybody reads all but drafts, which are for stewards while they are written."""
    rows = ModelVersion.objects.exclude(state=ModelVersion.State.DISCARDED)
    rows = rows.select_related("based_on")
    if people.facts_for(request.user).steward:
        return rows
    return rows.exclude(state=ModelVersion.State.DRAFT)


def version_of(request: Request, code: str) -> ModelVersion:
    """A version by its code. Raises NotFound."""
    found = visible_versions(request).filter(code=code).first()
    if found is None:
        raise NotFound("There is no such version.")
    return found


class Versions(ScopedView):
    """All versions."""

    scopes = SCOPES

    @operation("version_list", tag="model", answer=VersionOut, query=PageQuery, page=True)
    def get(self, request: Request) -> Response:
        """List the versions of the operating model, latest first."""
        rows = visible_versions(request)
        page = page_of(rows, name="versions", order=("-number",), query=self.query)
        return page_response(request, page, VersionOut)


class Version(ScopedView):
    """One version."""

    scopes = SCOPES

    @operation("version_get", tag="model", answer=VersionDetailOut)
    def get(self, request: Request, code: str) -> Response:
        """One version, and how many elements of each kind it holds."""
        return version_told(version_of(request, code))


def version_told(version: ModelVersion) -> Response:
    """A version, and how many elements of each kind it holds."""
    kinds = ModelElement.objects.filter(version=version).values_list("kind", flat=True)
    version.__dict__["kinds"] = dict(sorted(Counter(kinds).items()))
    return told(VersionDetailOut, version)


class Elements(ScopedView):
    """The elements of a version."""

    scopes = SCOPES

    @operation("element_list", tag="model", answer=ElementOut, query=ElementsQuery, page=True)
    def get(self, request: Request, code: str) -> Response:
        """List the elements of a version, by kind and key."""
        version = version_of(request, code)
        rows = ModelElement.objects.filter(version=version)
        if "kind" in self.query:
            if self.query["kind"] not in KINDS:
                raise ValidationError({"kind": ["There is no such kind."]})
            rows = rows.filter(kind=self.query["kind"])
        page = page_of(rows, name=f"elements {code}", order=("kind", "key"), query=self.query)
        bp = versions.blueprint(version)
        shown = [_element(version, row, bp.get(row.kind, row.key)) for row in page.rows]
        return page_response(request, Page(shown, page.cursor), ElementOut)


def _element(version: ModelVersion, row: ModelElement, spec: Any) -> dict[str, Any]:
    return {
        "kind": row.kind,
        "key": row.key,
        "name": name_of(spec, row.key),
        "content_hash": bytes(row.content_hash).hex(),
        "url": f"{ROOT}/versions/{version.code}/elements/{row.kind}/{row.key}",
    }


def element_row(
    request: Request, code: str, kind: str, key: str
) -> tuple[ModelVersion, ModelElement]:
    """An element as it is stored, with its version. Raises NotFound."""
    version = version_of(request, code)
    row = ModelElement.objects.filter(version=version, kind=kind, key=key).first()
    if row is None:
        raise NotFound("There is no such element.")
    return version, row


def element_told(version: ModelVersion, kind: str, key: str, *, status: int = 200) -> Response:
    """An element with its content, as it is stored now."""
    row = ModelElement.objects.get(version=version, kind=kind, key=key)
    return _told(version, row, status)


def _told(version: ModelVersion, row: ModelElement, status: int = 200) -> Response:
    spec = KINDS[row.kind].model_validate(row.content)
    more = {
        "version": version.code,
        "schema": row.schema,
        "spec": spec.model_dump(mode="json"),
    }
    return told(ElementDetailOut, {**_element(version, row, spec), **more}, status=status)


class Element(ScopedView):
    """One element."""

    scopes = SCOPES

    @operation("element_get", tag="model", answer=ElementDetailOut)
    def get(self, request: Request, code: str, kind: str, key: str) -> Response:
        """One element of a version with its content."""
        return _told(*element_row(request, code, kind, key))


class Diff(ScopedView):
    """What differs between two versions."""

    scopes = SCOPES

    @operation("version_diff", tag="model", answer=ChangeOut, query=DiffQuery, page=True)
    def get(self, request: Request, code: str) -> Response:
        """List what a version changes, element by element and field by field, in words."""
        version = version_of(request, code)
        base = self._base(request, version)
        before, after = versions.blueprint(base), versions.blueprint(version)
        page = page_of_list(
            plans.changes_between(before, after),
            name=f"diff {base.code} {code}",
            key=lambda change: (change.kind, change.key),
            query=self.query,
        )
        return page_response(request, page, ChangeOut)

    def _base(self, request: Request, version: ModelVersion) -> ModelVersion:
        code = self.query.get("against", "")
        if not code and version.based_on is not None:
            code = version.based_on.code
        found = visible_versions(request).filter(code=code).first()
        if found is None:
            raise ValidationError({"against": ["Name a version to compare with."]})
        return found


class Kinds(ScopedView):
    """The kinds of elements."""

    scopes = SCOPES

    @operation("kind_list", tag="model", answer=KindOut, query=PageQuery, page=True)
    def get(self, request: Request) -> Response:
        """List the kinds of elements a model may hold."""
        rows = [{"kind": kind, "url": f"{ROOT}/kinds/{kind}"} for kind in sorted(KINDS)]
        page = page_of_list(rows, name="kinds", key=lambda r: (r["kind"],), query=self.query)
        return page_response(request, page, KindOut)


class Kind(ScopedView):
    """One kind."""

    scopes = SCOPES

    @operation("kind_get", tag="model", answer=KindDetailOut)
    def get(self, request: Request, kind: str) -> Response:
        """One kind with the JSON Schema of its content."""
        if kind not in KINDS:
            raise NotFound("There is no such kind.")
        shown = {"kind": kind, "url": f"{ROOT}/kinds/{kind}", "json_schema": json_schema(kind)}
        return told(KindDetailOut, shown)
