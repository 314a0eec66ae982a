"""Articles somebody may read: found by words, by service, by step; and those they keep.

A published article is read by those for whom its version is meant. The team that answers for it
reads everything, drafts and retired ones too, and so do stewards.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from django.contrib.postgres.search import SearchQuery, TrigramWordSimilarity
from django.db.models import Case, Count, F, IntegerField, Q, QuerySet, Value, When

from catalog.models import Article, ArticleVersion, ArticleVote, Service
from catalog.selectors.portal import services_for
from esm.common import clock, finding
from esm.common.errors import NotFound
from governance import policies
from governance.blueprint import kinds
from governance.models import Department, Team
from governance.policies import Scope, Verdict
from governance.selectors.people import Account, actor_for, facts_for, person_for, teams_for
from governance.selectors.versions import blueprint, published

PAGE, FOUND, SUGGESTED = 50, 20, 3
MIN_SIMILARITY = 0.45
VIEWS = ("published", "drafts", "review", "retired")
MISSING = "This article does not exist."
Audience = ArticleVersion.Audience


def _meant(user: Account, prefix: str, team: str) -> Q:
    """Versions meant for this account; ``prefix`` leads to the version, ``team`` to its team."""
    departments = sorted({row.department.key for row in teams_for(user)})
    found = Q(**{f"{prefix}audience": Audience.EVERYONE})
    found |= Q(
        **{f"{prefix}audience": Audience.DEPARTMENTS, f"{prefix}departments__overlap": departments}
    )
    teams = facts_for(user).teams
    return found | Q(**{f"{prefix}audience": Audience.TEAM, f"{team}team__in": teams})


def _kept(user: Account, team: str = "") -> Q:
    """Articles this account writes."""
    facts = facts_for(user)
    return ~Q(pk=None) if facts.steward else Q(**{f"{team}team__in": facts.teams})


def readable(user: Account) -> QuerySet[Article]:
    """Published articles that are meant for this account, with what they say."""
    rows = Article.objects.filter(_meant(user, "current__", ""), state=Article.State.PUBLISHED)
    return rows.select_related("current", "team__department")


def kept(user: Account) -> QuerySet[Article]:
    """Articles this account writes, in every state."""
    rows = Article.objects.filter(_kept(user))
    return rows.select_related("current", "draft", "team__department")


def visible_to(user: Account) -> QuerySet[Article]:
    """Articles this account reads or writes."""
    meant = Q(_meant(user, "current__", ""), state=Article.State.PUBLISHED)
    rows = Article.objects.filter(meant | _kept(user))
    return rows.select_related("current", "draft", "team__department")


def _short(rows: QuerySet[Article]) -> QuerySet[Article]:
    """Rows of a list, without what is long."""
    return rows.defer("current__body", "current__words", "draft__body", "draft__words")


def by_number(user: Account, number: int) -> Article:
    """One of them. Raises NotFound, for hidden and missing alike."""
    found = visible_to(user).filter(pk=number).first()
    if found is None:
        raise NotFound(MISSING)
    return found


def versions_for(user: Account) -> QuerySet[ArticleVersion]:
    """Versions this account reads: of its own articles all; else those that were published.

    Both the version and what was published last must be meant for them: who lost an article to
    a narrower audience does not keep its former versions.
    """
    meant = Q(_meant(user, "", "article__"), published_at__isnull=False)
    meant &= _meant(user, "article__current__", "article__")
    rows = ArticleVersion.objects.filter(meant | _kept(user, "article__"))
    return rows.select_related("article__team__department")


def version_of(user: Account, number: int, version: int) -> ArticleVersion:
    """One version. Raises NotFound."""
    rows = versions_for(user).filter(article_id=number, number=version)
    found = rows.select_related("article__current", "article__draft", "author").first()
    if found is None:
        raise NotFound("This version does not exist.")
    return found


def may_keep(user: Account, article: Article) -> Verdict:
    """Whether the account may write it, with the reason."""
    scope = Scope(team_id=article.team_id)
    return policies.judge(actor_for(user), "article.keep", scope, facts_for(user))


def may_publish(user: Account, article: Article) -> Verdict:
    """Whether the account may publish what is being written for the readers it names."""
    draft = article.draft
    wide = draft is not None and draft.audience != Audience.TEAM
    scope = Scope(team_id=article.team_id)
    action = "article.publish" if wide else "article.keep"
    return policies.judge(actor_for(user), action, scope, facts_for(user))


def teams_to_write_for(user: Account) -> list[Team]:
    """Teams for which this account writes: its own; all for a steward."""
    if facts_for(user).steward:
        return list(Team.objects.filter(retired_at=None).order_by("name"))
    return sorted(teams_for(user), key=lambda team: team.name)


def search(user: Account, text: str, *, limit: int = FOUND) -> list[Article]:
    """Published articles with all the words, or with a similar title; best first, one query."""
    words = finding.asked(text)
    if not words:
        return []
    query = SearchQuery(finding.raw_query(words), search_type="raw", config="simple")
    alike = TrigramWordSimilarity(" ".join(words), "current__plain")
    rows = _short(readable(user)).annotate(
        alike=alike,
        rank=Case(
            When(current__words=query, then=Value(1)),
            default=Value(0),
            output_field=IntegerField(),
        ),
    )
    rows = rows.filter(Q(rank=1) | Q(alike__gte=MIN_SIMILARITY))
    return list(rows.order_by("-rank", "-alike", "pk")[:limit])


def suggest(user: Account, text: str) -> list[Article]:
    """What may answer it while somebody still types."""
    return search(user, text, limit=SUGGESTED) if len(text.strip()) > 1 else []


def for_form(user: Account, service: str, texts: Iterable[str]) -> list[Article]:
    """What may answer it before it is asked: of the service, nearest to what was typed first."""
    rows = _short(readable(user)).filter(current__services__contains=[service])
    typed = " ".join(finding.asked(" ".join(texts)))
    if typed:
        rows = rows.annotate(alike=TrigramWordSimilarity(typed, "current__plain"))
        rows = rows.order_by("-alike", "pk")
    return list(rows[:SUGGESTED])


def of_service(user: Account, service: str) -> list[Article]:
    """What is known about a service."""
    rows = _short(readable(user)).filter(current__services__contains=[service])
    return list(rows[:FOUND])


def of_stages(user: Account, workflow: str, stages: Collection[str]) -> dict[str, list[Article]]:
    """What is known about steps of a workflow, by step; one query."""
    wanted = {f"{workflow}/{stage}": stage for stage in stages}
    found: dict[str, list[Article]] = {stage: [] for stage in stages}
    if not wanted:
        return found
    rows = _short(readable(user)).filter(current__stages__overlap=sorted(wanted)).order_by("pk")
    for row in rows[:FOUND]:
        for key in row.current.stages if row.current else ():
            if key in wanted:
                found[wanted[key]].append(row)
    return found


@dataclass(frozen=True, slots=True)
class Listed:
    """One page of articles and the number after which the next one begins."""

    rows: list[Article]
    after: str


def listed(user: Account, *, view: str = "published", after: str = "") -> Listed:
    """A page of what one reads, or of what one writes: drafts, due for review, retired."""
    rows = _short(readable(user) if view == "published" else kept(user))
    if view == "drafts":
        rows = rows.filter(draft__isnull=False)
    elif view == "review":
        rows = rows.filter(state=Article.State.PUBLISHED, review_on__lte=today())
    elif view == "retired":
        rows = rows.filter(state=Article.State.RETIRED)
    if after.isascii() and after.isdigit() and len(after) < 10:
        rows = rows.filter(pk__lt=int(after))
    found = list(rows.order_by("-pk")[: PAGE + 1])
    return Listed(found[:PAGE], str(found[PAGE - 1].pk) if len(found) > PAGE else "")


def today() -> date:
    """The day by the one clock."""
    return clock.now().date()


@dataclass(frozen=True, slots=True)
class Links:
    """To what an article belongs, in words: (key, name) of services, steps and departments."""

    services: list[tuple[str, str]]
    stages: list[str]
    departments: list[str]


def links_of(user: Account, version: ArticleVersion, *, keeps: bool) -> Links:
    """What a version is linked to, as far as the reader sees it; steps for who keeps it."""
    services: list[tuple[str, str]] = []
    if version.services:
        rows = services_for(user).filter(key__in=version.services).order_by("name")
        services = list(rows.values_list("key", "name"))
    departments: list[str] = []
    if version.audience == Audience.DEPARTMENTS:
        named = Department.objects.filter(key__in=version.departments).order_by("name")
        departments = list(named.values_list("name", flat=True))
    words = dict(stage_options()) if keeps and version.stages else {}
    stages = [words[key] for key in version.stages if key in words]
    return Links(services, stages, departments)


def stage_options() -> list[tuple[str, str]]:
    """(workflow/stage, words) of all steps of the version in force, by workflow."""
    version = published()
    if version is None:
        return []
    flows = blueprint(version).find(kinds.Workflow)
    return [
        (f"{key}/{stage.key}", f"{flow.name}: {stage.name}")
        for key, flow in sorted(flows.items(), key=lambda item: item[1].name)
        for stage in flow.stages
        if stage.kind in ("work", "decision", "wait")
    ]


def service_keys() -> list[str]:
    """Keys of all services in force."""
    rows = Service.objects.filter(retired_at=None).order_by("name")
    return list(rows.values_list("key", flat=True))


def service_options(user: Account) -> list[tuple[str, str]]:
    """(key, name) of the services this account sees."""
    return list(services_for(user).order_by("name").values_list("key", "name"))


def services_unseen(user: Account, article: Article | None) -> list[str]:
    """Services an article is linked to that its writer does not see: they stay linked."""
    version = (article.draft or article.current) if article else None
    if version is None or not version.services:
        return []
    seen = services_for(user).filter(key__in=version.services).values_list("key", flat=True)
    return sorted(set(version.services) - set(seen))


def department_options() -> list[tuple[str, str]]:
    """(key, name) of all departments."""
    rows = Department.objects.filter(retired_at=None).order_by("name")
    return list(rows.values_list("key", "name"))


def vote_of(user: Account, version: ArticleVersion) -> bool | None:
    """What the reader said of this version; None for nothing."""
    person = person_for(user)
    rows = ArticleVote.objects.filter(version=version, person=person)
    return rows.values_list("helpful", flat=True).first() if person else None


def votes(version: ArticleVersion) -> tuple[int, int]:
    """How many found it helpful, of how many who said."""
    found = ArticleVote.objects.filter(version=version).aggregate(
        yes=Count("pk", filter=Q(helpful=True)), of=Count("pk")
    )
    return found["yes"], found["of"]


def history(user: Account, article: Article) -> list[ArticleVersion]:
    """The versions somebody may read, newest first; at most 50."""
    rows = versions_for(user).filter(article=article).select_related("author")
    return list(rows.order_by(F("number").desc())[:PAGE])
