"""Templates of requests: the list, keeping one, starting from one."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from catalog.selectors import templates as selector
from catalog.selectors.drafts import draft_form
from catalog.services import templates as keeping
from esm.common.errors import Invalid
from governance.selectors import sharing
from governance.selectors.people import actor_for


@login_required
@require_safe
def templates(request: HttpRequest) -> HttpResponse:
    """The templates one may start from, by name."""
    rows, after = selector.page_of(request.user, request.GET.get("after", ""))
    page = {
        "rows": rows,
        "keeps": {row.pk for row in rows if sharing.may_keep(request.user, row).ok},
        "next_url": f"?after={after}" if after else "",
    }
    return render(request, "catalog/templates.html", page)


@login_required
@require_http_methods(["GET", "POST"])
def keep(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """Keep the answers of a draft as a template."""
    form = draft_form(request.user, draft_id)
    if form is None or form.draft.sent_as:
        raise Http404
    errors: dict[str, list[str]] = {}
    typed: Any = request.POST if request.method == "POST" else {"audience": sharing.MINE}
    if request.method == "POST":
        try:
            kept = keeping.save_template(
                form.draft.offering,
                name=typed.get("name", ""),
                audience=typed.get("audience", ""),
                answers=form.data,
                user=request.user,
                actor=actor_for(request.user),
            )
        except Invalid as refused:
            errors = refused.errors
        else:
            said = _("“%(name)s” is kept. You find it on the page of the service.")
            messages.success(request, said % {"name": kept.template.name})
            return redirect("draft-check", draft_id=draft_id)
    page = {
        "form": form,
        "fields": [
            {**f, "value": typed.get(f["name"], ""), "errors": errors.get(f["name"], ())}
            for f in _fields(request)
        ],
        "limited": [item.label for item in form.offering.form.all_fields() if item.limited],
        "errors": errors,
    }
    return render(request, "catalog/template_keep.html", page, status=400 if errors else 200)


def _fields(request: HttpRequest) -> list[dict[str, Any]]:
    options = [{"key": key, "label": label} for key, label in sharing.audiences(request.user)]
    return [
        {"name": "name", "label": _("Name"), "required": True, "max_length": keeping.MAX_NAME},
        {"name": "audience", "label": _("For whom"), "type": "choice", "options": options,
         "required": True},
    ]  # fmt: skip


@login_required
@require_POST
def start(request: HttpRequest, number: int) -> HttpResponse:
    """Begin a draft from a template."""
    found = selector.by_number(request.user, number)
    draft = keeping.start_from(found, user=request.user)
    messages.success(request, _("The answers of “%(name)s” are here.") % {"name": found.name})
    return redirect("draft-section", draft_id=draft.pk, number=1)


@login_required
@require_http_methods(["GET", "POST"])
def remove(request: HttpRequest, number: int) -> HttpResponse:
    """Ask, then take it away."""
    found = selector.by_number(request.user, number)
    if request.method == "POST":
        keeping.remove_template(found.pk, actor=actor_for(request.user))
        messages.success(request, _("“%(name)s” is gone.") % {"name": found.name})
        return redirect("templates")
    page = {"template": found, "verdict": sharing.may_keep(request.user, found)}
    return render(request, "catalog/template_remove.html", page)
