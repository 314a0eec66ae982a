"""Asking for the same again over REST."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request as Call
from rest_framework.response import Response

from catalog import registries
from catalog.selectors import portal
from catalog.services import forms
from esm.accounts.api.scoped import ScopedView
from esm.common.api.pagination import Page, page_response
from esm.common.api.serializers import Out, Strict
from esm.common.api.views import operation, told
from esm.common.errors import NotFound
from governance.blueprint.kinds import Offering
from governance.selectors import versions
from workflows.api.views.base import OfRequest
from workflows.services.again import answers_again


class AgainOut(Out):
    """What to send to ask for the same again; what the form no longer takes is left out."""

    offering = serializers.CharField()
    data = serializers.SerializerMethodField()  # type: ignore[assignment]
    left_out = serializers.IntegerField(help_text="Answers of before that are not taken over.")

    on_behalf_of = serializers.CharField(
        allow_null=True, help_text="Mail address of the person it was for, if you may ask again."
    )

    @extend_schema_field(OpenApiTypes.OBJECT)
    def get_data(self, found: dict[str, Any]) -> dict[str, Any]:
        answers: dict[str, Any] = found["answers"]
        return answers


class SimilarIn(Strict):
    """Answers so far, by field; as much as is known."""

    data = serializers.DictField(required=False, default=dict)  # type: ignore[assignment]


class SimilarOut(Out):
    """An open request you see that may be the same."""

    ref = serializers.CharField()
    title = serializers.CharField()
    state = serializers.CharField()
    asked_by = serializers.CharField()
    submitted_at = serializers.DateTimeField()
    mine = serializers.BooleanField()


class SimilarRequests(ScopedView):
    """Open requests that may be the same."""

    scopes = {"write": "requests:read"}

    @operation("offering_similar", tag="offerings", answer=SimilarOut, body=SimilarIn, page=True)
    def post(self, request: Call, key: str) -> Response:
        """Find open requests that may be the same as what you are about to ask; one page."""
        rows = portal.offerings_for(request.user).select_related("service")
        offering, version = rows.filter(key=key).first(), versions.published()
        spec = versions.blueprint(version).peek(Offering, key) if version else None
        if offering is None or spec is None:
            raise NotFound("There is no such offering.")
        values = forms.check(spec, self.body(request)["data"], required=False).values
        title = forms.title_of(spec, values)
        found = registries.similar(request.user, offering.pk, title, values)
        return page_response(request, Page(found), SimilarOut)


class Again(OfRequest):
    """A former request as the start of a new one."""

    @operation("request_again", tag="requests", answer=AgainOut)
    def get(self, request: Call, ref: str) -> Response:
        """The answers of your request that can be sent again; files are added anew."""
        found = self.find(ref)
        again = answers_again(found, user=request.user)
        told_ = {
            "offering": found.offering.key,
            "answers": again.data,
            "left_out": again.left_out,
            "on_behalf_of": again.whom.email if again.whom else None,
        }
        return told(AgainOut, told_)
