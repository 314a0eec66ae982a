"""Words that found nothing, over REST, for those who answer for what is offered."""

from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from catalog.models import MissedSearch
from catalog.selectors import searches
from catalog.services import searches as service
from esm.accounts.api.scoped import ScopedView
from esm.common.api.pagination import Page, page_response
from esm.common.api.serializers import Out, Strict
from esm.common.api.views import operation, told
from governance.selectors.people import actor_for

SCOPES = {"read": "model:read", "write": "model:write"}


class SearchesQuery(Strict):
    """Which words."""

    state = serializers.ChoiceField(choices=searches.VIEWS, default="open")
    limit = serializers.IntegerField(default=50, min_value=1, max_value=50)


class WordsIn(Strict):
    """Words as the list gives them."""

    words = serializers.CharField(max_length=service.MAX_WORDS)


class SynonymIn(WordsIn):
    """What the words mean, and the draft of the model that shall say so."""

    version = serializers.CharField(max_length=40)
    offering = serializers.CharField(max_length=100)


class SearchWeekOut(Out):
    """How often in one ISO week."""

    week = serializers.CharField(source="label")
    times = serializers.IntegerField()


class SearchOut(Out):
    """Words that at least three people searched for; who they are is not kept."""

    words = serializers.CharField()
    times = serializers.IntegerField()
    last_at = serializers.DateTimeField(source="row.last_at")
    answered_at = serializers.DateTimeField(source="row.answered_at", allow_null=True)
    dismissed_at = serializers.DateTimeField(source="row.dismissed_at", allow_null=True)
    weeks = SearchWeekOut(many=True)


def _told(row: MissedSearch) -> Response:
    return told(SearchOut, searches.with_weeks(row))


class Searches(ScopedView):
    """All words that found nothing."""

    scopes = SCOPES

    @operation("search_list", tag="services", answer=SearchOut, query=SearchesQuery, page=True)
    def get(self, request: Request) -> Response:
        """List the words that found nothing, most often searched first; one page."""
        searches.require_review(request.user)
        rows = searches.missed(request.user, self.query["state"])[: self.query["limit"]]
        return page_response(request, Page(rows), SearchOut)


class Settle(ScopedView):
    """One thing done to words."""

    scopes = SCOPES

    def words(self, request: Request) -> dict[str, Any]:
        """What came in, once it is clear that the caller may act on it."""
        searches.require_review(request.user)
        return self.body(request)


class Dismiss(Settle):
    """Words that need no answer."""

    @operation("search_dismiss", tag="services", answer=SearchOut, body=WordsIn, refused=(404,))
    def post(self, request: Request) -> Response:
        """Dismiss words."""
        words = self.words(request)["words"]
        return _told(service.dismiss_missed(words, user=request.user))


class Restore(Settle):
    """Words that shall be open again."""

    @operation("search_restore", tag="services", answer=SearchOut, body=WordsIn, refused=(404,))
    def post(self, request: Request) -> Response:
        """Take a dismissal or an answer back."""
        words = self.words(request)["words"]
        return _told(service.restore_missed(words, user=request.user))


class Synonym(Settle):
    """Words that mean an offering."""

    @operation("search_synonym", tag="services", answer=SearchOut, body=SynonymIn, refused=(404,))
    def post(self, request: Request) -> Response:
        """Make words a synonym of an offering, in a draft of the model."""
        given = self.words(request)
        drafts = {v.code: v for v in searches.drafts_of_model(request.user)}
        version = drafts.get(given["version"])
        if version is None:
            raise ValidationError({"version": ["There is no such draft that you may change."]})
        offering = searches.offerings_to_extend().filter(key=given["offering"]).first()
        if offering is None:
            raise ValidationError({"offering": ["There is no such offering."]})
        row = service.answer_missed(
            given["words"],
            version=version,
            offering=offering,
            user=request.user,
            actor=actor_for(request.user),
        )
        return _told(row)
