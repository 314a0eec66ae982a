"""Writing an article: a form that keeps what was typed, whatever becomes of it."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from catalog.models import Article, ArticleVersion
from catalog.selectors import articles as selector
from catalog.services import articles as service
from catalog.services.articles import Written
from esm.common.errors import Conflict, Invalid, ServiceError
from governance.models import Team
from governance.selectors.people import actor_for

Audience = ArticleVersion.Audience
LISTS = ("departments", "services", "stages")


@login_required
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Begin one, for a team one works in."""
    teams = selector.teams_to_write_for(request.user)
    if not teams:
        raise Http404
    wanted = request.POST.get("team", "")
    team = next((t for t in teams if t.key == wanted), teams[0] if len(teams) == 1 else None)
    return _edit(request, None, team, teams)


@login_required
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, number: int) -> HttpResponse:
    """Write its next version; readers go on seeing the one before."""
    article = selector.by_number(request.user, number)
    verdict = selector.may_keep(request.user, article)
    if not verdict.ok:
        return render(request, "catalog/article_not_yours.html", _of(article, verdict), status=403)
    return _edit(request, article, article.team, [])


def _of(article: Article, verdict: Any) -> dict[str, Any]:
    return {"article": article, "shown": article.current or article.draft, "verdict": verdict}


def _edit(
    request: HttpRequest, article: Article | None, team: Team | None, teams: list[Team]
) -> HttpResponse:
    errors: dict[str, list[str]] = {}
    status = 200
    typed = _typed(request.POST) if request.method == "POST" else _stored(article)
    if request.method == "POST":
        try:
            kept = _keep(request, article, team, typed)
        except (Invalid, Conflict) as refused:
            errors = getattr(refused, "errors", {}) or {"": [refused.sentence]}
            status = refused.status
        else:
            return _onward(request, kept)
    page = {
        "article": article,
        "seen": typed.get("seen", article.chain_seq if article else 0),
        "main": _drawn(_fields(teams), typed, errors),
        "links": _drawn(_links(selector.service_options(request.user)), typed, errors),
        "errors": errors,
        "may_publish": selector.may_publish(request.user, article) if article else None,
    }
    return render(request, "catalog/article_edit.html", page, status=status)


def _keep(
    request: HttpRequest, article: Article | None, team: Team | None, typed: Mapping[str, Any]
) -> Article:
    names = ("title", "summary", "body", "audience", "departments", "stages")
    written = Written(
        **{name: typed[name] for name in names},
        services=[*typed["services"], *selector.services_unseen(request.user, article)],
        review_on=_day(typed["review_on"]),
    )
    actor = actor_for(request.user)
    if article is not None:
        seen = int(typed["seen"]) if str(typed["seen"]).isdecimal() else None
        return service.edit_article(article.pk, written, seen=seen, actor=actor)
    if team is None:
        sentence = _("Choose the team that answers for it.")
        raise Invalid(sentence, {"team": [sentence]})
    return service.start_article(written, team=team, actor=actor)


def _onward(request: HttpRequest, kept: Article) -> HttpResponse:
    """Saved; published at once where that was the button."""
    if request.POST.get("go") != "publish":
        messages.success(request, _("Saved. Readers see it once it is published."))
        return redirect("article-edit", number=kept.pk)
    try:
        done = service.publish_article(kept.pk, actor=actor_for(request.user))
    except ServiceError as refused:
        messages.error(request, _("Saved, not published: %(why)s") % {"why": refused.sentence})
        return redirect("article-edit", number=kept.pk)
    assert done.current is not None
    said = _("Version %(n)d is what readers see now.") % {"n": done.current.number}
    messages.success(request, said)
    return redirect("article", number=kept.pk)


def _typed(post: QueryDict) -> dict[str, Any]:
    names = ("title", "summary", "body", "audience", "review_on", "seen", "team")
    return {n: post.get(n, "") for n in names} | {n: post.getlist(n) for n in LISTS}


def _stored(article: Article | None) -> dict[str, Any]:
    version = (article.draft or article.current) if article else None
    if version is None:
        return {"audience": Audience.TEAM}
    names = ("title", "summary", "body", "audience", *LISTS)
    review_on = version.review_on.isoformat() if version.review_on else ""
    return {name: getattr(version, name) for name in names} | {"review_on": review_on}


def _day(text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        sentence = _("Write a day, such as 2027-03-31.")
        raise Invalid(sentence, {"review_on": [sentence]}) from None


def _options(pairs: list[tuple[str, str]]) -> list[dict[str, str]]:
    return [{"key": key, "label": label} for key, label in pairs]


def _fields(teams: list[Team]) -> list[dict[str, Any]]:
    words = {
        Audience.TEAM: _("Only the team"),
        Audience.DEPARTMENTS: _("Some departments"),
        Audience.EVERYONE: _("Everyone"),
    }
    found: list[dict[str, Any]] = [
        {"name": "title", "label": _("Title"), "required": True, "max_length": service.MAX_TITLE,
         "help": _("The question as people ask it.")},
        {"name": "summary", "label": _("Answer in one line"), "required": False,
         "max_length": service.MAX_SUMMARY, "help": _("Shown while people search.")},
        {"name": "body", "label": _("Text"), "type": "textarea", "rows": 16, "required": False,
         "help": _("# heading, - list, **strong**, [words](https://…); nothing else is read.")},
        {"name": "audience", "label": _("Who reads it"), "type": "choice", "required": True,
         "options": _options([(k.value, v) for k, v in words.items()])},
        {"name": "departments", "label": _("Departments"), "type": "choices", "required": False,
         "help": _("Read where you chose “Some departments”."),
         "options": _options(selector.department_options())},
    ]  # fmt: skip
    if len(teams) > 1:
        options = _options([(t.key, t.name) for t in teams])
        found.insert(0, {"name": "team", "label": _("Team that answers for it"),
                         "type": "choice", "required": True, "options": options})  # fmt: skip
    return found


def _links(services: list[tuple[str, str]]) -> list[dict[str, Any]]:
    """Where it is offered by itself, and when it is looked at again."""
    found: list[dict[str, Any]] = [
        {"name": "services", "label": _("Services"), "type": "choices", "required": False,
         "help": _("Offered beside their forms."),
         "options": _options(services)},
        {"name": "stages", "label": _("Steps"), "type": "choices", "required": False,
         "help": _("Offered to whoever works on them."),
         "options": _options(selector.stage_options())},
        {"name": "review_on", "label": _("Look at it again on"), "type": "date",
         "required": False, "help": _("Half a year from publishing where you say nothing.")},
    ]  # fmt: skip
    return [field for field in found if field.get("options") != []]


def _drawn(
    fields: list[dict[str, Any]], typed: Mapping[str, Any], errors: Mapping[str, list[str]]
) -> list[dict[str, Any]]:
    """The fields with what was typed and what is wrong with it."""
    return [
        {**f, "value": typed.get(f["name"], ""), "errors": errors.get(f["name"], ())}
        for f in fields
    ]
