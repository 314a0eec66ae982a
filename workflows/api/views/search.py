"""Search over REST."""

from typing import Any

from rest_framework import serializers
from rest_framework.request import Request as Call
from rest_framework.response import Response

from esm.accounts.api.scoped import ScopedView
from esm.common import finding
from esm.common.api.fields import NamedField
from esm.common.api.pagination import cut, key_of, page_response
from esm.common.api.serializers import Out, PageQuery
from esm.common.api.views import operation
from workflows.models import Request
from workflows.selectors import search


class SearchQuery(PageQuery):
    """What to look for."""

    q = serializers.CharField(
        max_length=200,
        required=False,
        default="",
        allow_blank=True,
        help_text="All of these words, or longer ones that begin with them.",
    )
    state = serializers.ChoiceField(choices=["open", "done"], required=False)
    service = serializers.CharField(required=False, max_length=100, help_text="By its key.")


class FoundOut(Out):
    """A request that was found."""

    ref = serializers.CharField()
    title = serializers.CharField()
    state = serializers.ChoiceField(choices=Request.State.choices)
    service = NamedField()
    submitted_at = serializers.DateTimeField()
    line = serializers.SerializerMethodField(help_text="The line that holds a word, cut.")
    url = serializers.SerializerMethodField()

    def get_line(self, request: Request) -> str:
        words = finding.asked(self.context["q"])
        lines = (finding.around(text, words) for text in request.text.body.splitlines())
        return next((line for line in lines if line), "")

    def get_url(self, request: Request) -> str:
        return f"/api/v1/requests/{request.ref}"


class Search(ScopedView):
    """Requests by their words."""

    scopes = {"read": "requests:read"}

    @operation("search", tag="requests", answer=FoundOut, query=SearchQuery, page=True)
    def get(self, request: Call) -> Response:
        """Find requests you may see by number, title, answers, messages and file names."""
        text: str = self.query["q"]
        state, service = self.query.get("state", ""), self.query.get("service", "")
        texts = search.holding(request.user, text, state=state, service=service)
        name = f"search {finding.asked(text)} {state} {service}"
        before = key_of(name, self.query)
        size = self.query["limit"] + 1
        rows = search.newest(request.user, texts, size, before=before[0] if before else None)
        page: Any = cut(rows, name=name, order=("-pk",), query=self.query)
        return page_response(request, page, FoundOut, {"q": text})
