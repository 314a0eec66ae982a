"""Every web request follows the demo's clock."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from esm.events.services.offset import follow_clock


class ClockMiddleware:
    """Takes over the stored offset before anything asks for the time; free without a demo."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path.startswith(("/static/", "/healthz")):
            follow_clock()
        return self.get_response(request)
