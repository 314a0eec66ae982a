"""Finding a service while one still types, and what became of words that found nothing."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from catalog.models import MissedSearch
from catalog.selectors import articles, portal
from catalog.selectors import searches as selector
from catalog.services import searches as service
from esm.common.errors import Invalid
from governance.selectors.people import actor_for

MAX_TYPED = 200


def typed(request: HttpRequest) -> str:
    """What stands in the search field."""
    return request.GET.get("q", "").strip()[:MAX_TYPED]


@login_required
@require_GET
def suggestions(request: HttpRequest) -> HttpResponse:
    """Services that may be meant and articles that may answer it, as a part of a page."""
    text = typed(request)
    page = {
        "q": text,
        "found": portal.suggest(request.user, text),
        "articles": articles.suggest(request.user, text),
    }
    return render(request, "catalog/suggestions.html", page)


@login_required
@require_GET
def searches(request: HttpRequest) -> HttpResponse:
    """What people searched for in vain, for those who answer for what is offered."""
    selector.require_review(request.user)
    return _show(request)


def _show(
    request: HttpRequest, *, words: str = "", errors: Any = None, status: int = 200
) -> HttpResponse:
    view = request.GET.get("view", "open")
    view = view if view in selector.VIEWS else "open"
    drafts = selector.drafts_of_model(request.user)
    page = {
        "view": view,
        "rows": selector.missed(request.user, view),
        "drafts": drafts,
        "offerings": list(selector.offerings_to_extend()) if drafts else [],
        "errors": errors or {},
        "wrong": words,
        "given": request.POST,
    }
    return render(request, "catalog/searches.html", page, status=status)


def _settle(
    request: HttpRequest, act: Callable[[str], MissedSearch], said: str, undo: bool = True
) -> HttpResponse:
    selector.require_review(request.user)
    row = act(request.POST.get("words") or request.GET.get("words", ""))
    undone = f"undo:/searches/restore/?{urlencode({'words': row.words})}" if undo else ""
    messages.success(request, said % {"words": row.words}, extra_tags=undone)
    return redirect("searches")


@login_required
@require_POST
def dismiss(request: HttpRequest) -> HttpResponse:
    """These words need no answer."""
    said = _("“%(words)s” is dismissed.")
    return _settle(request, lambda w: service.dismiss_missed(w, user=request.user), said)


@login_required
@require_POST
def restore(request: HttpRequest) -> HttpResponse:
    """Show them again."""
    said = _("“%(words)s” is open again.")
    return _settle(request, lambda w: service.restore_missed(w, user=request.user), said, False)


@login_required
@require_POST
def synonym(request: HttpRequest) -> HttpResponse:
    """Write the words into a draft of the model."""
    selector.require_review(request.user)
    words, errors = request.POST.get("words", ""), {}
    drafts = {v.code: v for v in selector.drafts_of_model(request.user)}
    version = drafts.get(request.POST.get("version", ""))
    offering = selector.offerings_to_extend().filter(key=request.POST.get("offering", "")).first()
    if version is None:
        errors["version"] = [_("Choose a draft of the model.")]
    if offering is None:
        errors["offering"] = [_("Choose what these words mean.")]
    if version is not None and offering is not None:
        try:
            service.answer_missed(
                words,
                version=version,
                offering=offering,
                user=request.user,
                actor=actor_for(request.user),
            )
        except Invalid as refused:
            errors = dict(refused.errors)
        else:
            told = {"words": words, "offering": offering.name, "version": version.code}
            said = _("“%(words)s” finds %(offering)s once %(version)s is published.") % told
            messages.success(request, said)
            return redirect("searches")
    if not selector.visible_to(request.user).filter(words=words).exists():
        raise Http404
    return _show(request, words=words, errors=errors, status=400)
