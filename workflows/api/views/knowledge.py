"""Knowledge in work over REST: what helped at a step, writing up what was solved."""

from rest_framework import serializers
from rest_framework.request import Request as Call
from rest_framework.response import Response

from catalog.selectors import articles
from esm.common.api.fields import MaybeNamedField
from esm.common.api.pagination import page_of, page_response
from esm.common.api.serializers import Out, PageQuery, Strict
from esm.common.api.views import operation, told
from esm.common.errors import NotAllowed
from workflows.api.views.base import OfRequest, numbered
from workflows.selectors import knowledge
from workflows.services import knowledge as service


class UseIn(Strict):
    """The version that helped."""

    article = serializers.IntegerField(min_value=1, max_value=2**31 - 1)
    version = serializers.IntegerField(min_value=1, max_value=2**31 - 1)


class UseOut(Out):
    """An article that helped at a step, in the version the step keeps."""

    article = serializers.CharField(source="version.article.ref")
    version = serializers.IntegerField(source="version.number")
    title = serializers.CharField(source="version.title")
    visit = serializers.IntegerField(source="visit.seq")
    by = MaybeNamedField(source="person")
    at = serializers.DateTimeField()
    url = serializers.SerializerMethodField()

    def get_url(self, use: knowledge.ArticleUse) -> str:
        return f"/api/v1/articles/{use.version.article_id}/versions/{use.version.number}"


class WrittenUpOut(Out):
    """The article that was begun; only the team reads it."""

    number = serializers.IntegerField(source="pk")
    ref = serializers.CharField()
    url = serializers.SerializerMethodField()

    def get_url(self, article: knowledge.Article) -> str:
        return f"/api/v1/articles/{article.pk}"


class UsesOfRequest(OfRequest):
    """What helped at the steps of a request."""

    @operation("request_article_list", tag="articles", answer=UseOut, query=PageQuery, page=True)
    def get(self, request: Call, ref: str) -> Response:
        """List what helped at the steps of a request, as far as you read it."""
        rows = knowledge.visible_to(request.user, self.find(ref))
        page = page_of(rows, name="article-uses", order=("id",), query=self.query)
        return page_response(request, page, UseOut)


class UseOnVisit(OfRequest):
    """Marking what helped at a step."""

    scopes = {"write": "work"}

    @operation("visit_use_article", tag="articles", answer=UseOut, body=UseIn, status=201)
    def post(self, request: Call, ref: str, seq: int) -> Response:
        """Mark that a version helped at an open step of your team; the step keeps it."""
        found = self.find(ref)
        numbered(found.visits.all(), seq)
        given = self.body(request)
        version = articles.version_of(request.user, given["article"], given["version"])
        used = service.use_article(found.pk, seq, version=version, actor=self.actor())
        return told(UseOut, used, status=201)


class WriteUp(OfRequest):
    """A solved request as the start of an article."""

    scopes = {"write": "work"}

    @operation("request_write_up", tag="articles", answer=WrittenUpOut, status=201)
    def post(self, request: Call, ref: str) -> Response:
        """Begin an article from a solved request: open answers and messages to everyone alone."""
        found = self.find(ref)
        self.body(request)
        visits = list(found.visits.order_by("seq"))
        team = knowledge.team_to_write_up(request.user, found, visits)
        if team is None:
            raise NotAllowed("Only a team that worked on it writes up what was solved.")
        made = service.write_up(found, team=team, actor=self.actor())
        return told(WrittenUpOut, made, status=201)
