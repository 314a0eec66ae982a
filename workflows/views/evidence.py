"""Evidence of a request as a file."""

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpRequest
from django.views.decorators.http import require_GET

from governance.services import evidence
from governance.views.evidence import as_file
from workflows.selectors import requests as seen


@login_required
@require_GET
def of_request(request: HttpRequest, ref: str) -> FileResponse:
    """Everything that proves what happened to a request; who took it is written down."""
    found = seen.by_ref(request.user, ref)
    user = request.user
    return as_file(evidence.take_of_subject("request", found.pk, ref=found.ref, user=user))
