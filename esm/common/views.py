"""Small pages and answers of the shell that need no app."""

import logging
import sys
from typing import IO

from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from esm.common.postgresql import presence

YEAR_S = 31_536_000
RETRY_AFTER_S = 5
# What took too long does so again at once.
LONG_RETRY_AFTER_S = 30

log = logging.getLogger(__name__)


@require_POST
def set_theme(request: HttpRequest) -> HttpResponse:
    """Light, dark or, with anything else, what the device prefers; for visitors without script."""
    theme = request.POST.get("theme", "")
    back = request.META.get("HTTP_REFERER", "")
    here = url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()})
    answer = HttpResponseRedirect(back if here else "/")
    if theme in ("light", "dark"):
        answer.set_cookie(
            "theme", theme, max_age=YEAR_S, samesite="Lax", secure=request.is_secure()
        )
    else:
        answer.delete_cookie("theme")
    return answer


def download_response(file: IO[bytes], name: str, content_type: str) -> FileResponse:
    """A stored file as a download: never inline, never sniffed, in a sandbox of its own."""
    answer = FileResponse(file, as_attachment=True, filename=name, content_type=content_type)
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Content-Security-Policy"] = "sandbox"
    answer.headers["Cache-Control"] = "private, no-store"
    return answer


def preview_response(file: IO[bytes], content_type: str) -> FileResponse:
    """A picture that we drew ourselves, shown within a page."""
    answer = FileResponse(file, content_type=content_type)
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer.headers["Content-Disposition"] = "inline"
    answer.headers["Cache-Control"] = "private, max-age=300"
    return answer


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """What could not be read."""
    return render(request, "errors/400.html", status=400)


def too_large(request: HttpRequest) -> HttpResponse:
    """More than is taken; the body was not read, so it is not known who asks."""
    if request.path.startswith("/api/"):
        body = {"type": "/api/docs/problems/#too-large", "title": "Too large", "status": 413,
                "detail": "This is too large.", "code": "too-large"}  # fmt: skip
        return JsonResponse(body, status=413, content_type="application/problem+json")
    return HttpResponse("This is too large.", status=413, content_type="text/plain; charset=utf-8")


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Visible, but not allowed."""
    return render(request, "errors/403.html", status=403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Nothing here; the same for what is hidden and for what does not exist."""
    return render(request, "errors/404.html", status=404)


def unavailable(request: HttpRequest, why: str = presence.AWAY) -> HttpResponse:
    """The database is away, busy or slow: nothing was changed, trying again helps."""
    code, wait_s, sentence, page = UNAVAILABLE[why]
    if request.path.startswith("/api/"):
        body = {"type": f"/api/docs/problems/#{code}", "title": "Not available now",
                "status": 503, "detail": sentence, "code": code}  # fmt: skip
        answer: HttpResponse = JsonResponse(
            body, status=503, content_type="application/problem+json"
        )
    else:
        # Without the request: the shell around a page asks the database.
        answer = HttpResponse(render_to_string(page), status=503)
    answer.headers["Retry-After"] = str(wait_s)
    answer.headers["Cache-Control"] = "no-store"
    return answer


# Code, seconds until it is worth another try, sentence of the API, page.
UNAVAILABLE = {
    presence.AWAY: (
        "unavailable",
        RETRY_AFTER_S,
        "The portal cannot answer now. Try again in some seconds.",
        "errors/503.html",
    ),
    presence.BUSY: (
        "busy",
        RETRY_AFTER_S,
        "Somebody else is changing the same thing at this moment, so nothing of this was done. Send"
        " the same again in some seconds.",
        "errors/503_busy.html",
    ),
    presence.LONG: (
        "took-too-long",
        LONG_RETRY_AFTER_S,
        "This took too long and was stopped; nothing of it was done. Ask for less at once, such as"
        " a shorter list or a narrower search, or send the same again in half a minute.",
        "errors/503_long.html",
    ),
}


def failed(request: HttpRequest) -> HttpResponse:
    """Our fault, or a database that is away, busy or slow; the page needs none."""
    why = presence.reason(sys.exc_info()[1])
    if why:
        if why == presence.LONG:
            log.warning("%s %s: a statement took too long", request.method, request.path)
        return unavailable(request, why)
    return render(request, "errors/500.html", status=500)
