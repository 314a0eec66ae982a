"""Knowledge: the list, an article, its versions, whether it helped."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from catalog.models import Article
from catalog.selectors import articles as selector
from catalog.services import articles as service
from esm.common.errors import Invalid
from governance.selectors.people import actor_for


@login_required
@require_safe
def knowledge(request: HttpRequest) -> HttpResponse:
    """What one may read, or what fits some words; for who writes, what waits for them."""
    text = request.GET.get("q", "").replace("\x00", "").strip()[:200]
    writes = bool(selector.teams_to_write_for(request.user))
    view = request.GET.get("view", "")
    view = view if writes and view in selector.VIEWS else "published"
    found = selector.Listed([], "")
    if text:
        found = selector.Listed(selector.search(request.user, text), "")
    else:
        found = selector.listed(request.user, view=view, after=request.GET.get("after", ""))
    page = {
        "q": text,
        "view": view,
        "tabs": _tabs(view) if writes and not text else [],
        "writes": writes,
        "rows": found.rows,
        "today": selector.today(),
        "next_url": "?" + urlencode({"view": view, "after": found.after}) if found.after else "",
    }
    return render(request, "catalog/knowledge.html", page)


def _tabs(view: str) -> list[dict[str, Any]]:
    words = {
        "published": _("Published"),
        "drafts": _("Being written"),
        "review": _("To look at again"),
        "retired": _("Retired"),
    }
    return [
        {"url": f"?view={key}", "label": words[key], "current": key == view, "count": None}
        for key in selector.VIEWS
    ]


def _page(request: HttpRequest, article: Article) -> dict[str, Any]:
    """What the page of an article shows: what readers see, or what is written where none do."""
    shown = article.current or article.draft
    assert shown is not None
    keeps = selector.may_keep(request.user, article).ok
    published = article.state == Article.State.PUBLISHED
    return {
        "article": article,
        "shown": shown,
        "keeps": keeps,
        "may_publish": selector.may_publish(request.user, article),
        "links": selector.links_of(request.user, shown, keeps=keeps),
        "vote": selector.vote_of(request.user, shown) if published else None,
        "votes": selector.votes(shown) if keeps else None,
        "due": published and article.review_on and article.review_on <= selector.today(),
    }


@login_required
@require_safe
def article(request: HttpRequest, number: int) -> HttpResponse:
    """One article, with whether it helped; for its team what they can do."""
    found = selector.by_number(request.user, number)
    return render(request, "catalog/article.html", _page(request, found))


@login_required
@require_safe
def history(request: HttpRequest, number: int) -> HttpResponse:
    """Its versions, newest first."""
    found = selector.by_number(request.user, number)
    page = {
        "article": found,
        "shown": found.current or found.draft,
        "rows": selector.history(request.user, found),
        "keeps": selector.may_keep(request.user, found).ok,
    }
    return render(request, "catalog/article_history.html", page)


@login_required
@require_safe
def version(request: HttpRequest, number: int, version: int) -> HttpResponse:
    """One version as it stays."""
    found = selector.version_of(request.user, number, version)
    keeps = selector.may_keep(request.user, found.article).ok
    links = selector.links_of(request.user, found, keeps=keeps)
    page = {"article": found.article, "shown": found, "keeps": keeps, "links": links}
    return render(request, "catalog/article_version.html", page)


@login_required
@require_POST
def publish(request: HttpRequest, number: int) -> HttpResponse:
    """Show readers what was written."""
    found = selector.by_number(request.user, number)
    try:
        done = service.publish_article(found.pk, actor=actor_for(request.user))
    except Invalid as refused:
        messages.error(request, refused.sentence)
        return redirect("article-edit", number=found.pk)
    assert done.current is not None
    messages.success(
        request, _("Version %(n)d is what readers see now.") % {"n": done.current.number}
    )
    return redirect("article", number=found.pk)


@login_required
@require_POST
def review(request: HttpRequest, number: int) -> HttpResponse:
    """Still right."""
    found = selector.by_number(request.user, number)
    done = service.review_article(found.pk, actor=actor_for(request.user))
    assert done.review_on is not None
    said = _("Noted. You are asked again on %(day)s.") % {"day": f"{done.review_on:%-d %b %Y}"}
    messages.success(request, said)
    return redirect("article", number=found.pk)


@login_required
@require_http_methods(["GET", "POST"])
def retire(request: HttpRequest, number: int) -> HttpResponse:
    """Ask, then take it from its readers."""
    found = selector.by_number(request.user, number)
    if request.method == "POST":
        service.retire_article(found.pk, actor=actor_for(request.user))
        messages.success(request, _("%(ref)s is retired.") % {"ref": found.ref})
        return redirect("article", number=found.pk)
    page = {"article": found, "shown": found.current or found.draft}
    return render(request, "catalog/article_retire.html", page)


@login_required
@require_POST
def helpful(request: HttpRequest, number: int) -> HttpResponse:
    """Whether it helped."""
    found = selector.by_number(request.user, number)
    given = request.POST.get("version", "")
    service.rate_article(
        found.pk,
        helpful=request.POST.get("helpful") == "yes",
        version=int(given) if given.isascii() and given.isdigit() and len(given) < 9 else 0,
        actor=actor_for(request.user),
    )
    messages.success(request, _("Thank you. The team sees how many it helped, not who."))
    return redirect("article", number=found.pk)
