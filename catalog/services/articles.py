"""Writing what a team knows: drafts, versions that stay, and whether they helped."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256
from typing import Any

from django.contrib.postgres.search import SearchVector
from django.db import transaction
from django.db.models import Value

from catalog import locks
from catalog.event_types import (
    ArticlePublished,
    ArticleRated,
    ArticleRetired,
    ArticleReviewed,
    ArticleSaved,
)
from catalog.models import Article, ArticleVersion, ArticleVote
from catalog.selectors import articles
from esm.common import clock, finding
from esm.common.errors import Conflict, Invalid, InvalidState, NotAllowed
from esm.events.actors import Actor
from esm.events.locks import mark_locked
from esm.events.services import ledger
from esm.events.types import UNSTORABLE
from governance import policies
from governance.models import Team
from governance.policies import Scope

MAX_TITLE, MAX_SUMMARY, MAX_BODY, MAX_LINKS = 160, 300, 20_000, 50
REVIEW_AFTER, LATEST = timedelta(days=180), timedelta(days=730)
STALE = "Somebody else changed this article meanwhile. Your text is still here: compare, then save."
Audience = ArticleVersion.Audience


@dataclass(frozen=True)
class Written:
    """What somebody wrote: the text, for whom it is, and to what it belongs, all by key."""

    title: str
    summary: str = ""
    body: str = ""
    audience: str = Audience.TEAM
    departments: Collection[str] = ()
    services: Collection[str] = ()
    stages: Collection[str] = ()
    review_on: date | None = None


def _text(value: str) -> str:
    return UNSTORABLE.sub("", value).replace("\r\n", "\n").strip()


def _known(keys: Collection[str], existing: Iterable[str]) -> list[str]:
    """Those that exist, once each."""
    return [key for key in existing if key in set(keys)][:MAX_LINKS]


def _first(pairs: Iterable[tuple[str, str]]) -> list[str]:
    return [key for key, _name in pairs]


def _cleaned(written: Written) -> dict[str, Any]:
    """The columns of a version. Raises Invalid with a sentence for each field."""
    title, summary, body = (_text(t) for t in (written.title, written.summary, written.body))
    errors: dict[str, list[str]] = {}
    if not title or len(title) > MAX_TITLE:
        errors["title"] = [f"Give it a title of at most {MAX_TITLE} characters."]
    if len(summary) > MAX_SUMMARY:
        errors["summary"] = [f"Say it in at most {MAX_SUMMARY} characters."]
    if len(body) > MAX_BODY:
        errors["body"] = [f"An article holds at most {MAX_BODY:,} characters."]
    departments: list[str] = []
    if written.audience not in Audience.values:
        errors["audience"] = ["Choose who reads it."]
    elif written.audience == Audience.DEPARTMENTS:
        departments = _known(written.departments, _first(articles.department_options()))
        if not departments:
            errors["departments"] = ["Choose the departments that read it."]
    today = articles.today()
    if written.review_on and not today < written.review_on <= today + LATEST:
        errors["review_on"] = ["Choose a day within the next two years."]
    if errors:
        raise Invalid("This article cannot be kept yet.", errors)
    services = _known(written.services, articles.service_keys()) if written.services else []
    stages = _known(written.stages, _first(articles.stage_options())) if written.stages else []
    return {
        "title": title, "summary": summary, "body": body, "audience": written.audience,
        "departments": departments, "services": services, "stages": stages,
        "review_on": written.review_on,
    }  # fmt: skip


def _found_by(columns: dict[str, Any]) -> dict[str, Any]:
    """What the version is found by, written with it."""
    head = finding.fold(f"{columns['title']} {columns['summary']}")
    text = finding.fold(columns["body"])
    first = SearchVector(Value(head), config="simple", weight="A")
    rest = SearchVector(Value(text), config="simple", weight="B")
    return {"plain": head[:500], "words": first + rest}


@transaction.atomic
def start_article(written: Written, *, team: Team, actor: Actor) -> Article:
    """Begin an article of a team; only those who write for the team see it.

    Raises Invalid, NotAllowed.
    """
    policies.require(actor, "article.keep", Scope(team_id=team.pk))
    columns = _cleaned(written)
    article = Article.objects.create(team=team)
    mark_locked(article)
    _write(article, columns, actor)
    return article


@transaction.atomic
def edit_article(
    number: int, written: Written, *, seen: int | None = None, actor: Actor
) -> Article:
    """Write the next version of an article; what readers see stays until it is published.

    ``seen`` is the number of changes the writer saw. Raises NotFound, NotAllowed, Invalid, and
    Conflict when somebody else changed it since.
    """
    article = locks.article_for_update(number)
    policies.require(actor, "article.keep", Scope(team_id=article.team_id))
    if seen is not None and seen != article.chain_seq:
        raise Conflict(STALE)
    _write(article, _cleaned(written), actor)
    return article


def _write(article: Article, columns: dict[str, Any], actor: Actor) -> None:
    columns = {**columns, **_found_by(columns)}
    columns |= {"author_id": actor.person_id, "updated_at": clock.now()}
    if article.draft is None:
        number = article.versions.count() + 1
        article.draft = ArticleVersion.objects.create(article=article, number=number, **columns)
        article.save(update_fields=["draft"])
    else:
        ArticleVersion.objects.filter(pk=article.draft.pk).update(**columns)
        article.draft.refresh_from_db()
    draft = article.draft
    private = {"title": draft.title}
    event = ArticleSaved(version=draft.number, audience=draft.audience, private=private)
    ledger.record(article, [event], actor=actor)


@transaction.atomic
def publish_article(number: int, *, actor: Actor) -> Article:
    """Show readers what was written; the version stays as it is for ever.

    Raises NotFound, NotAllowed (readers outside the team need a lead), Invalid for an empty text,
    InvalidState without anything new.
    """
    article = locks.article_for_update(number)
    draft = article.draft
    wide = draft is not None and draft.audience != Audience.TEAM
    action = "article.publish" if wide else "article.keep"
    policies.require(actor, action, Scope(team_id=article.team_id))
    if draft is None:
        raise InvalidState("Nothing new is written here; change it first.", allowed=["edit"])
    if not draft.body:
        raise Invalid("Write the article first.", {"body": ["Write the article first."]})
    now = clock.now()
    review_on = draft.review_on
    if review_on is None or review_on <= articles.today():
        review_on = articles.today() + REVIEW_AFTER
    ArticleVersion.objects.filter(pk=draft.pk).update(published_at=now, review_on=review_on)
    article.current, article.draft = draft, None
    article.state, article.review_on = Article.State.PUBLISHED, review_on
    article.save(update_fields=["current", "draft", "state", "review_on"])
    text = "\n".join((draft.title, draft.summary, draft.body))
    event = ArticlePublished(
        version=draft.number,
        audience=draft.audience,
        departments=draft.departments,
        services=draft.services,
        stages=draft.stages,
        review_on=review_on.isoformat(),
        content_hash=sha256(text.encode()).hexdigest(),
        private={"title": draft.title},
    )
    ledger.record(article, [event], actor=actor)
    return article


@transaction.atomic
def review_article(number: int, *, actor: Actor) -> Article:
    """Say that a published article is still right; it is looked at again in half a year.

    Raises NotFound, NotAllowed, InvalidState for what is not published.
    """
    article = locks.article_for_update(number)
    policies.require(actor, "article.keep", Scope(team_id=article.team_id))
    current = _published(article)
    article.review_on = articles.today() + REVIEW_AFTER
    article.save(update_fields=["review_on"])
    event = ArticleReviewed(version=current.number, review_on=article.review_on.isoformat())
    ledger.record(article, [event], actor=actor)
    return article


@transaction.atomic
def retire_article(number: int, *, actor: Actor) -> Article:
    """Take a published article from its readers; steps that used it keep their version.

    Publishing it again brings it back. Raises NotFound, NotAllowed, InvalidState.
    """
    article = locks.article_for_update(number)
    policies.require(actor, "article.keep", Scope(team_id=article.team_id))
    current = _published(article)
    article.state, article.review_on = Article.State.RETIRED, None
    article.save(update_fields=["state", "review_on"])
    ledger.record(article, [ArticleRetired(version=current.number)], actor=actor)
    return article


@transaction.atomic
def rate_article(number: int, *, helpful: bool, version: int, actor: Actor) -> Article:
    """Say whether a version helped; the last answer of a person counts.

    Whether they may read it was asked by who found it. Raises NotFound, NotAllowed without a
    person, Conflict when another version is published by now.
    """
    article = locks.article_for_update(number)
    if actor.person_id is None:
        raise NotAllowed("Only a person says whether an article helped.")
    current = _published(article)
    if current.number != version:
        raise Conflict("There is a newer version of this article. Read it first.")
    ArticleVote.objects.update_or_create(
        version=current,
        person_id=actor.person_id,
        defaults={"helpful": helpful, "at": clock.now()},
    )
    private = {"helpful": "yes" if helpful else "no"}
    ledger.record(article, [ArticleRated(version=current.number, private=private)], actor=actor)
    return article


def _published(article: Article) -> ArticleVersion:
    if article.state != Article.State.PUBLISHED or article.current is None:
        raise InvalidState("This article is not published.", allowed=["edit"])
    return article.current
