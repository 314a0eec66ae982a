"""Knowledge over REST: what one may read, and writing it for those who answer for it."""

from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from catalog.locks import article_for_update
from catalog.models import Article, ArticleVersion
from catalog.selectors import articles
from catalog.services import articles as service
from catalog.services.articles import Written
from esm.accounts.api.scoped import ScopedView
from esm.common.api.fields import NamedField
from esm.common.api.match import tag_of
from esm.common.api.pagination import Page, page_of, page_response
from esm.common.api.serializers import Out, PageQuery, Strict
from esm.common.api.views import operation, told
from governance.selectors.people import actor_for

SCOPES = {"read": "requests:read", "write": "work"}


def _keys(words: str, length: int = 100) -> serializers.ListField:
    child = serializers.CharField(max_length=length)
    return serializers.ListField(
        child=child, required=False, default=list, max_length=service.MAX_LINKS, help_text=words
    )


class ArticlesQuery(PageQuery):
    """Which articles."""

    q = serializers.CharField(
        required=False, max_length=200, help_text="Words to find; best match first, one page."
    )
    service = serializers.CharField(
        required=False, max_length=100, help_text="Only what belongs to this service, by its key."
    )
    mine = serializers.BooleanField(
        required=False, default=False, help_text="What you write, in every state."
    )


class WrittenIn(Strict):
    """The next version of an article."""

    title = serializers.CharField(max_length=service.MAX_TITLE)
    summary = serializers.CharField(
        max_length=service.MAX_SUMMARY, required=False, default="", allow_blank=True
    )
    body = serializers.CharField(
        max_length=service.MAX_BODY,
        required=False,
        default="",
        allow_blank=True,
        help_text="Markdown: headings, lists, links, emphasis, code. Nothing else is read.",
    )
    audience = serializers.ChoiceField(
        choices=ArticleVersion.Audience.choices, default=ArticleVersion.Audience.TEAM
    )
    departments = _keys("Keys; for the audience `departments`.")
    services = _keys("Keys of services beside whose forms it is offered.")
    stages = _keys("`workflow/stage`: offered to whoever works there.", 201)
    review_on = serializers.DateField(
        required=False, allow_null=True, default=None, help_text="The team looks at it again."
    )


class ArticleIn(WrittenIn):
    """A new article."""

    team = serializers.CharField(max_length=100, help_text="Key of the team that answers for it.")


class ArticleChangeIn(WrittenIn):
    """The next version, and what the writer saw."""

    seen = serializers.IntegerField(
        required=False,
        allow_null=True,
        default=None,
        min_value=0,
        max_value=2**31 - 1,
        help_text="`changes` as it was read; refused when somebody changed it since.",
    )


class RatingIn(Strict):
    """Whether the version helped."""

    version = serializers.IntegerField(min_value=1, max_value=2**31 - 1)
    helpful = serializers.BooleanField()


class ArticleOut(Out):
    """An article as lists show it."""

    number = serializers.IntegerField(source="pk")
    ref = serializers.CharField()
    state = serializers.ChoiceField(choices=Article.State.choices)
    title = serializers.CharField(source="shown.title")
    summary = serializers.CharField(source="shown.summary")
    version = serializers.IntegerField(source="shown.number")
    team = NamedField()
    url = serializers.SerializerMethodField()

    def get_url(self, article: Article) -> str:
        return f"/api/v1/articles/{article.pk}"


class ArticleVersionOut(Out):
    """What an article says at one time, and for whom; published ones never change."""

    number = serializers.IntegerField()
    title = serializers.CharField()
    summary = serializers.CharField()
    body = serializers.CharField()
    audience = serializers.ChoiceField(choices=ArticleVersion.Audience.choices)
    departments = serializers.ListField(child=serializers.CharField())
    services = serializers.SerializerMethodField(help_text="Those you see.")
    stages = serializers.ListField(child=serializers.CharField())
    published_at = serializers.DateTimeField(allow_null=True)

    def get_services(self, version: ArticleVersion) -> list[str]:
        seen: dict[str, str] = self.context["services"]
        return [key for key in version.services if key in seen]


class ArticleDetailOut(ArticleOut):
    """An article: what readers see, and for its team what is being written."""

    changes = serializers.IntegerField(source="chain_seq", help_text="How often it was changed.")
    review_on = serializers.DateField(allow_null=True)
    current = ArticleVersionOut(allow_null=True)
    draft = ArticleVersionOut(allow_null=True, help_text="Null for readers.")
    helpful = serializers.BooleanField(allow_null=True, help_text="What you said of it.")


def _services(request: Request) -> dict[str, str]:
    return dict(articles.service_options(request.user))


def _detail(request: Request, number: int, status: int = 200) -> Response:
    found = articles.by_number(request.user, number)
    keeps = articles.may_keep(request.user, found).ok
    if not keeps:
        found.draft, found.review_on, found.chain_seq = None, None, 0
    found.__dict__["helpful"] = (
        articles.vote_of(request.user, found.current) if found.current else None
    )
    answer = told(ArticleDetailOut, found, status=status, services=_services(request))
    if status == 201:
        answer["Location"] = f"{request.path}/{number}"
    return answer


def _written(given: dict[str, Any]) -> Written:
    names = ("title", "summary", "body", "audience", "departments", "services", "stages")
    return Written(**{name: given[name] for name in names}, review_on=given["review_on"])


