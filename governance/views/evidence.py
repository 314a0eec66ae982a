"""Evidence of a decision as a file."""

import io

from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest
from django.views.decorators.http import require_GET

from esm.common.views import download_response
from governance.selectors import decisions
from governance.services import evidence


def as_file(bundle: evidence.Bundle) -> FileResponse:
    """A bundle as a download; its hash goes along as a header."""
    answer = download_response(io.BytesIO(bundle.content), bundle.name, "application/zip")
    answer.headers["X-Content-SHA256"] = bundle.digest
    return answer


@login_required
@require_GET
def of_decision(request: HttpRequest, pk: int) -> FileResponse:
    """Everything that proves a decision, in one file; who took it is written down."""
    found = decisions.find(request.user, pk)
    if found is None:
        raise Http404
    return as_file(evidence.take_of_decision(found, user=request.user))
