"""Requests over REST: ask for something, follow it, withdraw, confirm, share."""

from typing import Any

from django.conf import settings
from drf_spectacular.utils import OpenApiRequest
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request as Call
from rest_framework.response import Response

from catalog.services.file_types import in_words
from esm.common.api.errors import Malformed, TooLarge
from esm.common.api.match import tag_of
from esm.common.api.pagination import page_of, page_response
from esm.common.api.parsers import read_json
from esm.common.api.serializers import read
from esm.common.api.views import operation, plain, told
from governance.models import Person
from workflows.api.bodies import ReasonIn, RequestsQuery, ShareIn, SubmitIn
from workflows.api.serializers import (
    EnvelopeOut,
    RequestDetailOut,
    RequestOut,
    SharedOut,
)
from workflows.api.serializers_sent import SentOut
from workflows.api.views.base import OfRequest, with_places
from workflows.api.views.submitting import PART, Submitting
from workflows.models import Request
from workflows.selectors import answers, envelopes, following, ranges, request_page
from workflows.selectors import requests as seen
from workflows.services import requests


class _Form(serializers.Serializer[Any]):
    """A new request with its files."""

    offering = serializers.CharField()
    data = serializers.CharField(  # type: ignore[assignment]
        help_text="The answers as a JSON object."
    )
    on_behalf_of = serializers.CharField(required=False)
    file = serializers.FileField(
        required=False,
        help_text="Name each part `files.<key of the form's file field>`.",
    )


class Requests(Submitting):
    """All requests of the caller."""

    scopes = {"read": "requests:read", "write": "requests:write"}

    @operation("request_list", tag="requests", answer=RequestOut, query=RequestsQuery, page=True)
    def get(self, request: Call) -> Response:
        """List requests, newest first: those you asked for, or all you may see."""
        wide = self.query["scope"] == "visible"
        rows = seen.visible_to(request.user) if wide else seen.asked_by(request.user)
        state = self.query.get("state")
        if state in ("open", "done"):
            rows = rows.filter(is_open=state == "open")
        elif state:
            rows = rows.filter(state=state)
        if "service" in self.query:
            rows = rows.filter(service__key=self.query["service"])
        order = self.query["ordering"]
        name = f"requests {self.query['scope']} {order}"
        page = page_of(with_places(rows), name=name, order=(order,), query=self.query)
        return page_response(request, page, RequestOut)

    @operation(
        "request_submit",
        tag="requests",
        answer=SentOut,
        body=SubmitIn,
        body_schema={
            "application/json": SubmitIn,
            "multipart/form-data": OpenApiRequest(request=_Form),
        },
        status=201,
    )
    def post(self, request: Call) -> Response:
        """Ask for something.

        Send JSON, or a form whose parts `files.<field>` are the files of the offering's form.
        It runs for ever under the version in force now.
        """
        given = self._given(request)
        sent = self.send(request, given, lambda: self._uploads(request))
        answer = told(SentOut, sent, status=201)
        answer["Location"] = f"{request.path}/{sent.ref}"
        return answer

    def _given(self, request: Call) -> dict[str, Any]:
        given = plain(request)
        if request.FILES or hasattr(request.data, "lists"):
            try:
                text = str(given.get("data", "{}"))
                given = {**given, "data": read_json(text.encode("utf-8", "surrogatepass"))}
            except Malformed as refused:
                raise ValidationError({"data": [str(refused.detail)]}) from None
        return read(SubmitIn, given)

    def _uploads(self, request: Call) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for name, uploads in request.FILES.lists():
            key = name.removeprefix(PART)
            if not name.startswith(PART) or not key:
                raise ValidationError({name: ["Name a file part files.<field>."]})
            if len(uploads) > 1:
                raise ValidationError({name: ["One file for each field."]})
            if uploads[0].size > settings.FILE_MAX_BYTES:
                raise TooLarge(f"A file has at most {in_words(settings.FILE_MAX_BYTES)}.")
            found[key] = uploads[0]
        return found


class _Page:
    """A page of a request with what its API shape adds."""

    def __init__(self, call: Call, request: Request) -> None:
        self.found = request_page.page(call.user, request)
        found = ranges.expected(request, self.found.live)
        self.expected = found if found is not None and found.enough else None
        self.answers = answers.answers_for(call.user, request).data
        above, parts = following.family_of(call.user, request)
        self.part_of = above.ref if above is not None else ""
        self.parts = [part.ref for part in parts]
        self.commands = [action for action, ok in self.found.may.items() if ok]

    def __getattr__(self, name: str) -> Any:
        return getattr(self.found, name)


def detail(call: Call, request: Request) -> Response:
    """A visible request as its page knows it."""
    page = _Page(call, request)
    request.__dict__["page"] = page
    request.__dict__["live_visits"] = [branch.visit for branch in page.found.live]
    return told(RequestDetailOut, request)


class OnRequest(OfRequest):
    """A command on the whole of a request."""

    def tag(self, request: Call, **place: Any) -> str:
        found = detail(request, self.find(place["ref"]))
        return tag_of(found.data, RequestDetailOut.moving)


class RequestView(OfRequest):
    """One request."""

    @operation("request_get", tag="requests", answer=RequestDetailOut)
    def get(self, request: Call, ref: str) -> Response:
        """One request: its answers, way, clocks, and what you may do."""
        return detail(request, self.find(ref))


class EnvelopeView(OfRequest):
    """Where a request is."""

    @operation("request_envelope", tag="requests", answer=EnvelopeOut)
    def get(self, request: Call, ref: str) -> Response:
        """Number, service, steps and times, also for who owns the service or its stream."""
        return told(EnvelopeOut, envelopes.by_ref(request.user, ref))


class Withdraw(OnRequest):
    """Ending a request that is no longer needed."""

    @operation("request_withdraw", tag="requests", answer=RequestDetailOut, body=ReasonIn)
    def post(self, request: Call, ref: str) -> Response:
        """Withdraw your request; open work ends, and everyone on it sees why."""
        found = self.find(ref)
        reason = self.body(request)["reason"]
        requests.withdraw(found.pk, reason=reason, actor=self.actor())
        return detail(request, self.find(ref))


class Confirm(OnRequest):
    """Confirming what was delivered."""

    @operation("request_confirm", tag="requests", answer=RequestDetailOut)
    def post(self, request: Call, ref: str) -> Response:
        """Confirm that you got what you asked for."""
        found = self.find(ref)
        self.body(request)
        requests.close(found.pk, actor=self.actor())
        return detail(request, self.find(ref))


class Share(OnRequest):
    """Giving one more person sight."""

    @operation("request_share", tag="requests", answer=SharedOut, body=ShareIn)
    def post(self, request: Call, ref: str) -> Response:
        """Give one more person sight of this request."""
        found = self.find(ref)
        email = self.body(request)["email"]
        person = Person.objects.filter(email__iexact=email, active=True).first()
        if person is None:
            raise ValidationError({"email": ["Nobody has this address."]})
        requests.share(found.pk, person=person, actor=self.actor())
        return told(SharedOut, {"readers": request_page.readers(self.find(ref))})
