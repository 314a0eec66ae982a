"""Departments in value flow: how much stays inside each; one with both sides of its handoffs."""

from dataclasses import replace
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from valueflow.models import EventLog
from valueflow.selectors import naming
from valueflow.selectors.questions import subjects
from valueflow.selectors.questions.catalogue import Question
from valueflow.selectors.scope import FlowScope, parse
from valueflow.views import answered
from valueflow.views.filters import filter_bar, period_text
from valueflow.views.flow import bases, viewer
from valueflow.views.questions import table_csv


@login_required
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """All departments: what stays inside, goes to and fro, waits at the border."""
    return render(request, "valueflow/department.html", _page(request, subjects.subject()))


@login_required
@require_safe
def department(request: HttpRequest, key: str) -> HttpResponse:
    """One department: given and received side by side, what lies there and how old it is."""
    context = _page(request, subjects.subject(key))
    scope: FlowScope = context["scope"]
    context["more"] = [
        (_("Green, yet late"), _question("green", replace(scope, department=key))),
        (_("Work and waiting"), _question("time", replace(scope, department=key))),
    ]
    return render(request, "valueflow/department.html", context)


@login_required
@require_safe
def export(request: HttpRequest, key: str = "") -> HttpResponse:
    """One table of either page as CSV."""
    asked = subjects.subject(key)
    found = asked.answer(_scope(request), viewer(request))
    answer = HttpResponse(table_csv(request, found), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = f'attachment; filename="{asked.slug}.csv"'
    return answer


def _scope(request: HttpRequest) -> FlowScope:
    """What is asked, of our own requests; a department is no filter of its own page."""
    return replace(parse(request.GET), source="live", department="")


def _question(slug: str, scope: FlowScope) -> str:
    return reverse("flow-question", args=[slug]) + scope.query()


def _page(request: HttpRequest, asked: Question) -> dict[str, Any]:
    scope = _scope(request)
    found = asked.answer(scope, viewer(request))
    names = naming.names(scope.model_id)
    crumbs = [(_("Value flow"), reverse("flow") + scope.query())]
    own_url = reverse("flow-departments")
    if asked.slug != subjects.ALL:
        crumbs.append((_("Departments"), own_url + scope.query()))
        own_url = reverse("flow-department", args=[asked.slug])
    page = answered.Page(asked, scope, found, names, own_url)
    title = str(asked.title) or names.side(asked.slug).name
    api = "api-flow-departments" if asked.slug == subjects.ALL else "api-flow-department"
    args = [] if asked.slug == subjects.ALL else [asked.slug]
    department = _("Department")
    bar = filter_bar(scope, names, EventLog.objects.none())
    return {
        "title": title,
        "scope": scope,
        "found": found,
        "period": period_text(scope),
        "crumbs": [*crumbs, (title, "")],
        "tables": answered.tables(page),
        "index_url": reverse("flow-departments") + scope.query(),
        "filters": [pick for pick in bar if pick["name"] != department],
        "bases": bases(scope),
        "clear_url": own_url if scope.params() else "",
        "json_url": reverse(api, args=args) + scope.query(time=""),
    }
