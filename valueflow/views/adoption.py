"""Adopting: the five steps with what is met, and where the model is still blank."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from governance.selectors.gaps import gap_rows
from governance.selectors.versions import blueprint
from governance.views.asking import kept
from valueflow.selectors import adoption
from valueflow.selectors.scope import parse
from valueflow.views.filters import period_text
from valueflow.views.flow import viewer


@kept
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """The path: each step with its criteria, figures and where one goes from here."""
    scope = parse(request.GET)
    steps = adoption.steps(scope, viewer(request))
    page: dict[str, Any] = {
        "steps": steps,
        "done": sum(step.done for step in steps),
        "first": next((step for step in steps if not step.done), None),
        "met": sum(step.met for step in steps),
        "total": sum(len(step.criteria) for step in steps),
        "period": period_text(scope),
        "rows": gap_rows(blueprint(scope.model_id)) if scope.model_id is not None else [],
    }
    return render(request, "valueflow/adoption.html", page)