class Articles(ScopedView):
    """All articles of the caller."""

    scopes = SCOPES

    @operation("article_list", tag="articles", answer=ArticleOut, query=ArticlesQuery, page=True)
    def get(self, request: Request) -> Response:
        """List the articles you read, or with `mine` those you write."""
        if text := self.query.get("q", ""):
            found = articles.search(request.user, text, limit=self.query["limit"])
            return page_response(request, Page(found), ArticleOut)
        mine = self.query["mine"]
        rows = articles.kept(request.user) if mine else articles.readable(request.user)
        if "service" in self.query:
            rows = rows.filter(current__services__contains=[self.query["service"]])
        page = page_of(rows, name="articles", order=("id",), query=self.query)
        return page_response(request, page, ArticleOut)

    @operation(
        "article_create", tag="articles", answer=ArticleDetailOut, body=ArticleIn, status=201
    )
    def post(self, request: Request) -> Response:
        """Begin an article for a team you work in; readers see it once it is published."""
        given = self.body(request)
        teams = {team.key: team for team in articles.teams_to_write_for(request.user)}
        team = teams.get(given["team"])
        if team is None:
            raise ValidationError({"team": ["Choose a team for which you write."]})
        made = service.start_article(_written(given), team=team, actor=actor_for(request.user))
        return _detail(request, made.pk, status=201)


class ArticleView(ScopedView):
    """One article."""

    scopes = SCOPES

    @operation("article_get", tag="articles", answer=ArticleDetailOut)
    def get(self, request: Request, number: int) -> Response:
        """One article with what it says."""
        return _detail(request, number)

    def hold(self, request: Request, **place: int) -> None:
        article_for_update(articles.by_number(request.user, place["number"]).pk)

    @operation(
        "article_change",
        tag="articles",
        answer=ArticleDetailOut,
        body=ArticleChangeIn,
        guarded=True,
    )
    def put(self, request: Request, number: int) -> Response:
        """Write its next version; readers see the one before until it is published."""
        found = articles.by_number(request.user, number)
        given = self.body(request)
        unseen = articles.services_unseen(request.user, found)
        given["services"] = [*given["services"], *unseen]
        service.edit_article(
            found.pk, _written(given), seen=given["seen"], actor=actor_for(request.user)
        )
        return _detail(request, number)


class Settled(ScopedView):
    """One thing done to an article."""

    scopes = {"write": "work"}

    def hold(self, request: Request, **place: int) -> None:
        article_for_update(articles.by_number(request.user, place["number"]).pk)

    def tag(self, request: Request, **place: int) -> str:
        return tag_of(_detail(request, place["number"]).data)

    def settle(self, request: Request, number: int, do: Any, **more: Any) -> Response:
        """Find it, do it, tell how it stands now."""
        found = articles.by_number(request.user, number)
        self.body(request)
        do(found.pk, actor=actor_for(request.user), **more)
        return _detail(request, number)


class Publish(Settled):
    """Show readers what was written."""

    @operation("article_publish", tag="articles", answer=ArticleDetailOut)
    def post(self, request: Request, number: int) -> Response:
        """Publish the version that is being written; it stays as it is for ever."""
        return self.settle(request, number, service.publish_article)


class Review(Settled):
    """Still right."""

    @operation("article_review", tag="articles", answer=ArticleDetailOut)
    def post(self, request: Request, number: int) -> Response:
        """Say that a published article is still right; you are asked again in half a year."""
        return self.settle(request, number, service.review_article)


class Retire(Settled):
    """Take it from its readers."""

    @operation("article_retire", tag="articles", answer=ArticleDetailOut)
    def post(self, request: Request, number: int) -> Response:
        """Retire an article; steps that used it keep their version."""
        return self.settle(request, number, service.retire_article)


class Helpful(ScopedView):
    """Whether it helped."""

    scopes = {"write": "requests:write"}

    @operation("article_rate", tag="articles", answer=ArticleDetailOut, body=RatingIn)
    def put(self, request: Request, number: int) -> Response:
        """Say whether a version helped you; the last answer counts."""
        found = articles.by_number(request.user, number)
        given = self.body(request)
        service.rate_article(found.pk, actor=actor_for(request.user), **given)
        return _detail(request, number)


class ArticleVersions(ScopedView):
    """The versions of an article."""

    scopes = SCOPES

    @operation(
        "article_version_list", tag="articles", answer=ArticleVersionOut, query=PageQuery, page=True
    )
    def get(self, request: Request, number: int) -> Response:
        """List the versions you may read, by number."""
        found = articles.by_number(request.user, number)
        rows = articles.versions_for(request.user).filter(article=found)
        page = page_of(rows, name="article-versions", order=("number",), query=self.query)
        return page_response(request, page, ArticleVersionOut, {"services": _services(request)})


class ArticleVersionView(ScopedView):
    """One version."""

    scopes = SCOPES

    @operation("article_version_get", tag="articles", answer=ArticleVersionOut)
    def get(self, request: Request, number: int, version: int) -> Response:
        """One version as it stays, also of an article that is retired by now."""
        row = articles.version_of(request.user, number, version)
        return told(ArticleVersionOut, row, services=_services(request))
