"""Saved figures: keeping them under a name, being sent them, taking them away."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from esm.common.errors import Invalid, InvalidState
from governance.selectors import people, sharing
from valueflow.models import FlowSubscription, FlowView
from valueflow.selectors import flow_views
from valueflow.selectors.questions import asking, everything
from valueflow.selectors.scope import parse
from valueflow.services import flow_views as keeping
from valueflow.views.filters import period_text
from valueflow.views.flow import viewer


def rhythms() -> list[tuple[str, str]]:
    """How often one may be sent figures."""
    return [
        ("", _("Not by mail")),
        (FlowSubscription.Rhythm.WEEKLY, _("Every Monday")),
        (FlowSubscription.Rhythm.MONTHLY, _("On the first of each month")),
    ]


@login_required
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Those one may open, each with its address, for whom it is, and how often one is sent it."""
    user = viewer(request)
    mine = flow_views.rhythms_of(user)
    person = people.person_for(user)
    rows = [
        {
            "view": view,
            "url": flow_views.address(view),
            "about": _about(view),
            "keeps": sharing.may_keep(user, view).ok,
            "rhythm": mine.get(view.pk, ""),
        }
        for view in flow_views.visible_to(user)
    ]
    page = {"rows": rows, "rhythms": rhythms(), "may_subscribe": person is not None}
    return render(request, "valueflow/views.html", page)


def _about(view: FlowView) -> str:
    question = everything.question(view.question) if view.question else None
    return str(question.title) if question else _("Value flow")


@login_required
def new(request: HttpRequest) -> HttpResponse:
    """Keep the question and the filters of the address under a name."""
    user, scope = viewer(request), parse(request.GET)
    slug = request.GET.get("question", "")[:60]
    about = str(asking.by_slug(slug).title) if slug else _("Value flow")
    errors: dict[str, list[str]] = {}
    typed: Any = request.POST
    if request.method == "POST":
        try:
            view = keeping.save_view(
                name=typed.get("name", ""),
                audience=typed.get("audience", ""),
                question=slug,
                params=scope.params(),
                actor=people.actor_for(user),
            )
        except Invalid as refused:
            errors = refused.errors
        except InvalidState as refused:
            errors = {"": [refused.sentence]}
        else:
            messages.success(request, _("“%(name)s” is saved.") % {"name": view.name})
            return redirect("flow-views")
    else:
        typed = {"name": about, "audience": sharing.MINE}
    options = [{"key": key, "label": words} for key, words in flow_views.audiences(user)]
    fields: list[dict[str, Any]] = [
        {"name": "name", "label": _("Name"), "required": True, "max_length": keeping.MAX_NAME},
        {"name": "audience", "label": _("For whom"), "type": "choice", "options": options,
         "required": True},
    ]  # fmt: skip
    page = {
        "about": about,
        "period": period_text(scope),
        "fields": [{**one, "value": typed.get(one["name"], "")} for one in fields],
        "errors": errors,
        "back": f"/flow/questions/{slug}/{scope.query()}" if slug else f"/flow/{scope.query()}",
    }
    return render(request, "valueflow/view_new.html", page, status=400 if errors else 200)


@login_required
@require_POST
def subscribe(request: HttpRequest, pk: int) -> HttpResponse:
    """Be sent it weekly or monthly, or no longer."""
    view = flow_views.by_id(viewer(request), pk)
    rhythm = request.POST.get("rhythm", "")
    keeping.subscribe(view.pk, rhythm=rhythm, actor=people.actor_for(viewer(request)))
    said = _("“%(name)s” comes by mail.") if rhythm else _("“%(name)s” comes by mail no longer.")
    messages.success(request, said % {"name": view.name})
    return redirect("flow-views")


@login_required
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask, then take it away; nobody is sent it any more."""
    view = flow_views.by_id(viewer(request), pk)
    if request.method == "POST":
        keeping.remove_view(view.pk, actor=people.actor_for(viewer(request)))
        messages.success(request, _("“%(name)s” is gone.") % {"name": view.name})
        return redirect("flow-views")
    return render(request, "valueflow/view_remove.html", {"view": view})
