"""Evidence of a request as a file."""

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_safe

from governance.selectors import decisions
from governance.services import evidence
from governance.views.evidence import as_file
from workflows.models import Request
from workflows.selectors import requests as seen
from workflows.selectors import seers


@login_required
@require_GET
def of_request(request: HttpRequest, ref: str) -> FileResponse:
    """Everything that proves what happened to a request; who took it is written down."""
    found = seen.by_ref(request.user, ref)
    user = request.user
    return as_file(evidence.take_of_subject("request", found.pk, ref=found.ref, user=user))


@login_required
@require_safe
def who_sees_decision(request: HttpRequest, pk: int) -> HttpResponse:
    """Everybody who sees a decision on a request, and why, for who audits."""
    found = decisions.find(request.user, pk)
    if found is None or found.subject_kind != Request.CHAIN:
        raise Http404
    evidence.require(request.user)
    about = Request.objects.get(pk=found.subject_id)
    page = {"d": found, "seers": seers.of_decision(found, about)}
    return render(request, "workflows/decision_access.html", page)
