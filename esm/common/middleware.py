"""Turns a refusal of a service into the page that says what happened and who can help."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from esm.common import aftermath
from esm.common.errors import ServiceError
from esm.common.postgresql import presence
from esm.common.views import bad_request, not_found, too_large, unavailable


class ServiceErrorMiddleware:
    """A ServiceError that a view did not handle becomes its error page with its own status."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, ServiceError):
            return None
        if error.status == 404:
            return not_found(request)
        page = {403: "errors/403.html", 409: "errors/409.html"}.get(error.status, "errors/400.html")
        shown = {"sentence": error.sentence, "ask": error.extra.get("ask", "")}
        return render(request, page, shown, status=error.status)


class AftermathMiddleware:
    """What was refused and has to stay on record is written once the request is over."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with aftermath.scope():
            return self.get_response(request)


class BodyLimitMiddleware:
    """A body that says it is larger than any form may be is refused before a byte is read."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        said = str(request.META.get("CONTENT_LENGTH") or "0")
        if not said.isascii() or not said.isdigit():
            return bad_request(request)
        if len(said) > 18 or int(said) > settings.FORM_MAX_BYTES:
            return too_large(request)
        return self.get_response(request)


class DatabasePresenceMiddleware:
    """Nobody waits for a database that is away: 503 at once, or within seconds where it hangs."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not settings.DATABASE_WATCHED or request.path == "/healthz":
            return self.get_response(request)
        # /readyz says by itself what is away.
        if presence.watch.away and request.path != "/readyz":
            return unavailable(request)
        with presence.watch.request():
            return self.get_response(request)
