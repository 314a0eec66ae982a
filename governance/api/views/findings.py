"""Findings of the model in force over REST: listed as the page does, noted."""

from zoneinfo import ZoneInfo

from rest_framework.request import Request
from rest_framework.response import Response

from esm.accounts.api.scoped import ScopedView
from esm.common.api import match
from esm.common.api.pagination import Page, page_of, page_response
from esm.common.api.views import operation, told
from esm.common.errors import NotFound
from governance.api.serializers_findings import CloseIn, FindingOut, FindingsQuery, NoteIn
from governance.blueprint.blueprint import Blueprint
from governance.locks import lock_finding
from governance.models import ChangeProposal, KeptFinding, ModelVersion, Person
from governance.selectors import findings as known
from governance.selectors import versions
from governance.selectors.findings import FindingRow, Wanted
from governance.selectors.people import actor_for
from governance.selectors.proposals import visible_to
from governance.services import closing_findings, findings

SCOPES = {"read": "model:read", "write": "decide"}
RELATED = ("acknowledged_by", "waiver", "version")


def _in_force() -> tuple[Blueprint | None, ModelVersion | None]:
    version = versions.published()
    return (versions.blueprint(version) if version is not None else None), version


def _rows(request: Request, rows: list[KeptFinding]) -> list[FindingRow]:
    """In the order they were read."""
    bp, version = _in_force()
    found = {one.row.pk: one for one in known.shown(request.user, rows, bp, version)}
    return [found[row.pk] for row in rows]


class Findings(ScopedView):
    """Findings, latest first."""

    scopes = SCOPES

    @operation("finding_list", tag="model", answer=FindingOut, query=FindingsQuery, page=True)
    def get(self, request: Request) -> Response:
        """List the findings of the model in force, under the filters of the page."""
        names = ("severity", "area", "owner", "stream", "state", "on")
        wanted = Wanted(**{name: self.query[name] for name in names})
        bp, _version = _in_force()
        zone: ZoneInfo = known.zone_of(bp)
        rows = known.listed(request.user, wanted, zone).select_related(*RELATED)
        name = f"findings {request.user.pk} {wanted.query()}"
        page = page_of(rows, name=name, order=("-id",), query=self.query)
        return page_response(request, Page(_rows(request, page.rows), page.cursor), FindingOut)


class _Finding(ScopedView):
    scopes = SCOPES

    def find(self, request: Request, number: int) -> KeptFinding:
        """Raises NotFound, for hidden and missing alike."""
        rows = known.visible_to(request.user).select_related(*RELATED)
        row = rows.filter(pk=number).first()
        if row is None:
            raise NotFound("There is no such finding.")
        return row

    def shown(self, request: Request, row: KeptFinding) -> Response:
        return told(FindingOut, _rows(request, [row])[0])

    def hold(self, request: Request, **place: int) -> None:
        lock_finding(self.find(request, place["number"]).pk)

    def tag(self, request: Request, **place: int) -> str:
        """The finding's, also where it is noted."""
        row = self.find(request, place["number"])
        return match.tag_of(self.shown(request, row).data, FindingOut.moving)


class FindingView(_Finding):
    """One finding."""

    @operation("finding_get", tag="model", answer=FindingOut)
    def get(self, request: Request, number: int) -> Response:
        """One finding with the figures it was made of."""
        return self.shown(request, self.find(request, number))


class Note(_Finding):
    """What somebody says about it."""

    @operation("finding_note", tag="model", answer=FindingOut, body=NoteIn)
    def post(self, request: Request, number: int) -> Response:
        """Take note of it and say what becomes of it; it stays open."""
        row, note = self.find(request, number), self.body(request)["note"]
        findings.acknowledge_finding(row.pk, note=note, actor=actor_for(request.user))
        return self.shown(request, self.find(request, number))


class Close(_Finding):
    """What becomes of it."""

    @operation("finding_close", tag="model", answer=FindingOut, body=CloseIn)
    def post(self, request: Request, number: int) -> Response:
        """Close it with who does what by when, or with the proposal that changes the model."""
        row, body = self.find(request, number), self.body(request)
        closing_findings.close_finding(
            row.pk,
            how=body["how"],
            what=body["what"],
            who=Person.objects.filter(key=body["who"], active=True).first(),
            due=body["due"],
            proposal=_proposal(request, body["proposal"]),
            actor=actor_for(request.user),
        )
        return self.shown(request, self.find(request, number))


def _proposal(request: Request, number: int | None) -> ChangeProposal | None:
    if number is None:
        return None
    found = visible_to(request.user).filter(number=number).first()
    if found is None:
        raise NotFound("There is no such proposal.")
    return found
