"""What is to be looked at again, and the agenda of those who govern, over REST."""

from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from esm.accounts.api.scoped import ScopedView
from esm.common.api.pagination import page_of_list, page_response
from esm.common.api.serializers import PageQuery
from esm.common.api.views import operation, told
from esm.common.errors import NotFound
from governance.api.serializers_agenda import (
    AgendaNoteIn,
    AgendaNoteOut,
    AgendaOut,
    AgendaQuery,
    ElementReviewIn,
    ElementReviewOut,
)
from governance.blueprint.blueprint import Blueprint
from governance.models import ModelVersion
from governance.selectors import agenda, reviews, versions
from governance.selectors.people import actor_for
from governance.services import agenda as minutes
from governance.services import reviews as confirming


def _in_force() -> tuple[Blueprint, ModelVersion]:
    version = versions.published()
    if version is None:
        raise NotFound("No version of the model is in force yet.")
    return versions.blueprint(version), version


def _body(bp: Blueprint, key: str) -> str:
    """The key of a body there is, or nothing."""
    try:
        agenda.body_of(bp, key)
    except NotFound as gone:
        raise ValidationError({"body": [gone.sentence]}) from gone
    return key


class Reviews(ScopedView):
    """What is overdue or due within thirty days."""

    scopes = {"read": "model:read"}

    @operation(
        "element_review_list", tag="model", answer=ElementReviewOut, query=PageQuery, page=True
    )
    def get(self, request: Request) -> Response:
        """List what is to be looked at again, the longest overdue first."""
        bp, _version = _in_force()
        page = page_of_list(
            reviews.rows(bp), name="reviews", key=lambda r: (r.due, r.kind, r.key), query=self.query
        )
        return page_response(request, page, ElementReviewOut)


class ReviewOf(ScopedView):
    """One element that names a day."""

    scopes = {"read": "model:read", "write": "decide"}

    def row(self, kind: str, key: str) -> reviews.ReviewRow:
        """Raises NotFound."""
        bp, _version = _in_force()
        found = reviews.one(bp, kind, key)
        if found is None:
            raise NotFound("This is not to be looked at again by a day.")
        return found

    @operation("element_review_get", tag="model", answer=ElementReviewOut)
    def get(self, request: Request, kind: str, key: str) -> Response:
        """When one element is to be looked at again, and who confirmed it last."""
        return told(ElementReviewOut, self.row(kind, key))

    @operation("element_review_confirm", tag="model", answer=ElementReviewOut, body=ElementReviewIn)
    def post(self, request: Request, kind: str, key: str) -> Response:
        """Say that it still holds, until another day; for who answers for it, and stewards."""
        body = self.body(request)
        self.row(kind, key)
        confirming.confirm(kind, key, **body, actor=actor_for(request.user))
        return told(ElementReviewOut, self.row(kind, key))


class Agenda(ScopedView):
    """What there is to talk about."""

    scopes = {"read": "model:read", "write": "decide"}

    @operation("agenda_get", tag="model", answer=AgendaOut, query=AgendaQuery)
    def get(self, request: Request) -> Response:
        """Open objections and proposals, waivers that end, what is overdue, what drifts."""
        bp, version = _in_force()
        body = _body(bp, self.query["body"])
        found = agenda.agenda(request.user, bp, version, body)
        points = [point for section in found.sections for point in section.points]
        return told(AgendaOut, {"version": version, "total": found.total, "points": points})

    @operation("agenda_note", tag="model", answer=AgendaNoteOut, body=AgendaNoteIn, status=201)
    def post(self, request: Request) -> Response:
        """Keep what a meeting made of a point; for who sits in the body, and stewards."""
        bp, version = _in_force()
        body = self.body(request)
        key = _body(bp, body["body"])
        try:
            point = agenda.point_of(request.user, bp, version, key, body.pop("point"))
        except NotFound as gone:
            raise ValidationError({"point": [gone.sentence]}) from gone
        note = minutes.take_up(point, **body, actor=actor_for(request.user))
        return told(AgendaNoteOut, note, status=201)
