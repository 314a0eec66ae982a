"""One clock of a request, explained."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from workflows.selectors import clock_explained
from workflows.selectors import requests as seen


@login_required
@require_safe
def detail(request: HttpRequest, ref: str, seq: int) -> HttpResponse:
    """Every span, the rule, the calendar and the arithmetic of one clock."""
    found = seen.by_ref(request.user, ref)
    explained = clock_explained.of_request(found, seq)
    return render(request, "workflows/clock.html", {"r": found, "c": explained})
